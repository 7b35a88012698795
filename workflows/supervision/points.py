"""The expected and actual grades of many points at once, from what is on record on a day.

The number of queries does not depend on the number of points.
"""

from django.db.models import Subquery

from registers import clock, residuals
from registers.batches import having
from registers.models import ControlMeasure
from registers.schemes.parts import Level
from workflows.deadlines import days
from workflows.models import MeasureCheck
from workflows.policies.checks import holders, with_latest_check
from workflows.supervision import blockers
from workflows.supervision.residual import Check, Facts, Measure, residual

SEEN = ("pk", "point_series", "stage", "responsible", "due_on", "checked_as", "checked_on", "checked_at")
SEEN += ("checked_outside", "undone_at", "held_from")


@residuals.answered_by
def of_points(points, rules, *, on):
    """Return series → ``Residual`` of the ``points`` at the end of the day ``on``.

    ``points``: versions in force that day with ``final_grade`` at hand. ``rules``: the typed scheme in use.
    """
    points = [point for point in points if point.final_grade_id]
    if not points:
        return {}
    measures = _measures(points, on)
    against = blockers.on_points([point.series for point in points], on)
    outlived = clock.months_after(on, -rules.residual.months)
    found = {}
    for point in points:
        there = measures.get(point.series, ())
        facts = Facts(
            rank=point.final_grade.rank,
            measures=tuple(_seen(measure, point, rules) for measure in there),
            major=bool(point.major_matter),
            factors=point.factors,
            blockers=tuple(against.get(point.series, ())),
            outlived=outlived,
            same_from=max([point.in_force_from, *(measure.held_from for measure in there if measure.held_from)]),
        )
        found[point.series] = residual(rules, facts)
    return found


def _seen(measure, point, rules):
    """A measure as the rule looks at it.

    Where nobody is named in it, whoever holds the point or its post carries it out. Of a unit's point that names neither, its unit
    does, if the scheme lets a unit be responsible (``unit_answers``): its head answers then, as ``responsibilities.people`` says.
    """
    by_unit = rules.residual.unit_answers and point.level != Level.PERSONAL
    said = {
        "stage": measure.stage,
        "owner": bool(measure.responsible or point.holder_id or point.post_id or by_unit),
        "due": measure.due_on is not None,
    }
    if measure.checked_at is None:
        return Measure(**said)
    verified = measure.checked_as == MeasureCheck.Result.VERIFIED
    undone = measure.undone_at is not None and measure.undone_at > measure.checked_at
    return Measure(**said, check=Check(measure.checked_on, verified, measure.checked_outside), undone=undone)


def _measures(points, on):
    """Series → its measures in force with their latest checks.

    ``held_from``: since when whoever holds the post of the point has held it.
    """
    in_force = ControlMeasure.objects.in_force(on)
    in_force = with_latest_check(in_force, before=days.due_moment(on))
    in_force = in_force.annotate(held_from=Subquery(holders(on).values("since")[:1]))
    found = {}
    # Rows instead of instances: a school has tens of thousands.
    seen = in_force.order_by("pk").values_list(*SEEN, named=True)
    for measure in having(seen, "point_series", [point.series for point in points]):
        found.setdefault(measure.point_series, []).append(measure)
    return found


def plea(point, rules, *, on):
    """Return why the decided grade of a point should be lowered: who checked what, and when.

    Empty where no verified measures have brought it below that grade.
    """
    found = residuals.of_points([point], rules, on=on).get(point.series)
    if found is None or not found.is_lighter:
        return ""
    measures = _measures([point], on)[point.series]
    made = MeasureCheck.objects.filter(measure__in=[row.pk for row in measures], on__lte=on).select_related(
        "by", "measure"
    )
    checks = {check.measure.stage: check for check in made.order_by("at", "pk")}
    said = "；".join(
        f"“{stage.label}”{checks[stage.code].on:%Y-%m-%d} 由{checks[stage.code].by.name}核查通过"
        for stage in rules.measure_stages
    )
    decided, actual = (residuals.grade_of(rules, rank).label for rank in (found.initial, found.actual))
    return f"防控措施：{said}。实际等级为{actual}，提请将评定等级由{decided}调整为{actual}。"
