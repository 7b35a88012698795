"""Lists of measures after any acts on the register: the same as looked up measure by measure."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers import versions
from registers.access import policy_of
from registers.models import Appointment, ControlMeasure, Grade, Incumbency, RiskCategory, RiskPoint
from registers.models.risks import GRAVEST_FIRST
from registers.responsible import people_of, together
from tests.factories import moment
from tests.longer import examples
from workflows import controls, responsibilities
from workflows.models import MeasureCheck, MeasureProgress

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

TODAY, BEFORE = date(2026, 9, 15), date(2026, 1, 1)
READERS = ("head", "clerk", "office", "leader", "colleague", "other_head")
MOST, SOON = 50, timedelta(days=14)
STAGES = ("prevention", "monitoring", "disposal")


class Register:
    """Points and measures that come, change and go as it is drawn."""

    def __init__(self, campus):
        self.campus, self.notes = campus, 0
        self._named = [[campus.colleague], [campus.colleague, campus.other_head], [campus.post], [campus.unit]]
        self.category = RiskCategory.objects.filter(scheme=campus.scheme).first()
        self.grades = {grade.rank: grade for grade in Grade.objects.filter(scheme=campus.scheme)}

    def point(self, which, rank, personal, other):
        """A point of somebody, or of a unit or a post of it."""
        campus = self.campus
        own = {"level": "personal", "unit": campus.unit, "post": campus.post, "holder": campus.clerk}
        of_unit = {"level": "unit", "unit": campus.other_unit if other else campus.unit}
        if which == 0 and not other:
            of_unit["post"] = campus.post
        row = RiskPoint(category=self.category, content=f"风险{which}", final_grade=self.grades.get(rank))
        for name, value in (own if personal else of_unit).items():
            setattr(row, name, value)
        row.save()
        versions.enter_into_force(row, on=BEFORE)

    def measure(self, which, rank, personal, other):
        """A measure of a point at its next stage, or another version of one that it has at each."""
        if (point := self._one(RiskPoint, which)) is None:
            return
        there = ControlMeasure.objects.open().filter(point_series=point.series)
        said = {
            "text": f"措施{which}",
            "responsible": together(self._named[which % len(self._named)] if personal else []),
            "due_on": TODAY + timedelta(days=which - 2) if other else None,
        }
        free = [stage for stage in STAGES if stage not in there.values_list("stage", flat=True)]
        fresh = {"point_series": point.series, "unit": point.unit}
        row = ControlMeasure(**fresh, stage=free[0], **said) if free else there.order_by("pk")[0].revised(**said)
        row.save()
        versions.enter_into_force(row, on=BEFORE if free else TODAY)

    def grade(self, which, rank, personal, other):
        """Another grade of a point."""
        if point := self._one(RiskPoint, which):
            row = point.revised(final_grade=self.grades.get(rank))
            row.save()
            versions.enter_into_force(row, on=TODAY)

    def retire(self, which, rank, personal, other):
        """A point or a measure that leaves."""
        if row := self._one(RiskPoint if personal else ControlMeasure, which):
            versions.retire(row, on=TODAY)

    def move(self, which, rank, personal, other):
        """A post or a whole unit that goes to another unit."""
        if personal:
            versions.transfer_posts([self.campus.post.pk], to=self.campus.other_unit, on=TODAY)
        else:
            versions.transfer_unit(self.campus.other_unit, to=self.campus.unit, on=TODAY)

    def vacate(self, which, rank, personal, other):
        """A post or an office in which nobody is any more."""
        if personal:
            Incumbency.objects.filter(post=self.campus.post).end(TODAY)
        else:
            unit = self.campus.other_unit if other else self.campus.unit
            roles = ("liaison",) if rank else ("liaison", "unit_head")
            Appointment.objects.filter(unit=unit, role__in=roles).end(TODAY)

    def note(self, which, rank, personal, other):
        """A note of the unit's head, later than all before."""
        if row := self._one(ControlMeasure, which):
            self.notes += 1
            state = "done" if personal else "not_done" if other else "under_way"
            at = moment("2026-09-15 08:00") + timedelta(minutes=self.notes)
            head = self.campus.head if row.unit == self.campus.unit else self.campus.other_head
            controls.note(row.pk, state=state, text=f"第{self.notes}次", actor=self.campus.actor(head), at=at)

    @staticmethod
    def _one(model, which):
        rows = list(model.objects.open().order_by("pk"))
        return rows[which % len(rows)] if rows else None


def noted(measures):
    """Plainly: the state of the latest note on each."""
    latest = MeasureProgress.objects.filter(measure=OuterRef("pk")).order_by("-at", "-pk")
    return measures.annotate(recorded=Subquery(latest.values("state")[:1]))


