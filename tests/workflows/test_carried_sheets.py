"""Personal sheets that travel on the unit's sheet: handed in, judged row by row, returned, noticed and filed with it (T4, T5)."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers.access import NotAllowed, can, people_who_may, policy_of
from registers.models import RiskPoint
from registers.papers import pages
from registers.papers.compose import compose
from registers.refusals import Refused, Stale
from tests.factories import make_person, make_post
from tests.noscript import Plain
from tests.workflows import signed
from tests.workflows.carried_cases import (
    AWAY,
    again,
    as_decided,
    filed,
    hand_in,
    key_of,
    proposed,
    reviewed,
    risk,
    unit_risk,
)
from workflows import sweeping
from workflows.deadlines import days
from workflows.models import Notification, PublicityNotice, Submission
from workflows.routing import bulk
from workflows.routing import carrying as routing_carrying
from workflows.sheets import Incomplete, documents
from workflows.sheets.documents import Composition

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


# --- Handing in ------------------------------------------------------------------------------------------


def test_sheet_that_is_to_be_carried_waits_for_nobody(ready):
    sheet = ready.sheet("personal-search")

    assert (sheet.state, sheet.step, sheet.waiting_role, sheet.step_due_on) == ("in_review", "carried", "carrier", None)
    assert not people_who_may("decide", sheet).exists()
    assert not can(ready.actor(ready.campus.liaison), "nudge", sheet)
    assert sheet not in policy_of(Submission).to_nudge(Submission.objects.all(), ready.actor(ready.campus.liaison))
    words = Plain(ready.campus.clerk).go(reverse("submission_detail", args=[sheet.pk])).words
    assert "随《廉政风险点及风险等级汇总表》一并审核：等待单位表提交" in words
    assert ready.withdraw(sheet).state == "open"


def test_unit_hands_in_when_all_are_there_or_says_who_is_missing_and_why(carrying):
    own = carrying.sheet("personal-search")
    carrying.submit(own, carrying.points(own, risk("甲")))
    head = carrying.sheet("personal-search", carrying.campus.head)
    with pytest.raises(Incomplete, match="丙一（处长）的表还没有交齐：请催办，或写明未随本表审核的原因。"):
        hand_in(carrying)
    assert carrying.sheet("personal-search").carrier is None

    sheet = hand_in(carrying, **{f"missing-{head.pk}": f"{AWAY}。"})

    document = documents.document(sheet)
    assert document["absent"] == [{"person": "丙一", "post": "处长", "reason": f"{AWAY}。"}]
    assert f"未随本表审核：丙一（处长）：{AWAY}。" in pages.to_html(compose(sheet.task.paper_rules, document))
    assert (
        f"未随本表审核：丙一（处长）：{AWAY}。"
        in Plain(carrying.campus.member).go(reverse("submission_detail", args=[sheet.pk])).words
    )


def test_liaison_sees_who_is_missing_and_urges_them_from_the_form(carrying):
    sheet, head = carrying.sheet("unit-search"), carrying.sheet("personal-search", carrying.campus.head)
    liaison = Plain(carrying.campus.liaison).go(reverse("submission_fill", args=[sheet.pk]))
    assert "已到 0 张，未到 2 张" in liaison.words

    liaison.press(liaison.form(f"contains(@action, '/{head.pk}/nudge/')"))

    assert Notification.objects.filter(
        kind="submission.nudge", recipient=carrying.campus.head, submission=head
    ).exists()
    assert "已到 0 张，未到 2 张" in liaison.words  # back on the form


def test_document_names_the_sheet_and_the_line_of_every_row(aboard):
    sheet = aboard.sheet("unit-search")
    rows = documents.document(sheet)["rows"]

    clerks, heads = aboard.sheet("personal-search"), aboard.sheet("personal-search", aboard.campus.head)
    assert [(row["content"], row.get("sheet")) for row in rows] == [
        ("单位", None),
        ("甲", str(clerks.pk)),
        ("乙", str(clerks.pk)),
        ("丙", str(heads.pk)),
    ]
    lines = {str(line.entry): line for part in (sheet, clerks, heads) for line in part.lines.all()}
    assert [lines[row["entry"]].submission_id for row in rows] == [sheet.pk, clerks.pk, clerks.pk, heads.pk]
    assert sheet.gravest_rank == 1
    with pytest.raises(NotAllowed, match="已随单位表提交审核，不能撤回"):
        aboard.withdraw(clerks)


def test_every_row_names_post_and_person(aboard):
    """Also the unit's own, which its head answers for where no post is named (T8)."""
    rows = documents.document(aboard.sheet("unit-search"))["rows"]

    assert {row["content"]: row["post_and_person"] for row in rows} == {
        "单位": "单位负责人\n丙一",
        "甲": "会计核算\n甲一",
        "乙": "会计核算\n甲一",
        "丙": "处长\n丙一",
    }


