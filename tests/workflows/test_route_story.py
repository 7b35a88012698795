"""How a sheet travels: the story of 001, and what the second year finds."""

from datetime import date

import pytest

from registers import audit, ledgers
from registers.models import (
    AuditEntry,
    ControlMeasure,
    PowerItem,
    RiskPoint,
    User,
)
from registers.text import digest_of
from tests.personas import Year, point, unit_point
from tests.stories import played_once
from tests.workflows.route_cases import decisions, told, where
from workflows.models import FiledPaper, Submission
from workflows.sheets import Incomplete, documents, sheet_for

pytestmark = pytest.mark.database("sqlite")


def test_year_of_one_post_from_search_to_ledger(year):
    campus = year.campus

    search = year.searched(point("甲", category="morality"), point("乙"))
    grading = year.graded("grade-2", "grade-1")
    control = year.controlled()

    assert [where(sheet) for sheet in (search, grading, control)] == [
        ("filed", "file", ""),
        ("filed", "file", ""),
        ("filed", "copy", ""),
    ]
    assert decisions(search) == [
        ("fill", "submit", "post_holder", "clerk", False),
        ("review", "agree", "group_member", "head", False),
        ("sign", "agree", "unit_head", "head", True),
        ("file", "agree", "office", "office", False),
    ]
    assert decisions(grading) == [
        ("fill", "submit", "post_holder", "clerk", False),
        ("propose", "agree", "unit_head", "head", False),
        ("publicise", "automatic", "notice", None, False),
        ("decide", "agree", "unit_head", "head", False),
        ("file", "agree", "office", "office", False),
    ]
    assert decisions(control) == [
        ("fill", "submit", "post_holder", "clerk", False),
        ("sign", "agree", "unit_head", "head", True),
        ("copy", "automatic", "office", None, False),
    ]
    rows = ledgers.rows(ledgers.for_reader(year.actor(campus.office)), campus.scheme, campus.root, on=year.clock.today)
    assert [(row.point.content, row.point.final_grade.label, row.measures) for row in rows] == [
        ("乙", "一级", {"prevention": "两人经办", "monitoring": "每月抽查", "disposal": "谈话提醒"}),
        ("甲", "二级", {"prevention": "两人经办", "monitoring": "每月抽查", "disposal": "谈话提醒"}),
    ]
    assert audit.verify() == (AuditEntry.objects.count(), [])


def test_every_act_of_the_story_leaves_its_entry(year):
    year.searched(point("甲"))
    sheet = year.graded("grade-1")

    about = AuditEntry.objects.filter(about=f"workflows.submission:{sheet.pk}").order_by("sequence")
    assert list(about.values_list("act", "actor__number", "acting_role")) == [
        ("submission.opened", None, ""),
        ("submission.submit", "clerk", "post_holder"),
        ("submission.agree", "head", "unit_head"),
        ("submission.automatic", None, "notice"),
        ("submission.agree", "head", "unit_head"),
        ("submission.agree", "office", "office"),
    ]
    other = (
        AuditEntry.objects.exclude(about__startswith="workflows.submission:")
        .order_by("sequence")
        .values_list("act", flat=True)
    )
    notice = ["notice.draft", "notice.release", "notice.clear"]
    assert list(other) == ["scheme.load", "campaign.open", *["submission.opened"] * 4, *notice]


def test_year_of_the_unit_from_search_to_ledger(year):
    campus = year.campus

    year.searched(unit_point("甲"), unit_point("乙", category="environment"), code="unit-search")
    grading = year.graded("grade-3", "grade-1", code="unit-grading")
    control = year.controlled(code="unit-control")

    assert decisions(grading) == [
        ("fill", "submit", "liaison", "liaison", False),
        ("sign", "agree", "unit_head", "head", False),
        ("publicise", "automatic", "notice", None, False),
        ("decide", "agree", "school_group", "chair", False),
    ]
    assert [row[:4] for row in decisions(control)] == [
        ("fill", "submit", "liaison", "liaison"),
        ("sign", "agree", "unit_head", "head"),
        ("file", "agree", "office", "office"),
    ]
    rows = ledgers.rows(ledgers.for_reader(year.actor(campus.office)), campus.scheme, campus.unit, on=year.clock.today)
    assert [(row.point.content, row.point.holder, row.point.final_grade.label) for row in rows] == [
        ("乙", None, "一级"),
        ("甲", None, "三级"),
    ]


