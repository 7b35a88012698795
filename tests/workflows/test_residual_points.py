"""Expected and actual grades of what is on record: for one point, for many, by the day, and what stands against them."""

from collections import Counter
from copy import deepcopy
from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from registers import ledger_books, ledgers, residuals
from registers.models import Incumbency, RiskPoint, Scheme, Unit
from registers.papers.writing import ledger_workbook
from tests.factories import Campus, moment
from tests.noscript import Plain
from tests.workflows.test_controls import put
from workflows.models import MeasureCheck, MeasureProgress, NoticeSheet, PublicityNotice
from workflows.supervision import points

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

TODAY = date(2026, 9, 15)
EVERY = ("prevention", "monitoring", "disposal")
FULL = {"measures": EVERY, "due_on": date(2026, 12, 1)}


def checked(campus, measure, day, *, verified=True, outside=True, hour=10):
    return MeasureCheck.objects.create(
        measure=measure,
        result="verified" if verified else "not_verified",
        text="查过",
        outside=outside,
        by=campus.office,
        on=day,
        at=moment(f"{day} {hour}:00"),
    )


def graded(*series, rules, on=TODAY):
    rows = RiskPoint.objects.in_force(on).select_related("final_grade")
    rows = rows.filter(series__in=series) if series else rows
    found = residuals.of_points(list(rows), rules, on=on)
    return {key: one.ranks for key, one in found.items()}


def actual(unit, rules, *, on):
    """How many points of a unit have which actual grade, by rank."""
    counted = residuals.lines(residuals.counts([unit], rules, on=on), rules)
    return {grade.rank: number for grade, _, _, number in counted}


def test_grade_falls_with_the_checks_and_comes_back_by_itself(make_campus):
    campus = make_campus()
    rules, measures = campus.scheme.rules, put(campus, rank=1, **FULL)
    series = measures[0].point_series

    def on(day):
        found = graded(series, rules=rules, on=day)
        assert points.counted(RiskPoint.objects.in_force(day), rules, on=day) == Counter(found.values())
        return found[series]

    assert on(TODAY) == (1, 2, 1)
    for measure in measures:
        checked(campus, measure, date(2026, 9, 1))
    assert (on(date(2026, 8, 31)), on(date(2026, 9, 1)), on(date(2027, 8, 31))) == ((1, 2, 1), (1, 2, 2), (1, 2, 2))
    assert on(date(2027, 9, 1)) == (1, 2, 1)  # twelve months later
    MeasureProgress.objects.create(
        measure=measures[0], state="not_done", text="停了", by=campus.clerk, at=moment("2026-10-01 09:00")
    )
    assert (on(date(2026, 9, 30)), on(date(2026, 10, 1))) == ((1, 2, 2), (1, 2, 1))
    checked(campus, measures[0], date(2026, 10, 8))
    assert on(date(2026, 10, 8)) == (1, 2, 2)
    Incumbency.objects.filter(post=campus.post).update(until=date(2026, 11, 1))
    Incumbency.objects.create(post=campus.post, user=campus.colleague, since=date(2026, 11, 1))
    assert (on(date(2026, 10, 31)), on(date(2026, 11, 1))) == ((1, 2, 2), (1, 2, 1))
    off = rules.model_copy(update={"residual": rules.residual.model_copy(update={"enabled": False})})
    assert graded(series, rules=off) == graded(series, rules=None) == {}


def test_unit_answers_for_its_points_where_the_scheme_says_so(make_campus):
    campus = make_campus()
    rules = campus.scheme.rules
    alone = rules.model_copy(update={"residual": rules.residual.model_copy(update={"unit_answers": False})})
    measures = put(campus, "单位的点", rank=2, level="unit", **FULL)
    series = measures[0].point_series
    RiskPoint.objects.filter(series=series).update(post=None, holder=None)
    for measure in measures:
        checked(campus, measure, TODAY)
    assert rules.residual.unit_answers
    assert graded(rules=rules) == {series: (2, 3, 3)}
    assert graded(rules=alone) == {series: (2, 2, 2)}
    assert residuals.lines(residuals.counts([campus.unit], rules, on=TODAY), rules)[2][1:] == (0, 1, 1)
    point = RiskPoint.objects.select_related("final_grade").get(series=series)
    assert "没有写明责任人" in residuals.of_points([point], alone, on=TODAY)[series].missing[0]


