"""Kept numbers of points, and lists read with them: the same as counting and sorting every row."""

from collections import Counter
from datetime import date
from functools import cache

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers import counts, ledgers, versions
from registers.models import Grade, PointCount, RiskCategory, RiskPoint, Unit
from registers.schemes import versions as scheme_versions
from registers.schemes.checking import loading
from registers.views import risks
from tests.factories import make_post, moment
from tests.longer import examples
from tests.registers.scheme_cases import PATH

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

DAYS = [date(2026, month, 1) for month in (3, 6, 9, 12)]
READERS = ("clerk", "head", "other_head", "leader", "office", "chair", "registrar", "sys_admin", "liaison")
UNITS = ("CW", "CW1", "ZS", "JS")
LEVELS = ("personal", "unit")


class Register:
    """What random acts have put on record, under two versions of the rule book."""

    def __init__(self, campus):
        self.campus = campus
        Unit.objects.get_or_create(code="CW1", name="出纳科", unit_type="section", parent=campus.unit)
        scheme_versions.store(*_next_version(), at=moment("2026-03-02 09:00"))
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.holders = {"CW": (campus.post, campus.clerk)}
        self.holders["ZS"] = (make_post(campus.other_unit, "招生", campus.other_head), campus.other_head)
        self.grades = [None, *Grade.objects.filter(scheme__slug=campus.scheme.slug).order_by("pk")]
        self.categories = list(RiskCategory.objects.filter(scheme__slug=campus.scheme.slug).order_by("pk"))

    def act(self, kind, on, unit, number):
        """Do one act, where there is something to do it to."""
        open_ = list(RiskPoint.objects.open().order_by("pk"))
        point = open_[number % len(open_)] if open_ else None
        values = {"final_grade": self.grades[number % len(self.grades)]}
        values["category"] = self.categories[number % len(self.categories)]
        if kind == "add":
            level = LEVELS[number % 2] if unit in self.holders else "unit"
            post, holder = self.holders[unit] if level == "personal" else (None, None)
            said = {"level": level, "unit": self.units[unit], "post": post, "holder": holder, **values}
            made = RiskPoint.objects.create(content="采购" if number % 3 else "Audit", **said)
            versions.enter_into_force(made, on=on)
        elif kind == "revise" and point:
            made = point.revised(**values)
            made.save()
            versions.enter_into_force(made, on=on)
        elif kind == "retire" and point:
            versions.retire(point, on=on)
        elif kind == "unit":
            versions.transfer_unit(self.units[unit], to=self.units[UNITS[number % len(UNITS)]], on=on)
        elif kind == "post":
            post, _ = self.holders["ZS" if number % 2 else "CW"]
            versions.transfer_posts([post.pk], to=self.units[unit], on=on)
        elif kind == "fold":
            counts.fold()


@cache
def _next_version():
    text = PATH.read_text(encoding="utf-8").replace("levels: [personal], grades: [1, 2]", "levels: [personal]", 1)
    return loading.read_text(text, "x.yaml")


acts = st.tuples(
    st.sampled_from(["add"] * 6 + ["revise", "revise", "retire", "unit", "post", "fold"]),
    st.sampled_from(DAYS),
    st.sampled_from(UNITS),
    st.integers(0, 40),
)


def plain_key(point):
    return point.final_grade is None, point.final_grade and point.final_grade.rank


def plain_totals(scheme, *, on):
    found = {}
    for point in RiskPoint.objects.in_force(on).filter(category__scheme__slug=scheme.slug):
        found.setdefault(point.unit, Counter())[point.final_grade.label if point.final_grade else "未评定"] += 1
    order = sorted(found.items(), key=lambda item: (item[0].position, item[0].code))
    return [(unit.name, counted, sum(counted.values())) for unit, counted in order]


def fits(point, filters, below):
    words = filters["q"].lower()
    return (
        (not words or words in point.content.lower() or words in (point.post.name if point.post else ""))
        and (not filters["category"] or point.category.code == filters["category"])
        and (not filters["grade"] or (point.final_grade.code if point.final_grade else "none") == filters["grade"])
        and (not filters["unit"] or point.unit in below)
    )


filters_tried = st.fixed_dictionaries(
    {
        "q": st.sampled_from(["", "", "采购", "audit", "招生"]),
        "category": st.sampled_from(["", "", "process"]),
        "grade": st.sampled_from(["", "", "none", "grade-1", "grade-3"]),
        "unit": st.sampled_from(["", "", "CW", "ROOT"]),
    }
)


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    done=st.lists(acts, min_size=1, max_size=25),
    on=st.sampled_from(DAYS),
    who=st.sampled_from(READERS),
    filters=filters_tried,
    start=st.integers(0, 4),
)
def test_counts_and_lists_are_those_of_all_rows(campus, monkeypatch, done, on, who, filters, start):
    monkeypatch.setattr(counts, "FIRST_LOOK", 1)
    with transaction.atomic():
        register = Register(campus)
        for kind, day, unit, number in sorted(done, key=lambda act: act[1]):
            register.act(kind, day, unit, number)
        actor, scheme = campus.actor(getattr(campus, who), on=on), campus.scheme
        readable = list(
            RiskPoint.objects.visible_to(actor).in_force(on).select_related("unit", "post", "category", "final_grade")
        )
        below = set(register.units["CW"].subtree()) if filters["unit"] == "CW" else set(register.units.values())
        by_grade = sorted(readable, key=lambda one: (*plain_key(one), one.unit.position, one.unit.code, one.pk))
        by_grade = [one for one in by_grade if fits(one, filters, below)]
        by_unit = sorted(
            readable,
            key=lambda one: (one.unit.position, one.unit.code, *plain_key(one), one.category.position, one.pk),
        )

        assert counts.differences() == {}
        assert ledgers.totals(scheme, campus.root, on=on) == plain_totals(scheme, on=on)
        found = counts.readable(actor, on=on)
        units = list(Unit.objects.values_list("pk", flat=True))
        assert sum(number for *_, number in found.counted) == len(readable)
        assert set(found.points) == set(readable)
        assert set(counts.seen(actor)) == set(RiskPoint.objects.visible_to(actor))
        shown = risks.listed(actor, filters, found, units)[start : start + 3]
        assert [row.pk for row in shown] == [one.pk for one in by_grade[start : start + 3]]
        seen = ledgers.overview(actor, scheme, campus.root, on=on)
        assert [point.pk for point in seen.points[start : start + 3]] == [one.pk for one in by_unit[start : start + 3]]
        assert seen.readable == len(by_unit)
        transaction.set_rollback(True)


def test_numbers_that_went_wrong_are_found_and_put_right(campus, caplog):
    register = Register(campus)
    register.act("add", DAYS[0], "CW", 1)
    register.act("add", DAYS[0], "ZS", 2)
    PointCount.objects.filter(unit=campus.unit).delete()

    [(key, number)] = counts.check().items()

    assert (key[0], number) == (campus.unit.pk, 1)
    assert "1 differ" in caplog.text
    assert counts.check() == {}


def test_folding_leaves_one_row_a_number(campus):
    register = Register(campus)
    for _ in range(3):
        register.act("add", DAYS[0], "JS", 4)
    before = counts.totals(campus.scheme, [campus.office_unit.pk], on=DAYS[1])

    assert counts.fold() >= 2

    assert (counts.totals(campus.scheme, [campus.office_unit.pk], on=DAYS[1]), PointCount.objects.count()) == (
        before,
        1,
    )
    assert counts.fold() == 0