def test_filed_power_is_in_force_with_its_steps(year, powers):
    item = PowerItem.objects.in_force(year.clock.today).get()
    assert (where(powers), item.name, item.accountable_post) == (
        ("filed", "file", ""),
        "设备采购立项审核",
        year.campus.post,
    )
    assert [(step.post_name, step.procedure, step.time_limit) for step in item.steps.all()] == [
        ("经办", "受理", "1日"),
        ("审核", "复核", "2日"),
    ]


def test_directory_is_compiled_from_the_powers_on_record(year, powers):
    directory = year.sheet("power-directory")
    directory = year.submit(directory, {"entries": [], "values": {}})
    directory = year.agree(year.agree(directory, year.campus.head, signed=True), year.campus.office)

    assert [row["name"] for row in documents.document(directory)["rows"]] == ["设备采购立项审核"]


def test_register_does_not_change_before_the_end_of_the_route(year, signed):
    assert RiskPoint.objects.in_force(year.clock.today).count() == 0

    year.agree(signed, year.campus.office)

    assert {row.content for row in RiskPoint.objects.in_force(year.clock.today)} == {"甲", "乙"}


def test_next_sheet_opens_when_the_one_before_is_filed_and_not_sooner(year, signed):
    campus = year.campus
    assert year.sheet("personal-grading").state == "waiting"

    year.agree(signed, campus.office)

    assert year.sheet("personal-grading").state == "open"
    assert year.sheet("personal-grading", campus.head).state == "waiting"  # somebody else's
    assert year.sheet("personal-control").state == "waiting"
    assert told(campus.clerk, "submission.opened")[-1] == year.sheet("personal-grading").pk


def test_control_sheet_waits_for_its_day_even_after_grading(year):
    year.searched()
    year.graded("grade-1")
    assert year.sheet("personal-control").state == "waiting"

    year.clock.set("2026-10-31 23:59")
    year.sweep()
    assert year.sheet("personal-control").state == "waiting"

    year.clock.set("2026-11-01 00:00")
    year.sweep()
    assert year.sheet("personal-control").state == "open"


@pytest.fixture
@played_once
def second_year(year):
    """Points 甲 (grade 1), 乙 (2) and 丙 (3) with their measures, filed in 2026; the campaign of 2027."""
    year.searched(point("甲"), point("乙"), point("丙"))
    year.graded("grade-1", "grade-2", "grade-3")
    year.controlled()
    return Year(year.campus, year.clock, number=2027)


def choose(sheet, **choices):
    """Content that keeps, revises or retires what the register offers, by its present content."""
    entries = sheet_for(sheet).offered()
    for entry in entries:
        entry["change"], changes = choices[entry["values"]["content"]]
        entry["values"].update(changes)
    return {"entries": entries, "values": {}}


KEEP, RETIRE = ("keep", {}), ("retire", {"reason": "岗位已不办理该业务"})


def in_force(model, on):
    return sorted(str(row) for row in model.objects.in_force(on))


def test_last_years_points_are_offered_and_kept_revised_or_retired(second_year):
    year = second_year
    sheet = year.sheet("personal-search")
    before = {row.content: row for row in RiskPoint.objects.in_force(date(2026, 12, 31))}

    sheet = year.submit(sheet, choose(sheet, 甲=KEEP, 乙=("revise", {"content": "乙改"}), 丙=RETIRE))
    assert in_force(RiskPoint, year.clock.today) == ["丙", "乙", "甲"]
    year.agree(year.review(sheet), year.campus.office)

    after = {row.content: row for row in RiskPoint.objects.in_force(year.clock.today)}
    assert set(after) == {"甲", "乙改"}
    assert after["甲"].pk == before["甲"].pk
    assert (after["乙改"].series, after["乙改"].pk == before["乙"].pk) == (before["乙"].series, False)
    assert in_force(RiskPoint, date(2026, 12, 31)) == ["丙", "乙", "甲"]


def test_retired_point_takes_its_measures_out_of_the_register(second_year):
    year = second_year
    sheet = year.sheet("personal-search")
    assert ControlMeasure.objects.in_force(year.clock.today).count() == 9

    year.agree(year.review(year.submit(sheet, choose(sheet, 甲=KEEP, 乙=KEEP, 丙=RETIRE))), year.campus.office)

    assert ControlMeasure.objects.in_force(year.clock.today).count() == 6
    assert ControlMeasure.objects.in_force(date(2026, 12, 31)).count() == 9


