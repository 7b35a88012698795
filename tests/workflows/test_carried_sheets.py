"""Personal sheets that travel on the unit's sheet: handed in, judged row by row, returned, noticed and filed with it (T4, T5)."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers.access import NotAllowed, can, people_who_may, policy_of
from registers.models import Incumbency, PostGrade, RiskPoint, User
from registers.papers import pages
from registers.papers.compose import compose
from registers.refusals import Refused, Stale
from tests.factories import make_person, make_post
from tests.noscript import Plain
from tests.personas import Year
from tests.stories import played_once
from tests.workflows import signed
from workflows import policies, sweeping
from workflows.campaign import campaigns, owing
from workflows.models import Notification, PublicityNotice, SheetDocument, Submission
from workflows.progress import figures, stranded
from workflows.routing import bulk, carrying, routes
from workflows.sheets import Incomplete, changes, documents, sheet_for
from workflows.sheets.documents import Composition

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

SLIGHT = {
    "importance": "ordinary",
    "frequency": "seldom",
    "discretion": "small",
    "probability": "low",
    "harm": "slight",
}
GRAVE = SLIGHT | {"harm": "criminal"}
AWAY = "到上级机关借调，返校后补报"


def risk(content, **values):
    said = {"duty": "办理会计核算", "manifestation": f"{content}的表现", "finding_source": "self"}
    return {"category": "power", "content": content, **said, **SLIGHT, **values}


def unit_risk(content, **values):
    return {"category": "power", "content": content, "manifestation": f"{content}的表现", **SLIGHT, **values}


@pytest.fixture
@played_once
def unit(make_campus, clock):
    """The year of a unit under 003: its clerk and its head owe sheets, and the unit one that carries them."""
    campus = make_campus(scheme="nwnu-2012")
    User.objects.filter(pk__in=[campus.clerk.pk, campus.head.pk]).update(rank="副科")
    return Year(campus, clock)


@pytest.fixture
@played_once
def ready(unit):
    """The clerk's sheet waits for the unit's, with two points; the head's with one, a grave one."""
    own, heads = unit.sheet("personal-search"), unit.sheet("personal-search", unit.campus.head)
    unit.submit(own, unit.points(own, risk("甲"), risk("乙")))
    unit.submit(heads, unit.points(heads, risk("丙", **GRAVE)))
    return unit


@pytest.fixture
@played_once
def aboard(ready):
    """The unit's sheet, with one point of its own, waits for the group and carries both."""
    hand_in(ready)
    return ready


def hand_in(year, **reasons):
    sheet = year.sheet("unit-search")
    content = year.points(sheet, unit_risk("单位"))
    return year.submit(sheet, {**content, "values": reasons})


def reviewed(year):
    """The group has voted and its leader concluded: the head is to propose the grades."""
    sheet = year.sheet("unit-search")
    for member in (year.campus.member, year.campus.deputy, year.campus.head):
        year.vote(sheet, member)
    return year.agree(sheet, year.campus.head)


def proposed(year):
    sheet = year.sheet("unit-search")
    return year.agree(sheet, year.campus.head, grades=year.as_proposed(sheet))


def filed(year, grades=None):
    """From the leader in charge to the school's decision, past the notice."""
    sheet = year.agree(year.sheet("unit-search"), year.campus.leader)
    year.clock.set(f"{sheet.notices.latest('pk').ends_on} 23:00")
    sweeping.sweep(at=year.clock.set(f"{date.fromordinal(year.clock.today.toordinal() + 1)} 06:00"))
    sheet = year.sheet("unit-search")
    return year.agree(sheet, year.campus.chair, grades=grades or as_decided(sheet))


def as_decided(sheet):
    return {entry.key: (entry.details["proposal"].grade, "按公示的等级确定") for entry in Composition(sheet).entries}


def key_of(sheet, content):
    [key] = [
        entry.key
        for entry in Composition(sheet).entries
        if entry.fields[1][2] == content or entry.fields[0][2] == content
    ]
    return key


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


def test_unit_hands_in_when_all_are_there_or_says_who_is_missing_and_why(unit):
    own = unit.sheet("personal-search")
    unit.submit(own, unit.points(own, risk("甲")))
    head = unit.sheet("personal-search", unit.campus.head)
    with pytest.raises(Incomplete, match="丙一（处长）的表还没有交齐：请催办，或写明未随本表审核的原因。"):
        hand_in(unit)
    assert unit.sheet("personal-search").carrier is None

    sheet = hand_in(unit, **{f"missing-{head.pk}": AWAY})

    document = documents.document(sheet)
    assert document["absent"] == [{"person": "丙一", "post": "处长", "reason": AWAY}]
    assert f"未随本表审核：丙一（处长）：{AWAY}。" in pages.to_html(compose(sheet.task.paper_rules, document))
    assert (
        f"未随本表审核：丙一（处长）：{AWAY}。"
        in Plain(unit.campus.member).go(reverse("submission_detail", args=[sheet.pk])).words
    )


def test_liaison_sees_who_is_missing_and_urges_them_from_the_form(unit):
    sheet, head = unit.sheet("unit-search"), unit.sheet("personal-search", unit.campus.head)
    liaison = Plain(unit.campus.liaison).go(reverse("submission_fill", args=[sheet.pk]))
    assert "已到 0 张，未到 2 张" in liaison.words

    liaison.press(liaison.form(f"contains(@action, '/{head.pk}/nudge/')"))

    assert Notification.objects.filter(kind="submission.nudge", recipient=unit.campus.head, submission=head).exists()
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


