"""Many versions at once: the same as one after the other."""

import contextlib
import uuid
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers import versions
from registers.models import ControlMeasure, PowerItem, RiskCategory, RiskPoint
from registers.refusals import Refused
from tests.longer import examples

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

FIRST, SECOND, THIRD = date(2025, 9, 20), date(2026, 9, 20), date(2027, 9, 20)
STAGES = ("prevention", "monitoring")
MODELS = {"point": RiskPoint, "power": PowerItem, "measure": ControlMeasure}


class Register:
    """Two points, two powers, and for each point and stage measures of two series; names are the same in every run."""

    def __init__(self, campus):
        self.campus, self.category = campus, RiskCategory.objects.get(scheme=campus.scheme, code="process")
        self.series, self.names = {}, {}

    def proposal(self, kind, which, stage, stale=False):
        """A proposal of the series ``which`` of its kind, from the version in force; ``stale``: as if there were none."""
        model = MODELS[kind]
        series = self.series.setdefault((kind, which), uuid.uuid4())
        base = None if stale else model.objects.open().filter(series=series).first()
        if base is not None:
            made = base.revised()
        elif kind == "point":
            made = RiskPoint(series=series, level="unit", unit=self.campus.unit, category=self.category, content="风险")
        elif kind == "power":
            made = PowerItem(series=series, unit=self.campus.unit, name="权力")
        else:
            point = self.series.setdefault(("point", 0), uuid.uuid4())
            stage = STAGES[stage]
            made = ControlMeasure(series=series, point_series=point, unit=self.campus.unit, stage=stage, text="措施")
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


records = st.tuples(st.sampled_from(list(MODELS)), st.integers(0, 1), st.integers(0, 1), st.booleans())
lists = st.lists(records, max_size=6)


def played(campus, before, proposed, retired, act):
    """The register after ``before`` entered into force one by one and ``act`` did the rest; undone again."""
    with transaction.atomic():
        register = Register(campus)
        for named in before:
            with contextlib.suppress(versions.Outdated):  # a measure without its point, a stage that is taken
                versions.enter_into_force(register.proposal(*named), on=FIRST)
        open_ = [row for model in MODELS.values() for row in model.objects.in_force(FIRST).order_by("pk")]
        changes = [register.proposal(*named) for named in proposed]
        refused = False
        try:
            with transaction.atomic():
                act([row for place, row in enumerate(open_) if place in retired], changes)
        except versions.Outdated:
            refused = True
        spans = refused or register.spans()
        transaction.set_rollback(True)
    return spans


def one_by_one(retired, proposed):
    """Measures leave before the points that take them along, and come after the points that they belong to."""
    for record in sorted(retired, key=order, reverse=True):
        versions.retire(record, on=SECOND)
    for record in sorted(proposed, key=order):
        versions.enter_into_force(record, on=SECOND)


def order(record):
    return versions.VERSIONED.index(type(record))


def at_once(retired, proposed):
    versions.apply(proposed, retiring=retired, on=SECOND)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=lists, proposed=lists, retired=st.sets(st.integers(0, 5)))
def test_many_at_once_are_the_same_as_one_after_the_other(campus, before, proposed, retired):
    singly = played(campus, before, proposed, retired, one_by_one)

    assert played(campus, before, proposed, retired, at_once) == singly


def test_two_proposals_of_one_series_are_refused(campus):
    register = Register(campus)
    first, second = register.proposal("point", 0, 0), register.proposal("point", 0, 0)

    with pytest.raises(versions.Outdated):
        versions.apply([first, second], on=FIRST)


@pytest.mark.parametrize("act", [versions.apply, lambda records, on: versions.apply(retiring=records, on=on)])
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
        with django_assert_num_queries(6):  # a savepoint, the lock, both updates, the rank that measures keep
            versions.apply(proposals, on=SECOND)
        with django_assert_num_queries(5):  # a savepoint, the lock, the points, their measures
            versions.apply(retiring=proposals, on=THIRD)