@pytest.mark.parametrize(
    ("choice", "fault"),
    [
        (("", {}), {"change": "请选择沿用、修改或撤销。"}),
        (("add", {}), {"change": "请选择沿用、修改或撤销。"}),
        (("retire", {"reason": " "}), {"reason": "请写明撤销的理由。"}),
        (("revise", {"content": ""}), {"content": "请填写“风险内容”。"}),
        (("revise", {}), {"change": "内容与现行登记相同：不改请选“沿用”，要改请修改内容。"}),
    ],
)
def test_what_is_on_record_needs_a_choice(second_year, choice, fault):
    sheet = second_year.sheet("personal-search")
    content = choose(sheet, 甲=KEEP, 乙=choice, 丙=KEEP)

    with pytest.raises(Incomplete) as refused:
        second_year.submit(sheet, content)

    assert list(refused.value.faults.values()) == [fault]


def test_reviewer_sees_last_years_text_beside_this_years(second_year):
    sheet = second_year.sheet("personal-search")
    sheet = second_year.submit(sheet, choose(sheet, 甲=KEEP, 乙=("revise", {"content": "乙改"}), 丙=RETIRE))

    shown = {
        entry.fields[0][2]: (entry.change_label, [value for _, _, value in entry.before][:1], entry.reason)
        for entry in sheet_for(sheet).shown()
    }

    assert shown == {"甲": ("沿用", [], ""), "乙改": ("修改", ["乙"], ""), "丙": ("撤销", [], "岗位已不办理该业务")}


def test_measures_that_did_not_change_stay_the_same_version(second_year):
    year = second_year
    sheet = year.sheet("personal-search")
    year.agree(year.review(year.submit(sheet, choose(sheet, 甲=KEEP, 乙=KEEP, 丙=KEEP))), year.campus.office)
    year.graded("grade-1", "grade-2", "grade-3")
    before = set(ControlMeasure.objects.in_force(year.clock.today).values_list("pk", flat=True))

    year.controlled(monitoring="每周抽查")

    after = ControlMeasure.objects.in_force(year.clock.today)
    assert set(after.exclude(stage="monitoring").values_list("pk", flat=True)) <= before
    assert set(after.filter(stage="monitoring").values_list("text", flat=True)) == {"每周抽查"}
    assert after.count() == 9


def test_filed_paper_does_not_change_with_what_comes_later(second_year):
    year, campus = second_year, second_year.campus
    paper = FiledPaper.objects.get(submission__task__code="personal-control", submission__person=campus.clerk)
    frozen = paper.document
    assert digest_of(frozen) == paper.digest

    User.objects.filter(pk=campus.clerk.pk).update(name="改名")
    campus.post.name = "改了岗位"
    campus.post.save()
    sheet = year.sheet("personal-search")
    year.agree(
        year.review(year.submit(sheet, choose(sheet, 甲=("revise", {"content": "甲改"}), 乙=RETIRE, 丙=KEEP))),
        campus.office,
    )

    again = documents.document(Submission.objects.get(pk=paper.submission_id))
    assert again == frozen
    assert [row["content"] for row in again["rows"]] == ["甲", "乙", "丙"]
    assert again["fields"]["person.name"] == "甲一"


def test_ledger_of_any_day_shows_that_day(second_year):
    year = second_year
    sheet = year.sheet("personal-search")
    year.agree(
        year.review(year.submit(sheet, choose(sheet, 甲=("revise", {"content": "甲改"}), 乙=RETIRE, 丙=KEEP))),
        year.campus.office,
    )

    def ledger(day):
        rows = ledgers.rows(ledgers.everything(), year.campus.scheme, year.campus.unit, on=day)
        return sorted(
            (row.point.content, row.point.final_grade.label if row.point.final_grade else "", len(row.measures))
            for row in rows
        )

    assert {
        day: ledger(day)
        for day in (date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 28), date(2026, 11, 3), date(2027, 9, 15))
    } == {
        date(2026, 9, 14): [],
        date(2026, 9, 15): [("丙", "", 0), ("乙", "", 0), ("甲", "", 0)],
        date(2026, 9, 28): [("丙", "三级", 0), ("乙", "二级", 0), ("甲", "一级", 0)],
        date(2026, 11, 3): [("丙", "三级", 3), ("乙", "二级", 3), ("甲", "一级", 3)],
        date(2027, 9, 15): [("丙", "三级", 3), ("甲改", "一级", 3)],  # the search asks for no grade, and changes none
    }
