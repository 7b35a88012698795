"""Who carries a measure out, by when and on which basis: typed, judged, put in force, printed."""

from datetime import date

import pytest
from django.urls import reverse

from registers.models import ControlMeasure, Regulation
from registers.papers.compose import document_for
from registers.responsible import together
from tests.noscript import Plain
from tests.personas import MEASURES
from tests.stories import played_once
from tests.workflows.route_cases import digest_now
from workflows import responsibilities
from workflows.models import FiledPaper
from workflows.sheets import Incomplete, sheet_for
from workflows.sheets.documents import digest, document

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.fixture
@played_once
def graded(year):
    """The clerk's point graded, his control sheet open on 3 November."""
    year.searched()
    year.graded("grade-1")
    year.at("11-03")
    year.sweep()
    return year


@pytest.fixture
def unit_graded(year):
    year.searched(code="unit-search", owner=year.campus.unit)
    year.graded("grade-1", code="unit-grading")
    year.at("11-03")
    year.sweep()
    return year


@pytest.fixture
def regulation(campus):
    return Regulation.objects.create(unit=campus.root, name="采购管理办法")


def arranged(year, sheet, **values):
    """Content of the sheet with ``responsible``, ``due``, ``regulation`` said of its first stage."""
    return year.measures(sheet, **{f"prevention.{name}": value for name, value in values.items()})


def faults(sheet, content):
    return [text for fields in sheet_for(sheet).faults(content).values() for text in fields.values()]


def in_force(stage="prevention"):
    return ControlMeasure.objects.get(stage=stage, in_force_from__isnull=False, in_force_until=None)


def test_what_is_said_of_a_measure_comes_into_force_with_it(graded, regulation):
    sheet = graded.sheet("personal-control")
    said = {"responsible": "colleague 甲二", "due": "2026-12-20", "regulation": str(regulation.pk)}
    sheet = graded.submit(sheet, arranged(graded, sheet, **said))
    [shown] = sheet_for(sheet).shown()
    assert (
        "measures.prevention.arranged",
        "前期预防的责任和时限",
        "责任人：甲二；完成时限：2026-12-20；依据制度：《采购管理办法》",
    ) in shown.fields
    graded.agree(sheet, graded.campus.head, signed=True)
    first, second = in_force(), in_force("monitoring")
    assert (first.responsible.name, first.due_on, first.regulation) == (
        graded.campus.colleague.name,
        date(2026, 12, 20),
        regulation,
    )
    assert (second.responsible, second.due_on, second.regulation) == (None, None, None)


@pytest.mark.parametrize("typed", ["colleague", "colleague 甲二", "甲二", " colleague "])
def test_person_is_named_by_number_or_by_a_name_that_one_has(graded, typed):
    sheet = graded.sheet("personal-control")
    graded.agree(graded.submit(sheet, arranged(graded, sheet, responsible=typed)), graded.campus.head, signed=True)
    assert in_force().responsible == together([graded.campus.colleague])


def test_several_people_a_post_and_an_office_are_named_and_printed(graded):
    campus, sheet = graded.campus, graded.sheet("personal-control")
    typed = f"colleague 甲二、丙一；岗位 {campus.post.code} 会计核算；{campus.unit.name}"
    sheet = graded.submit(sheet, arranged(graded, sheet, responsible=typed))
    [row] = [row for row in document(sheet)["rows"] if row.get("measures.prevention")]
    assert row["measures.prevention.responsible"] == "甲二、丙一、会计核算、财务处"
    assert row["responsible_person"] == "甲二、丙一、会计核算、财务处"
    graded.agree(sheet, campus.head, signed=True)
    named = together([campus.colleague, campus.head, campus.post, campus.unit])
    assert in_force().responsible == named
    again = sheet_for(sheet).arrangement_values(in_force(), "prevention")["prevention.responsible"]
    assert [part.split()[0] for part in again.split("；")] == ["colleague", "head", "岗位", "单位"]
    meant = {campus.colleague, campus.head, campus.clerk, campus.liaison}
    assert responsibilities.people(in_force(), on=graded.clock.today) == sorted(user.pk for user in meant)
    for user in (campus.clerk, campus.liaison, campus.colleague):  # by his post, by his office, by name
        actor = graded.actor(user)
        assert list(responsibilities.mine(actor).filter(responsible=named)) == [in_force()]