def plainly(actor, view, state):
    """The ids of a list, by looking up note and point of every measure."""
    points = RiskPoint.objects.in_force(TODAY).filter(series=OuterRef("point_series"))
    measures = noted(ControlMeasure.objects.visible_to(actor).in_force(TODAY))
    if view == "mine":
        measures = measures.filter(Exists(points))
        own = [row.pk for row in measures if actor.user_id in responsibilities.people(row, on=TODAY)]
        measures = measures.filter(pk__in=own)
    elif view == "vacant":
        named = [row for row in measures if row.responsible_id]
        empty = [row.pk for row in named if not people_of([row.responsible], TODAY)[row.responsible_id]]
        measures = measures.filter(pk__in=empty)
    elif view == "check":
        measures = policy_of(MeasureCheck).awaiting(measures, actor)
    undone = Q(recorded=None) | ~Q(recorded="done")
    measures = {
        "": measures,
        "done": measures.filter(recorded="done"),
        "overdue": measures.filter(undone, due_on__lt=TODAY),
        "open": measures.filter(undone, Q(due_on=None) | Q(due_on__gte=TODAY)),
    }[state]
    graded = measures.annotate(grave=Subquery(points.order_by().values("final_grade__rank")[:1]))
    ordered = graded.order_by(F("grave").asc(nulls_last=True), F("due_on").asc(nulls_last=True))
    return [*ordered.order_by(*ordered.query.order_by, "unit", "point_series", "pk").values_list("pk", flat=True)]


def listed(actor, view, state):
    """The ids of a list, as the page shows them, and what it says of their number."""
    if not controls.is_read_in_order(actor, view):
        figures, rows = controls.tally(actor, view=view, state=state)
        return rows, figures
    rows = controls.of_view(actor, view)
    rows = rows.filter(controls.states(TODAY)[state]) if state else rows
    rows = [*rows.order_by(*GRAVEST_FIRST).values_list("pk", flat=True)]
    assert controls.order_of_many(actor, state=state)[1] == rows  # far into the list
    return rows, controls.tally(actor, view=view)[0]


acts = st.tuples(
    st.sampled_from(
        ("point", "point", "measure", "measure", "measure", "grade", "note", "note", "retire", "move", "vacate")
    ),
    st.integers(0, 4),
    st.sampled_from((1, 2, 3, None)),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    played=st.lists(acts, min_size=4, max_size=12),
    readers=st.lists(st.sampled_from(READERS), min_size=2, max_size=2, unique=True),
    view=st.sampled_from(("", "mine", "vacant", "check")),
)
def test_lists_are_as_looked_up_measure_by_measure(campus, played, readers, view):
    with transaction.atomic():
        register = Register(campus)
        for act, *drawn in [("point", 0, 1, True, False), ("measure", 0, 1, True, True), *played]:
            getattr(register, act)(*drawn)
        for reader in readers:
            actor = campus.actor(getattr(campus, reader))
            expected = {state: plainly(actor, view, state) for state in ("", *controls.FILTERS)}
            for state, keys in expected.items():
                rows, counts = listed(actor, view, state)
                assert rows == keys, (reader, state)
                assert counts == {"all": len(expected[""])} | {one: len(expected[one]) for one in controls.FILTERS}
            if view == "mine":
                soon = {row.pk for row in responsibilities.due_soon(actor, limit=MOST)}
                undone = ControlMeasure.objects.filter(pk__in={*expected["overdue"], *expected["open"]})
                assert soon == set(undone.filter(due_on__lte=TODAY + SOON).values_list("pk", flat=True))
        assert controls.repair() == 0
        transaction.set_rollback(True)


def test_measure_of_a_post_that_nobody_holds_is_its_units_heads(campus, client):
    register = Register(campus)
    register.point(0, 1, True, False)
    register.measure(2, None, True, True)  # names the clerk's post
    named = ControlMeasure.objects.get()
    both = [campus.actor(campus.clerk), campus.actor(campus.head)]
    assert [list(responsibilities.mine(actor)) for actor in both] == [[named], []]
    register.vacate(0, None, True, False)
    both = [campus.actor(campus.clerk), campus.actor(campus.head)]
    for found in (responsibilities.mine, lambda actor: responsibilities.due_soon(actor, limit=MOST)):
        assert [list(found(actor)) for actor in both] == [[], [named]]
    client.force_login(campus.office, backend="registers.sessions.People")
    page = client.get(reverse("measure_list"), {"view": "vacant"}).content.decode()
    assert (page.count(named.text), ">无人承担</span>" in " ".join(page.split()).replace(" ", "")) == (1, True)


def test_what_is_kept_wrongly_is_found_and_put_right(campus):
    register = Register(campus)
    register.point(0, 1, True, False)
    for _ in range(2):
        register.measure(0, 1, True, True)
    register.note(0, 1, True, False)
    ControlMeasure.objects.update(rank=3)
    ControlMeasure.objects.filter(noted="done").update(noted="")
    assert (controls.repair(), controls.repair()) == (2, 0)
    assert sorted(ControlMeasure.objects.values_list("rank", "noted")) == [(1, ""), (1, "done")]
