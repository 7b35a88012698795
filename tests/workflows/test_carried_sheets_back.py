"""Carried sheets that are sent back, come too late or leave, and what may not stay unfinished (T4, T5)."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from registers.access import can, people_who_may
from registers.models import Incumbency, PostGrade, RiskCategory, RiskPoint
from registers.papers import pages
from registers.papers.compose import compose
from registers.refusals import Refused
from tests.factories import make_person, make_post
from tests.noscript import Plain
from tests.stories import played_once
from tests.workflows import signed
from tests.workflows.carried_cases import (
    AWAY,
    again,
    as_decided,
    filed,
    hand_in,
    key_of,
    noticed,
    proposed,
    reviewed,
    risk,
)
from workflows import policies, sweeping
from workflows.campaign import campaigns, owing
from workflows.compiled import logs
from workflows.models import Meeting, Notification, SheetDocument, Submission
from workflows.progress import figures, stranded
from workflows.publicity import objections
from workflows.routing import carrying as routing_carrying
from workflows.routing import routes
from workflows.routing.meetings import recording
from workflows.sheets import Incomplete, changes, documents, sheet_for
from workflows.sheets.documents import Composition

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

# --- Sending back ----------------------------------------------------------------------------------------


@pytest.fixture
@played_once
def one_back(aboard):
    """The head has sent back a row of the clerk's; the unit's sheet waits at his step."""
    sheet = reviewed(aboard)
    aboard.send_back(sheet, aboard.campus.head, returned={key_of(sheet, "甲"): "写明环节"}, redo_on=date(2026, 9, 21))
    return aboard


def test_returned_row_sends_its_own_sheet_back_and_the_carrier_waits(one_back):
    sheet, own = one_back.sheet("unit-search"), one_back.sheet("personal-search")

    assert (own.state, own.due_on, own.carrier) == ("returned", date(2026, 9, 21), sheet)
    assert [(line.verdict, line.comment) for line in own.lines.all()] == [("returned", "写明环节"), ("accepted", "")]
    assert (sheet.state, sheet.step, sheet.waiting_role) == ("in_review", "propose", "carried")
    assert not people_who_may("decide", sheet).exists()
    assert one_back.sheet("personal-search", one_back.campus.head).waiting_role == "carrier"
    assert routing_carrying.resume_all(at=one_back.clock.now) == 0
    back = own.decisions.last()
    assert (back.step_label, back.acting_role, back.actor) == ("单位定级", "unit_head", one_back.campus.head)
    told = Notification.objects.get(kind="submission.part")
    assert (told.recipient, "中有个人表被退回" in told.text) == (one_back.campus.liaison, True)
    words = Plain(one_back.campus.liaison).go(reverse("submission_detail", args=[sheet.pk])).words
    assert "等待退回的个人表重新提交" in words


@pytest.mark.database("both")
def test_objection_to_a_carried_row_is_nobodys_own_and_sends_back_that_sheet_alone(aboard):
    reviewed(aboard)
    proposed(aboard)
    campus, sheet = aboard.campus, aboard.agree(aboard.sheet("unit-search"), aboard.campus.leader)
    notice, said = sheet.notices.get(), {"text": "等级偏低", "row": 2}
    aboard.clock.set(f"{notice.starts_on} 09:00")
    at = aboard.clock.now
    with pytest.raises(Refused, match="对本人的评定"):
        objections.object_to(notice, actor=aboard.actor(campus.clerk), at=at, **said)
    raised, _ = objections.object_to(notice, actor=aboard.actor(campus.colleague), at=at, **said)
    objections.handle(raised, actor=aboard.actor(campus.office), handling="经核查偏低", finding="upheld", at=at)

    own = aboard.sheet("personal-search")
    assert (own.state, aboard.again(sheet).waiting_role, sheet.notice_sheets.filter(left_at=None).count()) == (
        "returned", "carried", 0,
    )  # fmt: skip
    aboard.submit(own, again(own, "甲，报销复核环节"))
    assert (aboard.again(sheet).step, aboard.again(sheet).waiting_role) == ("publicise", "unpublished")


@pytest.mark.database("both")
def test_carrier_goes_on_from_the_step_that_returned_and_says_what_changed(one_back):
    own = one_back.sheet("personal-search")
    one_back.submit(own, again(own, "甲，报销复核环节"))

    sheet = one_back.sheet("unit-search")
    assert (sheet.step, sheet.waiting_role) == ("propose", "unit_head")
    assert changes.of_returned(Composition(sheet)) == ["修改：会计核算 甲一“甲，报销复核环节”"]
    page = Plain(one_back.campus.head).go(reverse("submission_review", args=[sheet.pk]))
    assert "退回的个人表已重新提交" in page.words
    assert SheetDocument.objects.filter(submission=sheet).count() == 2

    proposed(one_back)
    sheet = filed(one_back)
    assert {row["content"] for row in documents.document(sheet)["rows"]} == {"单位", "甲，报销复核环节", "乙", "丙"}
    assert signed.faults([sheet, one_back.sheet("personal-search")]) == []


def test_grade_of_a_row_that_a_meeting_sent_back_is_publicised_again_where_the_next_one_changes_it(aboard):
    """The second meeting sees what the filler changed and what the first had said; the notice shows what it decides (R1-27)."""
    reviewed(aboard)
    proposed(aboard)
    sheet = noticed(aboard)
    meeting = aboard.meeting(sheet, body=sheet.step_rules.body)
    aboard.attend(meeting)
    said = {"words": "一项过于笼统", "redo_on": aboard.clock.today, "returned": {key_of(sheet, "甲"): "写明环节"}}
    aboard.record_outcome(meeting, sheet, "return", **said)
    aboard.sign_minutes(meeting)
    own = aboard.sheet("personal-search")
    aboard.submit(own, again(own, "甲，报销复核环节"))

    sheet = aboard.sheet("unit-search")
    changed = {key_of(sheet, "甲，报销复核环节"): ("high", "金额大")}
    assert aboard.decided(sheet, as_decided(sheet) | changed).result == "done"

    item = sheet.meeting_items.latest("pk")
    words = Plain(item.meeting.recorder).go(reverse("meeting_item", args=[item.pk])).words
    assert "已退回 1 次 上次审核意见：写明环节" in words
    sheet = aboard.again(sheet)
    assert sheet.step == "publicise"
    grave = [[row["grade"] for row in notice.items].count("高") for notice in sheet.notices.order_by("pk")]
    assert grave == [1, 2]  # one of them has been grave from the start
    sheet = filed(aboard, as_decided(sheet) | changed)
    assert (sheet.state, sheet.notices.count()) == ("filed", 2)
    assert signed.faults([sheet, aboard.sheet("personal-search")]) == []


def test_grade_that_no_notice_showed_is_publicised_though_nobody_proposed_it(aboard):
    """The head proposes nothing of his own row, and a row added to a sheet that went back was not there yet (R1-27)."""
    reviewed(aboard)
    proposed(aboard)
    sheet = noticed(aboard)
    own = next(entry for entry in Composition(sheet).entries if entry.key == key_of(sheet, "丙"))
    assert (own.details["proposed_grade"], own.grade.code) == (None, "high")
    lighter = as_decided(sheet) | {own.key: ("low", "已有复核")}

    assert aboard.decided(sheet, lighter).result == "done"
    sheet = aboard.again(sheet)
    assert sheet.step == "publicise"
    assert [[row["grade"] for row in notice.items].count("高") for notice in sheet.notices.order_by("pk")] == [1, 0]

    sheet = noticed(aboard)
    meeting = aboard.meeting(sheet, body=sheet.step_rules.body)
    aboard.attend(meeting)
    said = {"words": "还有遗漏", "redo_on": aboard.clock.today, "returned": {key_of(sheet, "甲"): "写明环节"}}
    aboard.record_outcome(meeting, sheet, "return", **said)
    aboard.sign_minutes(meeting)
    clerks = aboard.sheet("personal-search")
    content = again(clerks, "甲，报销复核环节")
    content["entries"].append({"key": str(uuid4()), "base": None, "change": "add", "values": risk("后来补的")})
    aboard.submit(clerks, content)

    sheet = aboard.sheet("unit-search")
    assert sheet.step == "decide"
    assert aboard.decided(sheet, as_decided(sheet) | {own.key: ("low", "已有复核")}).result == "done"
    sheet = aboard.again(sheet)
    assert (sheet.step, sheet.waiting_role) == ("publicise", policies.NOTICE)
    sheet = filed(aboard, as_decided(sheet) | {own.key: ("low", "已有复核")})
    assert (sheet.state, sheet.notices.count()) == ("filed", 3)
    assert len(sheet.notices.latest("pk").items) == len(sheet.notices.earliest("pk").items) + 1


def test_whoever_leaves_while_his_sheet_is_away_is_named_and_holds_nothing_up(one_back):
    own = Submission.objects.filter(pk=one_back.sheet("personal-search").pk)
    owing.stop(own, reason="离任：已不担任该岗位", at=one_back.clock.now)

    assert routing_carrying.resume_all(at=one_back.clock.now) == 1

    document = documents.document(one_back.sheet("unit-search"))
    assert [row["content"] for row in document["rows"]] == ["单位", "丙"]
    assert document["absent"] == [{"person": "甲一", "post": "会计核算", "reason": "离任：已不担任该岗位"}]


def test_own_row_returned_sends_the_whole_table_back(aboard):
    sheet = reviewed(aboard)
    marked = {key_of(sheet, "单位"): "写明环节", key_of(sheet, "甲"): "写明环节"}

    sheet = aboard.send_back(sheet, aboard.campus.head, returned=marked)

    assert sheet.state == "returned"
    assert aboard.sheet("personal-search").state == "returned"
    letter = logs.return_notice(submission=sheet, votes=())["fields"]["opinion"].splitlines()
    assert letter == [
        "请补充",
        "第 1 项（权力行使）“单位”：写明环节",
        "甲一（会计核算）的表第 1 项（权力行使）“甲”：写明环节",
    ]
    heads = aboard.sheet("personal-search", aboard.campus.head)
    assert (heads.waiting_role, heads.carrier) == ("carrier", None)


def test_row_that_another_sheet_has_overtaken_goes_back_by_itself(aboard):
    sheet = reviewed(aboard)
    line = aboard.sheet("personal-search").lines.first()
    other = RiskPoint.objects.get(pk=line.risk_point_id)
    RiskPoint.objects.filter(pk=other.pk).update(series=other.series)
    standing = other.revised(content="先办结的")
    standing.base, standing.in_force_from = None, aboard.clock.today
    standing.save()

    sheet = aboard.agree(sheet, aboard.campus.head, grades=aboard.as_proposed(sheet))

    assert (sheet.waiting_role, aboard.sheet("personal-search").state) == ("carried", "returned")
    assert "登记册已有变动" in aboard.sheet("personal-search").decisions.last().opinion


# --- Who comes too late, or joins, or leaves --------------------------------------------------------------


@pytest.fixture
@played_once
def late(carrying):
    """The unit's sheet went without the head's, which comes now."""
    own, heads = carrying.sheet("personal-search"), carrying.sheet("personal-search", carrying.campus.head)
    carrying.submit(own, carrying.points(own, risk("甲")))
    hand_in(carrying, **{f"missing-{heads.pk}": AWAY})
    carrying.submit(heads, carrying.points(heads, risk("丙")))
    return carrying


def test_sheet_that_comes_late_is_named_and_taken_in_when_compiled_anew(late):
    sheet = late.sheet("unit-search")
    assert changes.of_crew(Composition(sheet)) == ["新到：丙一（处长）的表已提交，不在本表内"]
    assert Notification.objects.filter(kind="submission.late_for_carrier", recipient=late.campus.liaison).exists()
    assert "提交后的人员变动" in pages.to_html(compose(sheet.task.paper_rules, documents.document(sheet)))

    page = Plain(late.campus.member).go(reverse("submission_review", args=[sheet.pk]))
    assert "随本表审核的个人表在提交之后有变动" in page.words
    page.press(page.form("contains(@action, 'recompile')"))

    document = documents.document(late.sheet("unit-search"))
    assert [row["content"] for row in document["rows"]] == ["单位", "甲", "丙"]
    assert "absent" not in document
    assert late.sheet("personal-search", late.campus.head).carrier == sheet


def test_sheet_left_behind_travels_on_a_supplementary_one(late):
    reviewed(late)
    proposed(late)
    first = filed(late)
    heads = late.sheet("personal-search", late.campus.head)
    assert (first.state, heads.state, heads.carrier) == ("filed", "in_review", None)
    assert not can(late.actor(late.campus.head), "begin_again", first)

    more = campaigns.begin_again(first, actor=late.actor(late.campus.liaison), at=late.clock.now)
    content = late.points(more)
    routes.submit(more.pk, actor=late.actor(late.campus.liaison), seen_version=0, content=content, at=late.clock.now)

    assert late.sheet("personal-search", late.campus.head).carrier == more
    assert [row["content"] for row in documents.document(Submission.objects.get(pk=more.pk))["rows"]] == ["单位", "丙"]


def test_campaign_ends_though_a_sheet_was_left_behind(late):
    reviewed(late)
    proposed(late)
    filed(late)
    office = late.actor(late.campus.office)
    assert campaigns.close(late.campaign, actor=office, at=late.clock.now) > 0
    assert late.sheet("personal-search", late.campus.head).state == "in_review"


def test_sheet_that_no_unit_will_carry_is_listed_with_the_remedy(ready):
    Submission.objects.filter(task__code="unit-search", unit=ready.campus.unit).update(state="cancelled")
    rows = figures.listed(ready.actor(ready.campus.office), ready.campaign)
    holding = policies.Holding(ready.clock.today)

    lines = stranded.lines(rows, ready.campaign, holding)

    [line] = [line for line in lines if "无表可随" in line.remedy.what]
    assert {submission.person for submission in line.submissions} == {ready.campus.clerk, ready.campus.head}
    assert "没有“廉政风险点及风险等级汇总”、“廉政风险点及防控措施登记”，个人表无表可随" in line.remedy.what
    assert "登记财务处单位负责人的任职" in line.remedy.who


def test_joining_and_leaving_is_named_on_the_table(aboard):
    campus = aboard.campus
    Incumbency.objects.filter(user=campus.clerk).update(until=aboard.clock.today)
    new = make_person("甲九", campus.unit, rank="副科")
    make_post(campus.unit, "出纳", new)
    sweeping.each_hour(at=aboard.clock.now)

    assert changes.of_crew(Composition(aboard.sheet("unit-search"))) == [
        "新增：甲九（出纳）应当填表，尚未提交，不在本表内",
        "离任：甲一（会计核算）已不任该岗位，其表仍在本表内",
    ]


# --- Finished input (T4) ---------------------------------------------------------------------------------


def test_what_is_kept_has_to_hold_what_is_asked_for_now(carrying):
    sheet = carrying.sheet("personal-search")
    category = RiskCategory.objects.get(scheme=carrying.campus.scheme, code="power")
    grade = sheet_for(sheet).grade_rows["low"]
    RiskPoint.objects.create(
        level="personal", unit=carrying.campus.unit, post=carrying.campus.post, holder=carrying.campus.clerk, category=category,
        content="去年的", finding_source="self", final_grade=grade, in_force_from=date(2025, 4, 1),
    )  # fmt: skip
    [entry] = sheet_for(sheet).offered()

    kept = {"entries": [{**entry, "change": "keep"}], "values": {}}
    with pytest.raises(Incomplete, match="现行登记没有“岗位职责内容”，不能沿用；请选择“修改”，补充后提交。"):
        carrying.submit(sheet, kept)
    revised = {**entry, "change": "revise", "values": entry["values"] | risk("去年的")}
    assert carrying.submit(sheet, {"entries": [revised], "values": {}}).state == "in_review"


def test_post_below_its_gravest_point_under_way_wants_a_reason_at_every_step(aboard):
    campus, sheet = aboard.campus, aboard.sheet("post-grading")
    content = sheet_for(sheet).content()
    posts = {str(grade.series): grade.post.name for grade in sheet_for(sheet).on_record()}
    proposals = {posts[entry["key"]]: sheet_for(sheet).typed_proposal(entry) for entry in content["entries"]}
    assert {name: found.grade for name, found in proposals.items()} == {
        "会计核算": "low",
        "档案管理": "low",
        "处长": "high",
    }
    assert "1 个已定级或正在审核的风险点" in proposals["处长"].reason

    sheet = aboard.submit(sheet, content)
    low = {entry.key: ("low", "") for entry in Composition(sheet).entries}
    with pytest.raises(Incomplete):
        aboard.agree(sheet, campus.head, grades=low)
    explained = {key: (grade, "兼职，实际不经手") for key, (grade, _) in low.items()}
    sheet = aboard.agree(aboard.agree(sheet, campus.head, grades=explained), campus.leader)
    sheet.refresh_from_db()
    sweeping.sweep(at=aboard.clock.set(f"{date.fromordinal(sheet.notices.get().ends_on.toordinal() + 1)} 06:00"))
    assert aboard.decided(aboard.sheet("post-grading")).result == "done"
    reasons = set(PostGrade.objects.filter(in_force_from__isnull=False).values_list("post__name", "grade_reason"))
    assert ("处长", "兼职，实际不经手；会议同意拟定的等级") in reasons  # the body has agreed with the unit's reason


def test_point_above_the_grade_that_its_post_has_already_wants_a_reason(aboard):
    low = sheet_for(aboard.sheet("unit-search")).grade_rows["low"]
    grade = PostGrade.objects.create(
        unit=aboard.campus.unit, post=aboard.campus.head_post, final_grade=low, in_force_from=aboard.clock.today
    )
    aboard.sheet("post-grading").lines.create(position=1, change="add", post_grade=grade, fingerprint="x")
    reviewed(aboard)
    proposed(aboard)
    sheet = aboard.sheet("unit-search")
    silent = {key: (code, "") for key, (code, _) in as_decided(sheet).items()}
    with pytest.raises(Refused, match="第 4 项：高于该岗位本年度已确定的岗位风险等级，请写明理由。") as refused:
        filed(aboard, silent)  # while it can still be written, not after the signature
    sheet = aboard.sheet("unit-search")
    [own] = [entry.key for entry in Composition(sheet).entries if entry.number == 4]
    assert refused.value.fields == {f"r-{own}": "高于该岗位本年度已确定的岗位风险等级，请写明理由。"}
    assert sheet.step == "decide"
    Meeting.objects.update(cancelled_at=aboard.clock.now, cancel_reason="改日再开")

    circulated = aboard.meeting(sheet, form="circulated", body=sheet.step_rules.body)
    item = circulated.items.get()
    for member in aboard.body():
        ballot = {item.pk: ("agree", "")}
        recording.vote(circulated.pk, ballot, actor=aboard.actor(member), at=aboard.clock.now)
    put_off = aboard.sign_minutes(circulated)[sheet.pk]
    assert (put_off.outcome, put_off.result) == ("put_off", "none")
    assert put_off.words.endswith("请写明理由。传签不能写明理由，请列入会议审议。")

    reasoned = dict.fromkeys(silent, ("", "该事项由其独立经办"))
    decided = aboard.decided(sheet, reasoned)
    assert decided.result == "done"
    page = Plain(decided.meeting.recorder).go(reverse("meeting_item", args=[decided.pk])).page
    assert page.xpath(f"//input[@name='r-{own}']/@value") == ["该事项由其独立经办"]


def test_grade_that_the_same_meeting_makes_want_a_reason_is_named_with_its_entry(aboard):
    """The post is graded below its point after the point was settled: the result says what to write, and nobody was faster."""
    campus, sheet = aboard.campus, aboard.sheet("unit-search")
    reviewed(aboard)
    sheet = aboard.agree(proposed(aboard), campus.leader)
    sweeping.sweep(at=aboard.clock.set(f"{date.fromordinal(sheet.notices.get().ends_on.toordinal() + 1)} 06:00"))
    sheet = aboard.sheet("unit-search")
    meeting = aboard.meeting(sheet, body=sheet.step_rules.body)
    aboard.attend(meeting)
    assert aboard.agree_rest(meeting) == []
    low = sheet_for(sheet).grade_rows["low"]
    grade = PostGrade.objects.create(
        unit=campus.unit, post=campus.head_post, final_grade=low, in_force_from=aboard.clock.today
    )
    aboard.sheet("post-grading").lines.create(position=1, change="add", post_grade=grade, fingerprint="x")

    item = aboard.sign_minutes(meeting)[sheet.pk]

    words = "第 4 项：高于该岗位本年度已确定的岗位风险等级，请写明理由。请列入下次会议，在会上补充。"
    assert (item.result, item.result_words) == ("failed", words)
