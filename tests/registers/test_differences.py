"""What differs between two versions of a record: every field that says something, each in words."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers.differences import IDENTITY, between, differences, differing_fields, fields_of
from registers.models import ControlMeasure, PostGrade, PowerItem, ProcessStep, RiskCategory, RiskPoint
from registers.responsible import together
from registers.versions import VERSIONED

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


def said(before, after, campus, **options):
    found = differences(before, after, rules=campus.scheme.rules, **options)
    return [(thing.field, thing.label, thing.before, thing.after) for thing in found]


@pytest.fixture
def pair(campus):
    """Two versions of one point that say everything otherwise."""
    categories = RiskCategory.objects.filter(scheme=campus.scheme).order_by("position")
    grades = list(campus.scheme.grades.order_by("rank"))
    before = RiskPoint(
        level="personal",
        unit=campus.unit,
        post=campus.post,
        holder=campus.clerk,
        category=categories[0],
        content="旧",
        factors={"probability": "high", "harm": "slight"},
        final_grade=grades[0],
    )
    after = RiskPoint(
        level="unit",
        unit=campus.other_unit,
        category=categories[1],
        series=before.series,
        power_item="采购",
        step="受理",
        duty="经办",
        major_matter="project",
        content="新",
        manifestation="表现",
        finding_source="self",
        nature="integrity",
        involved_posts="会计",
        factors={"probability": "low", "harm": "slight"},
        self_grade=grades[0],
        proposed_grade=grades[1],
        grade_reason="理由",
    )
    return before, after


def test_every_field_that_differs_is_named(campus, pair):
    assert [field for field, *_ in said(*pair, campus)] == fields_of(RiskPoint)
    assert said(pair[0], pair[0], campus) == []


def test_values_are_said_in_words(campus, pair):
    words = {field: (before, after) for field, _, before, after in said(*pair, campus)}
    rules = campus.scheme.rules
    assert words["unit"] == ("财务处", "招生就业处")
    assert words["post"] == ("会计核算", "")
    assert words["holder"] == ("甲一", "无")
    assert words["final_grade"] == (rules.grades[0].label, "未评定")
    assert words["major_matter"] == ("", "重大项目安排")
    assert words["nature"] == ("", rules.label_of("natures", "integrity"))
    assert words["factors"][0] != words["factors"][1]
    assert "probability" not in words["factors"][0]


def test_shown_fields_come_in_the_order_asked_for(campus, pair):
    assert [field for field, *_ in said(*pair, campus, only=("content", "holder"))] == ["content", "holder"]


def test_same_words_of_another_rule_book_are_no_difference(campus, pair):
    before, after = pair
    category = before.category
    after.category = RiskCategory(pk=0, scheme=campus.scheme, code="other", label=category.label)
    assert differing_fields(before, after, only=["category"]) == ["category"]
    assert said(before, after, campus, only=["category"]) == []


def test_running_text_marks_its_words_and_names_do_not(campus, pair):
    parts = {thing.field: thing.segments for thing in differences(*pair, rules=campus.scheme.rules)}
    assert parts["content"]
    assert [parts[name] for name in ("category", "holder", "nature", "major_matter", "final_grade")] == [None] * 5


def test_steps_are_part_of_a_power(campus):
    before = PowerItem.objects.create(unit=campus.unit, name="采购")
    after = PowerItem.objects.create(unit=campus.unit, name="采购", series=before.series, time_limit="三日")
    ProcessStep.objects.create(power_item=after, position=1, post_name="经办", procedure="受理")

    assert said(before, after, campus) == [
        ("time_limit", "办理时限", "", "三日"),
        ("procedure", "运作程序", "", "1. 经办：受理"),
    ]


def test_measure_names_who_when_and_on_which_basis(campus):
    before = ControlMeasure(unit=campus.unit, stage="prevention", text="抽查")
    named = together([campus.head, campus.unit])
    after = ControlMeasure(
        unit=campus.unit, stage="prevention", text="抽查", responsible=named, due_on=date(2026, 9, 30)
    )
    assert said(before, after, campus) == [
        ("responsible", "责任人", "无", f"丙一、{campus.unit}"),
        ("due_on", "完成时限", "", "2026-09-30"),
    ]


@pytest.mark.parametrize("model", VERSIONED)
def test_no_field_of_a_version_is_left_out(model):
    """A column added later is compared without anybody thinking of it, and has a name in Chinese."""
    from registers.differences import label_of  # noqa: PLC0415 (only here)

    own = {field.name for field in model._meta.concrete_fields}
    assert own - set(IDENTITY) == set(fields_of(model)) - {"procedure"}
    assert all(not label_of(model, name).isascii() for name in fields_of(model)), model
    assert PostGrade in VERSIONED


texts = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "甲", "乙"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=texts, after=texts)
def test_two_lists_differ_where_both_say_something_else(before, after):
    as_list = [[(name, name.upper(), text) for name, text in side.items()] for side in (before, after)]
    assert {thing.field: (thing.before, thing.after) for thing in between(*as_list)} == {
        name: (before[name], after[name]) for name in before if name in after and before[name] != after[name]
    }