def test_unit_without_a_point_of_its_own_carries_its_people_all_the_same(ready):
    sheet = ready.submit(ready.sheet("unit-search"), {"entries": [], "values": {}})
    assert [row["content"] for row in documents.document(sheet)["rows"]] == ["甲", "乙", "丙"]


def test_sheet_taken_back_at_the_same_moment_is_not_taken_along(ready):
    sheet, own = ready.sheet("unit-search"), ready.sheet("personal-search")
    seen = Composition(sheet).members
    ready.withdraw(own)
    with pytest.raises(Stale):
        routing_carrying.take_along(sheet, seen)


def test_carrier_taken_back_lets_its_sheets_go(aboard):
    aboard.withdraw(aboard.sheet("unit-search"))

    own = aboard.sheet("personal-search")
    assert (own.carrier, own.waiting_role) == (None, "carrier")
    assert aboard.withdraw(own).state == "open"


# --- Judging ---------------------------------------------------------------------------------------------


@pytest.mark.database("both")
def test_row_about_oneself_is_locked_and_judged_by_the_others(aboard):
    sheet, head = aboard.sheet("unit-search"), aboard.campus.head
    own = key_of(sheet, "丙")
    page = Plain(head).go(reverse("submission_review", args=[sheet.pk]))
    assert "本人事项，由其他审核人判断。" in page.words
    assert not page.page.xpath(f".//input[@name='v-{own}']")

    ballot = aboard.vote(sheet, head, verdicts={own: (False, "我自己的不准")})
    other = aboard.vote(sheet, aboard.campus.member)
    assert own not in ballot.verdicts
    assert own in other.verdicts
    with pytest.raises(Refused, match="第 4 项是本人事项"):
        aboard.send_back(sheet, head, returned={own: "不准"})

    aboard.vote(sheet, aboard.campus.deputy)
    sheet = aboard.agree(sheet, head)
    verdicts = sheet.decisions.last().line_verdicts
    assert verdicts.pop(own) == ""
    assert set(verdicts.values()) == {"accepted"}
    [outcome] = bulk.act(bulk.AGREE, {sheet.pk: sheet.version}, actor=aboard.actor(head), at=aboard.clock.now)
    assert (outcome.kind, "本人事项" in outcome.text) == (bulk.SINGLY, True)

    leader = aboard.actor(aboard.campus.leader)
    clerks = Submission.objects.filter(pk=aboard.sheet("personal-search").pk)
    assert not clerks.visible_to(leader).exists()
    proposed(aboard)
    assert clerks.visible_to(leader).exists()  # whoever judges the table may read what it carries
    grades = {point.content: point.proposed_grade for point in RiskPoint.objects.select_related("proposed_grade")}
    assert grades.pop("丙") is None
    assert all(grades.values())


@pytest.mark.database("both")
def test_carried_rows_are_noticed_decided_and_filed_with_the_units_own(aboard):
    reviewed(aboard)
    proposed(aboard)
    chosen = as_decided(aboard.sheet("unit-search"))
    chosen[key_of(aboard.sheet("unit-search"), "乙")] = ("middle", "学校研究，从严掌握")
    sheet = filed(aboard, chosen)
    assert sheet.step == "publicise"  # another grade was decided than the notice has shown
    sheet = filed(aboard, chosen)

    first, second = PublicityNotice.objects.order_by("pk")
    assert [(item["place"], item["grade"]) for item in first.items] == [
        ("财务处", "低"),
        ("会计核算", "低"),
        ("会计核算", "低"),
        ("处长", "高"),
    ]
    assert [item["grade"] for item in second.items] == ["低", "低", "中", "高"]
    # A person's text is never shown.
    assert not [item for item in [*first.items, *second.items] if item.get("content") in ("甲", "乙", "丙")]
    sheets = [sheet, aboard.sheet("personal-search"), aboard.sheet("personal-search", aboard.campus.head)]
    assert {(one.state, one.filed_at) for one in sheets} == {("filed", sheet.filed_at)}
    in_force = RiskPoint.objects.filter(in_force_from=aboard.clock.today).select_related("final_grade")
    assert {point.content: point.final_grade.code for point in in_force} == {
        "单位": "low",
        "甲": "low",
        "乙": "middle",
        "丙": "high",
    }
    assert [row["final_grade"] for row in documents.document(sheets[1])["rows"]] == ["低", "中"]
    assert documents.document(sheets[1])["fields"]["by.propose"] == "丙一"
    assert documents.document(sheets[2])["fields"]["by.propose"] == "丁一"  # his own: whoever acted next
    assert signed.faults(sheets) == []
    assert aboard.sheet("personal-control").state == "open"
    assert aboard.sheet("unit-control").state == "open"


