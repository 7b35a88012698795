"""Many versions at once: the same as one after the other."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers import versions
from registers.models import ControlMeasure, PowerItem, RiskCategory, RiskPoint
from registers.refusals import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

FIRST, SECOND, THIRD = date(2025, 9, 20), date(2026, 9, 20), date(2027, 9, 20)
STAGES = ("prevention", "monitoring")


class Register:
    """Two points, two powers, and for each point and stage measures of two series; names are the same in every run."""

    def __init__(self, campus):
        self.campus, self.category = campus, RiskCategory.objects.get(scheme=campus.scheme, code="process")
        self.series, self.names = {}, {}

    def proposal(self, kind, which, stage):
        """A proposal of the series ``which`` of its kind, not saved before in this register."""
        if kind == "point":
            made = RiskPoint(level="unit", unit=self.campus.unit, category=self.category, content="风险")
        elif kind == "power":
            made = PowerItem(unit=self.campus.unit, name="权力")
        else:
            point = self.series.setdefault(("point", 0), RiskPoint().series)
            made = ControlMeasure(point_series=point, unit=self.campus.unit, stage=STAGES[stage], text="措施")
        made.series = self.series.setdefault((kind, which), made.series)
        made.save()
        self.names[made.pk, type(made)] = f"{kind} {which} {stage} {len(self.names)}"
        return made

    def spans(self):
        """Name → span of every version."""
        return {
            self.names[row.pk, model]: (row.in_force_from, row.in_force_until)
            for model in (RiskPoint, PowerItem, ControlMeasure)
            for row in model.objects.all()
        }


records = st.tuples(st.sampled_from(["point", "power", "measure"]), st.integers(0, 1), st.integers(0, 1))
lists = st.lists(records, max_size=6)


def played(campus, before, proposed, retired, act):
    """The register after ``before`` entered into force one by one and ``act`` did the rest; undone again."""
    with transaction.atomic():
        register = Register(campus)
        for named in before:
            versions.enter_into_force(register.proposal(*named), on=FIRST)
        open_ = [
            row
            for model in (ControlMeasure, RiskPoint, PowerItem)
            for row in model.objects.in_force(FIRST).order_by("pk")
        ]
        act(
            [row for place, row in enumerate(open_) if place in retired],
            [register.proposal(*named) for named in proposed],
        )
        spans = register.spans()
        transaction.set_rollback(True)
    return spans


def one_by_one(retired, proposed):
    for record in retired:
        versions.retire(record, on=SECOND)
    for record in proposed:
        versions.enter_into_force(record, on=THIRD)


def at_once(retired, proposed):
    versions.retire_all(retired, on=SECOND)
    versions.enter_all_into_force(proposed, on=THIRD)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=lists, proposed=lists, retired=st.sets(st.integers(0, 5)))
def test_many_at_once_are_the_same_as_one_after_the_other(campus, before, proposed, retired):
    singly = played(campus, before, proposed, retired, one_by_one)

    assert played(campus, before, proposed, retired, at_once) == singly


def test_two_proposals_of_one_series_leave_the_later_in_force(campus):
    register = Register(campus)
    first, second = register.proposal("point", 0, 0), register.proposal("point", 0, 0)

    versions.enter_all_into_force([first, second], on=FIRST)

    assert list(RiskPoint.objects.in_force(FIRST)) == [second]


@pytest.mark.parametrize("act", [versions.enter_all_into_force, versions.retire_all])
def test_one_wrong_record_among_many_changes_nothing(campus, act):
    register = Register(campus)
    proposal, entered = register.proposal("point", 0, 0), register.proposal("point", 1, 0)
    versions.enter_into_force(entered, on=FIRST)
    before = register.spans()

    with pytest.raises(Refused):
        act([proposal, entered], on=SECOND)

    assert register.spans() == before


def test_many_at_once_cost_as_much_as_one(campus, django_assert_num_queries):
    register = Register(campus)
    for count in (1, 20):
        for which in range(count):
            versions.enter_into_force(register.proposal("point", (count, which), 0), on=FIRST)
        proposals = [register.proposal("point", (count, which), 0) for which in range(count)]
        with django_assert_num_queries(5):  # a savepoint, the versions that were, both updates
            versions.enter_all_into_force(proposals, on=SECOND)
        with django_assert_num_queries(5):  # a savepoint, the lock, the points, their measures
            versions.retire_all(proposals, on=THIRD)