def test_point_on_notice_is_not_lightened_until_the_notice_has_ended(year, submitted):
    """Its unit is told of the notice, not of an objection."""
    campus = year.campus
    [measure, *others] = put(campus, rank=2, **FULL)
    for row in (measure, *others):
        checked(campus, row, year.clock.today, outside=False)
    line = submitted.lines.first()
    line.risk_point = RiskPoint.objects.get(series=measure.point_series)
    line.save()
    notice = PublicityNotice.objects.create(
        task=submitted.task,
        step="publicise",
        audience="unit",
        unit=campus.unit,
        title="公示",
        drafted_at=year.clock.now,
        released_at=year.clock.now,
        starts_on=year.clock.today,
        ends_on=date(2026, 12, 31),
    )
    bundled = NoticeSheet.objects.create(notice=notice, submission=submitted, round=1)

    def now():
        point = RiskPoint.objects.select_related("final_grade").get(series=measure.point_series)
        return residuals.of_points([point], campus.scheme.rules, on=year.clock.today)[point.series]

    assert (now().expected, now().actual, now().missing) == (3, 2, ("等级正在公示，公示办结以后再计算",))
    assert actual(campus.unit, campus.scheme.rules, on=year.clock.today) == {1: 0, 2: 1, 3: 0}
    bundled.left_at = year.clock.now
    bundled.save()
    assert now().actual == 3
    assert actual(campus.unit, campus.scheme.rules, on=year.clock.today) == {1: 0, 2: 0, 3: 1}


def test_number_of_queries_does_not_grow_with_the_points(make_campus):
    campus = make_campus()
    rules, spent = campus.scheme.rules, []
    for number in range(3):
        for measure in put(campus, f"第{number}个", rank=1, **FULL):
            checked(campus, measure, TODAY)
        with CaptureQueriesContext(connection) as queries:
            assert graded(rules=rules).popitem()[1] == (1, 2, 2)
        spent.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            counted = residuals.lines(residuals.counts([campus.unit], rules, on=TODAY), rules)
        assert [row[1:] for row in counted] == [(number + 1, 0, 0), (0, number + 1, number + 1), (0, 0, 0)]
        spent.append(len(queries))
    assert len(set(spent[::2])) == len(set(spent[1::2])) == 1, spent


written = st.fixed_dictionaries(
    {
        "rank": st.sampled_from([1, 2, 3, None]),
        "level": st.sampled_from(["personal", "unit"]),
        "measures": st.sampled_from([EVERY, EVERY, EVERY[:2], ()]),
        "due": st.sampled_from([True, True, False]),
        "checks": st.lists(st.tuples(st.integers(0, 500), st.booleans(), st.booleans()), max_size=2),
        "undone": st.none() | st.integers(0, 500),
        "major_matter": st.sampled_from(["", "decision"]),
    }
)


class Together(TestCase):
    """What many points are together, each of them is alone, and so they are counted."""

    @classmethod
    def setUpTestData(cls):
        cls.campus = Campus()

    @settings(max_examples=12, deadline=None)
    @given(st.lists(written, min_size=2, max_size=4))
    def test_each_of_many_is_what_it_is_alone(self, several):
        campus = self.campus
        for number, said in enumerate(several):
            due = {"due_on": TODAY} if said["due"] else {}
            there = put(campus, f"甲{number}", rank=said["rank"], level=said["level"], measures=said["measures"], **due)
            RiskPoint.objects.filter(content=f"甲{number}").update(major_matter=said["major_matter"])
            for measure in there:
                for back, verified, outside in said["checks"]:
                    day = date.fromordinal(TODAY.toordinal() - back)
                    checked(campus, measure, day, verified=verified, outside=outside)
                if said["undone"] is not None:
                    at = moment(f"{date.fromordinal(TODAY.toordinal() - said['undone'])} 12:00")
                    MeasureProgress.objects.create(measure=measure, state="not_done", text="停", by=campus.clerk, at=at)
        together = graded(rules=campus.scheme.rules)
        alone = {}
        for series in RiskPoint.objects.values_list("series", flat=True):
            alone |= graded(series, rules=campus.scheme.rules)
        assert together == alone
        assert len(together) == RiskPoint.objects.exclude(final_grade=None).count()
        assert points.counted(RiskPoint.objects.in_force(TODAY), campus.scheme.rules, on=TODAY) == Counter(
            together.values()
        )