# --- What it costs ---------------------------------------------------------------------------------------


def test_review_of_a_table_costs_the_same_whatever_it_carries(aboard):
    def queries():
        client = Plain(aboard.campus.member).client
        client.get(reverse("submission_review", args=[aboard.sheet("unit-search").pk]))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("submission_review", args=[aboard.sheet("unit-search").pk]))
        return len(asked)

    few = queries()
    sheet = aboard.withdraw(aboard.sheet("unit-search"))
    for number in range(5):
        make_post(aboard.campus.unit, f"岗位{number}", make_person(f"丑{number}", aboard.campus.unit, rank="副科"))
    sweeping.each_hour(at=aboard.clock.now)
    for owed in Submission.objects.filter(task__code="personal-search", state="open", unit=aboard.campus.unit):
        own = aboard.sheet("personal-search", owed.person)
        aboard.submit(own, aboard.points(own, risk(f"{own.person}的")))
    entries = [
        {"key": str(line.entry), "base": None, "change": "add", "values": unit_risk("单位")}
        for line in sheet.lines.all()
    ]
    sheet = aboard.submit(sheet, {"entries": entries, "values": {}})

    assert sheet.carried.count() == 7
    assert queries() == few


def test_page_of_the_meeting_says_what_each_row_is_about_and_whose(aboard):
    """Not what its sheet happens to ask first (the duty, the post); a grade changed on a sheet that goes back is no lost word."""
    reviewed(aboard)
    proposed(aboard)
    sheet = aboard.agree(aboard.sheet("unit-search"), aboard.campus.leader)
    aboard.clock.set(f"{sheet.notices.latest('pk').ends_on} 23:00")
    sweeping.sweep(at=aboard.clock.set(f"{days.add_days(aboard.clock.today, 1)} 06:00"))
    sheet = aboard.sheet("unit-search")
    meeting = aboard.meeting(sheet, body=sheet.step_rules.body)
    page = Plain(aboard.campus.office).go(reverse("meeting_item", args=[meeting.items.get().pk])).page
    rows = [" ".join(cell.text_content().split()) for cell in page.xpath(".//td[@data-label='内容']")]
    assert [row.split(" 全部内容")[0] for row in rows] == [
        "单位",
        *(f"{text} {aboard.sheet('personal-search').subject}" for text in "甲乙"),
        f"丙 {aboard.sheet('personal-search', aboard.campus.head).subject}",
    ]
    own, others = key_of(sheet, "甲"), key_of(sheet, "乙")
    grave = aboard.campus.scheme.rules.grades[0].code
    said = {"words": "请补充", "redo_on": days.add_days(aboard.clock.today, 7), "returned": {own: "太笼统"}}
    with pytest.raises(Refused, match="退回的表重新提交后再定等级"):
        aboard.record_outcome(meeting, sheet, "return", grades={others: (grave, "应提级")}, **said)
    aboard.record_outcome(meeting, sheet, "return", **said)


def test_carrier_waits_for_the_last_of_those_sent_back(aboard):
    reviewed(aboard)
    proposed(aboard)
    campus, sheet = aboard.campus, aboard.sheet("unit-search")
    returned = {key_of(sheet, "甲"): "写明环节", key_of(sheet, "丙"): "写明环节"}
    aboard.send_back(sheet, campus.leader, returned=returned, redo_on=date(2026, 10, 21))

    own = aboard.sheet("personal-search")
    aboard.submit(own, again(own, "甲，报销复核环节"))
    assert aboard.again(sheet).waiting_role == "carried"
    heads = aboard.sheet("personal-search", campus.head)
    aboard.submit(heads, again(heads, "丙，审批环节"))
    assert aboard.again(sheet).waiting_role == "leader_in_charge"