def test_sheet_taken_back_at_the_same_moment_is_not_taken_along(ready):
    sheet, own = ready.sheet("unit-search"), ready.sheet("personal-search")
    seen = Composition(sheet).members
    ready.withdraw(own)
    with pytest.raises(Stale):
        carrying.board(sheet, seen)


def test_carrier_taken_back_lets_its_sheets_go(aboard):
    aboard.withdraw(aboard.sheet("unit-search"))

    own = aboard.sheet("personal-search")
    assert (own.carrier, own.waiting_role) == (None, "carrier")
    assert aboard.withdraw(own).state == "open"


# --- Judging ---------------------------------------------------------------------------------------------


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
    [outcome] = bulk.act(bulk.AGREE, {sheet.pk: sheet.version}, actor=aboard.actor(head), at=aboard.clock.now)
    assert (outcome.kind, "本人事项" in outcome.text) == (bulk.SINGLY, True)

    proposed(aboard)
    grades = {point.content: point.proposed_grade for point in RiskPoint.objects.select_related("proposed_grade")}
    assert grades.pop("丙") is None
    assert all(grades.values())


def test_carried_rows_are_noticed_decided_and_filed_with_the_units_own(aboard):
    reviewed(aboard)
    proposed(aboard)
    chosen = as_decided(aboard.sheet("unit-search"))
    chosen[key_of(aboard.sheet("unit-search"), "乙")] = ("middle", "学校研究，从严掌握")
    sheet = filed(aboard, chosen)

    [notice] = PublicityNotice.objects.all()
    assert [(item["place"], item["grade"]) for item in notice.items] == [
        ("财务处", "低"),
        ("会计核算", "低"),
        ("会计核算", "低"),
        ("处长", "高"),
    ]
    assert not [
        item for item in notice.items if item["content"] in ("甲", "乙", "丙")
    ]  # a person's text is never shown
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
    assert carrying.resume_all(at=one_back.clock.now) == 0
    back = own.decisions.last()
    assert (back.step_label, back.acting_role, back.actor) == ("单位定级", "unit_head", one_back.campus.head)
    words = Plain(one_back.campus.liaison).go(reverse("submission_detail", args=[sheet.pk])).words
    assert "等待退回的个人表重新提交" in words


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


def again(sheet, content):
    """What the clerk hands in again: the first point with another text."""
    lines = list(sheet.lines.select_related("risk_point").order_by("position"))
    texts = [content, *(line.risk_point.content for line in lines[1:])]
    entries = [
        {"key": str(line.entry), "base": None, "change": "add", "values": risk(text)}
        for line, text in zip(lines, texts, strict=True)
    ]
    return {"entries": entries, "values": {}}


def test_whoever_leaves_while_his_sheet_is_away_is_named_and_holds_nothing_up(one_back):
    own = Submission.objects.filter(pk=one_back.sheet("personal-search").pk)
    owing.stop(own, reason="离任：已不担任该岗位", at=one_back.clock.now)

    assert carrying.resume_all(at=one_back.clock.now) == 1

    document = documents.document(one_back.sheet("unit-search"))
    assert [row["content"] for row in document["rows"]] == ["单位", "丙"]
    assert document["absent"] == [{"person": "甲一", "post": "会计核算", "reason": "离任：已不担任该岗位"}]


def test_own_row_returned_sends_the_whole_table_back(aboard):
    sheet = reviewed(aboard)
    marked = {key_of(sheet, "单位"): "写明环节", key_of(sheet, "甲"): "写明环节"}

    sheet = aboard.send_back(sheet, aboard.campus.head, returned=marked)

    assert sheet.state == "returned"
    assert aboard.sheet("personal-search").state == "returned"
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
def late(unit):
    """The unit's sheet went without the head's, which comes now."""
    own, heads = unit.sheet("personal-search"), unit.sheet("personal-search", unit.campus.head)
    unit.submit(own, unit.points(own, risk("甲")))
    hand_in(unit, **{f"missing-{heads.pk}": AWAY})
    unit.submit(heads, unit.points(heads, risk("丙")))
    return unit


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

    [line] = stranded.lines(rows, ready.campaign, holding)

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


def test_what_is_kept_has_to_hold_what_is_asked_for_now(unit):
    sheet = unit.sheet("personal-search")
    category = sheet_for(sheet)._category_rows["power"]
    grade = sheet_for(sheet).grade_rows["low"]
    RiskPoint.objects.create(
        level="personal", unit=unit.campus.unit, post=unit.campus.post, holder=unit.campus.clerk, category=category,
        content="去年的", finding_source="self", final_grade=grade, in_force_from=date(2025, 4, 1),
    )  # fmt: skip
    [entry] = sheet_for(sheet).offered()

    kept = {"entries": [{**entry, "change": "keep"}], "values": {}}
    with pytest.raises(Incomplete, match="现行登记没有“岗位职责内容”，不能沿用；请选择“修改”，补充后提交。"):
        unit.submit(sheet, kept)
    revised = {**entry, "change": "revise", "values": entry["values"] | risk("去年的")}
    assert unit.submit(sheet, {"entries": [revised], "values": {}}).state == "in_review"


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
    with pytest.raises(Incomplete):
        aboard.agree(aboard.sheet("post-grading"), campus.chair, grades=low)
    assert not PostGrade.objects.filter(in_force_from__isnull=False).exists()


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