def test_page_shows_the_grades_and_leads_to_an_adjustment_that_names_the_checks(make_campus, clock):
    """The decided grade is not touched: it changes on the one road only."""
    campus = make_campus()
    measures = put(campus, "集中审批", rank=1, **FULL)
    point = RiskPoint.objects.get(series=measures[0].point_series)
    clerk, page = Plain(campus.clerk), reverse("risk_detail", args=[point.series])
    words = clerk.go(page).words
    assert "“前期预防”的措施尚未核查" in words
    assert "提请调整等级" not in words
    for measure in measures:
        checked(campus, measure, TODAY)
    words = clerk.go(page).words
    assert "最多比评定的等级下降 1 级" in words
    [link] = clerk.page.xpath(".//a[contains(@href, 'lighter')]")
    reason = "“前期预防”2026-09-15 由戊一核查通过"
    assert reason in clerk.go(link.get("href")).words
    form = clerk.form("input[@name='lighter']")
    [typed] = [area.text for area in clerk.press(form).page.xpath(".//textarea") if area.text and reason in area.text]
    assert typed.strip().endswith("实际等级为二级，提请将评定等级由一级调整为二级。")
    point.refresh_from_db()
    assert (point.final_grade.rank, RiskPoint.objects.count()) == (1, 1)
    plain = Plain(campus.clerk)
    plain.go(f"{reverse('adjustment_list')}?point={put(campus, '未核查', rank=1, **FULL)[0].point_series}&lighter=1")
    assert not plain.page.xpath(".//input[@name='lighter']")


def test_point_of_the_scheme_before_has_no_grades_by_the_rule_of_the_one_in_use(make_campus, clock):
    campus = make_campus()
    point = RiskPoint.objects.get(series=put(campus, "旧方案的点", rank=1, **FULL)[0].point_series)
    head, pages = (
        Plain(campus.head),
        [reverse("risk_detail", args=[point.series]), f"{reverse('residual_list')}?unit=CW"],
    )
    shown = ["预期等级和实际等级", "旧方案的点"]
    assert [words in head.go(page).words for page, words in zip(pages, shown, strict=True)] == [True, True]
    Scheme.objects.filter(pk=campus.scheme.pk).update(slug="before")
    Scheme.objects.create(
        slug=campus.scheme.rules.identity.slug, version=1, title="新方案", institution="学校", document=campus.scheme.document,
        digest="after", loaded_at=moment("2026-09-01 09:00"), is_current=True,
    )  # fmt: skip
    Unit.objects.filter(parent=None).update(scheme_slug=campus.scheme.rules.identity.slug)
    assert [words in head.go(page).words for page, words in zip(pages, shown, strict=True)] == [False, False]


def test_ledger_shows_both_grades_where_the_scheme_switches_them_on(make_campus, clock):
    campus = make_campus()
    for measure in put(campus, rank=1, **FULL):
        checked(campus, measure, TODAY)
    put(campus, "未定级", rank=None)
    asked = {"unit": campus.unit, "on": TODAY}

    def sheet():
        scheme = Scheme.objects.get(pk=campus.scheme.pk)
        work = ledger_workbook(ledger_books.worksheets(ledgers.everything(), scheme, year=2026, **asked))
        found = list(load_workbook(BytesIO(work))[campus.unit.name].iter_rows(values_only=True))
        [head] = [row for row in found if "风险等级" in row]
        return [dict(zip(head, row, strict=True)) for row in found[found.index(head) + 1 :] if row[0]]

    def printed():
        rules = Scheme.objects.get(pk=campus.scheme.pk).rules
        paper, document = rules.papers["unit-ledger"], ledgers.unit_ledger(units=[campus.unit], rules=rules, **asked)
        names = {column.label: column.field for column in paper.columns}
        return [[row.get(names.get(label)) for label in ("预期等级", "实际等级")] for row in document["rows"]]

    grades = [["二级", "二级"], ["未评定", "未评定"]]
    assert sorted([row["预期等级"], row["实际等级"]] for row in sheet()) == grades == sorted(printed())
    head = Plain(campus.head)
    shown = head.go(f"{reverse('ledger')}?unit=CW").page.xpath(".//td[@data-label='实际等级']")
    assert sorted(cell.text_content().strip() for cell in shown) == ["二级", "未评定"]
    document = deepcopy(campus.scheme.document)
    document["residual"]["enabled"] = False
    Scheme.objects.filter(pk=campus.scheme.pk).update(document=document, digest="off")
    assert "实际等级" not in sheet()[0]
    assert printed() == [[None, None], [None, None]]
    assert "实际等级" not in head.go(f"{reverse('ledger')}?unit=CW").words