def test_rule_book_may_allow_one_only(graded, monkeypatch):
    sheet = graded.sheet("personal-control")
    content = arranged(graded, sheet, responsible="colleague；head")
    assert faults(sheet, content) == []
    rules = sheet_for(sheet).rules.model_copy(update={"several_responsible": False})
    strict = sheet_for(sheet)
    monkeypatch.setattr(strict, "rules", rules)
    [fault] = [text for fields in strict.faults(content).values() for text in fields.values()]
    assert "只指定一个责任人" in fault


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"responsible": "nobody"}, "“前期预防”的责任人：没有找到“"),
        ({"responsible": "other_head"}, "“前期预防”的责任人：没有找到“"),  # of another unit
        ({"due": "昨天"}, "“前期预防”的完成时限：日期无法识别"),
        ({"due": "2026-11-02"}, "“前期预防”的完成时限：不得早于今天。"),
        ({"due": "2126-11-02"}, "“前期预防”的完成时限：不得晚于 2036 年。"),
        ({"regulation": "999999"}, "“前期预防”的依据制度：该制度不在制度目录中或已废止"),
        ({"regulation": "x"}, "“前期预防”的依据制度：该制度不在制度目录中或已废止"),
    ],
)
def test_what_cannot_be_is_named_with_its_stage(graded, said, fault):
    sheet = graded.sheet("personal-control")
    [text] = faults(sheet, arranged(graded, sheet, **said))
    assert text.startswith(fault)


def test_repealed_regulation_and_another_units_are_no_basis(graded, regulation):
    Regulation.objects.filter(pk=regulation.pk).update(state="repealed")
    strange = Regulation.objects.create(unit=graded.campus.other_unit, name="招生办法")
    sheet = graded.sheet("personal-control")
    for number in (regulation.pk, strange.pk):
        assert len(faults(sheet, arranged(graded, sheet, regulation=str(number)))) == 1


def test_day_that_has_passed_may_stand_but_not_be_new(graded):
    sheet = graded.sheet("personal-control")
    graded.agree(graded.submit(sheet, arranged(graded, sheet, due="2026-11-05")), graded.campus.head, signed=True)
    point, unit = in_force().point_series, graded.campus.unit
    graded.at("11-10")
    typed = sheet_for(sheet)
    entry = {"key": str(point), "values": MEASURES | {"prevention.due": "2026-11-05"}}
    assert typed.measure_faults(entry, {"prevention": in_force()}) == {}
    entry["values"]["prevention.due"] = "2026-11-06"
    assert set(typed.measure_faults(entry, {"prevention": in_force()})) == {"prevention.due"}
    assert unit == in_force().unit


def test_change_of_the_day_alone_is_a_new_version(graded):
    sheet = graded.sheet("personal-control")
    graded.agree(graded.submit(sheet, arranged(graded, sheet, due="2026-12-01")), graded.campus.head, signed=True)
    typed = sheet_for(graded.sheet("personal-control"))
    standing = {measure.stage: measure for measure in ControlMeasure.objects.filter(in_force_until=None)}
    entry = {"key": "", "values": MEASURES | {"prevention.due": "2026-12-31"}}
    changes = [
        (change, record.stage) for record, change in typed.measure_records(entry, in_force().point_series, standing)
    ]
    assert changes == [("revise", "prevention"), ("keep", "monitoring"), ("keep", "disposal")]


def test_fingerprint_covers_what_was_said_and_not_what_was_left_open(graded):
    sheet = graded.sheet("personal-control")

    def fingerprint(content):
        typed = sheet_for(sheet)
        typed.write(content)
        return sheet.lines.first().fingerprint

    plain = graded.measures(sheet)
    before = {**plain, "entries": [{**entry, "values": dict(MEASURES)} for entry in plain["entries"]]}
    assert fingerprint(plain) == fingerprint(before)
    assert fingerprint(arranged(graded, sheet, due="2026-12-01")) != fingerprint(plain)


def test_digest_that_is_signed_covers_what_was_said(graded):
    sheet = graded.submit(graded.sheet("personal-control"), graded.measures(graded.sheet("personal-control")))
    before = digest(sheet)
    ControlMeasure.objects.filter(stage="prevention").update(due_on=date(2026, 12, 1))
    assert (digest(sheet), digest_now(sheet) != before) == (before, True)


def test_returned_sheet_is_not_redone_by_leaving_it_as_it_was(graded):
    sheet = graded.sheet("personal-control")
    content = arranged(graded, sheet, due="2026-12-01")
    sheet = graded.submit(sheet, content)
    key = content["entries"][0]["key"]
    sheet = graded.send_back(sheet, graded.campus.head, returned={key: "时限太近"}, redo_on=date(2026, 11, 20))
    with pytest.raises(Incomplete):
        graded.submit(sheet, content)
    sheet = graded.submit(sheet, arranged(graded, sheet, due="2026-12-31"))
    assert sheet.state == "in_review"


def test_units_paper_names_whoever_carries_the_measure_out(unit_graded):
    year = unit_graded
    sheet = year.sheet("unit-control")
    plain = year.submit(sheet, year.measures(sheet))
    [row] = document(plain)["rows"]  # nobody is named: whoever holds the post that the point names
    assert (row["responsible_post"], row["responsible_person"]) == ("会计核算", year.campus.clerk.name)
    assert row["measures.prevention.responsible"] == year.campus.clerk.name
    sheet = year.submit(year.withdraw(plain), arranged(year, sheet, responsible="deputy"))
    [row] = document(sheet)["rows"]
    assert row["responsible_person"] == year.campus.deputy.name
    assert row["measures.prevention"] == "两人经办"
    assert row["measures.prevention.responsible"] == year.campus.deputy.name


def test_paper_filed_before_stays_as_it_was(graded):
    sheet = graded.sheet("personal-control")
    sheet = graded.agree(graded.submit(sheet, graded.measures(sheet)), graded.campus.head, signed=True)
    frozen = FiledPaper.objects.get(submission=sheet)
    ControlMeasure.objects.update(due_on=date(2026, 12, 1))
    assert document(sheet) == frozen.document


def test_ledger_paper_says_who_and_by_when(graded):
    sheet = graded.sheet("personal-control")
    said = arranged(graded, sheet, responsible="colleague", due="2026-12-01")
    graded.agree(graded.submit(sheet, said), graded.campus.head, signed=True)
    campus = graded.campus
    rows = document_for(
        "unit_ledger",
        unit=campus.unit,
        units=[campus.unit],
        on=graded.clock.today,
        rules=campus.scheme.rules,
        reader=graded.actor(campus.head),
    )["rows"]
    assert rows[0]["measures"][0] == "前期预防：两人经办（责任人：甲二；时限：2026-12-01）"
    assert rows[0]["measures"][1] == "中期监控：每月抽查"


def test_form_offers_the_three_inputs_folded_away(graded, regulation):
    sheet, clerk = graded.sheet("personal-control"), Plain(graded.campus.clerk)
    page = clerk.go(reverse("submission_fill", args=[sheet.pk])).page
    assert len(page.xpath(".//details[contains(@class, 'field-details')][not(@open)]")) == 3
    assert "clerk 甲一" in page.xpath(".//datalist[@id='colleagues']/option/@value")
    form = clerk.form("@data-sheet")
    for name in form.fields:
        if name.endswith(("prevention", "monitoring", "disposal")):
            form.fields[name] = "两人经办"
        elif name.endswith("prevention.responsible"):
            form.fields[name] = "谁也不是"
        elif name.endswith("prevention.regulation"):
            form.fields[name] = str(regulation.pk)
    clerk.press(form, "submit", "1", reverse("submission_fill", args=[sheet.pk]))
    assert any("没有找到“" in text for text in clerk.complaints)
    [opened] = clerk.page.xpath(".//details[contains(@class, 'field-details')][@open]")
    assert opened.xpath(".//input[@list]/@value") == ["谁也不是"]
    assert opened.xpath(".//option[@selected]/text()") == ["采购管理办法"]


def test_task_asks_only_what_its_scheme_says(graded, monkeypatch):
    sheet = graded.sheet("personal-control")
    typed = sheet_for(sheet)
    typed.task_rules = typed.task_rules.model_copy(update={"measure_asks": ["due"]})
    [entry] = typed.offered()
    assert [name for name in entry["values"] if "." in name] == ["prevention.due", "monitoring.due", "disposal.due"]
    typed = sheet_for(sheet)
    typed.task_rules = typed.task_rules.model_copy(update={"measure_asks": []})
    assert [name for name in typed.offered()[0]["values"] if "." in name] == []
