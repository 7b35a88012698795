"""The expected and actual grades of many points at once, from what is on record on a day.

The number of queries does not depend on the number of points.
"""

from django.db.models import Max

from registers import clock, residuals
from registers.ledgers import among
from registers.models import ControlMeasure, Incumbency
from workflows.deadlines import days
from workflows.models import MeasureCheck, MeasureProgress
from workflows.supervision import blockers
from workflows.supervision.residual import Check, Facts, Measure, residual


@residuals.answered_by
def of_points(points, rules, *, on):
    """Return series → ``Residual`` of the ``points`` at the end of the day ``on``.

    ``points``: versions in force that day with ``final_grade`` at hand. ``rules``: the typed scheme in use.
    """
    points = [point for point in points if point.final_grade_id]
    if not points:
        return {}
    measures, holders = _measures(points, on), _holders(points, on)
    against, outlived = blockers.on_points(on), clock.months_after(on, -rules.residual.months)
    return {
        point.series: residual(
            rules,
            Facts(
                rank=point.final_grade.rank,
                measures=tuple(
                    _seen(row, point, checked, undone_at) for row, checked, undone_at in measures.get(point.series, ())
                ),
                major=bool(point.major_matter),
                factors=point.factors,
                blockers=tuple(against.get(point.series, ())),
                outlived=outlived,
                same_from=max(point.in_force_from, holders.get(point.post_id, point.in_force_from)),
            ),
        )
        for point in points
    }


def _seen(row, point, checked, undone_at):
    """A measure as the rule looks at it. Nobody named: it is whoever answers for the point (``controls.mine``)."""
    owner = bool(row.responsible_id or point.holder_id or point.post_id)
    if checked is None:
        return Measure(row.stage, owner, row.due_on is not None)
    check = Check(checked.on, checked.result == MeasureCheck.Result.VERIFIED, checked.outside)
    return Measure(row.stage, owner, row.due_on is not None, check, undone_at is not None and undone_at > checked.at)


def _measures(points, on):
    """Series → (measure in force, its latest check or None, when a note last said that it is not done or None)."""
    end = days.start_of(days.add_days(on, 1))
    in_force = ControlMeasure.objects.in_force(on).filter(among("point_series", [point.series for point in points]))
    in_force = list(in_force.only("point_series", "stage", "responsible", "due_on"))
    of_these = among("measure", [measure.pk for measure in in_force])
    checks = MeasureCheck.objects.filter(of_these, at__lt=end).select_related("by").order_by("at", "pk")
    checks = checks.only("measure", "result", "outside", "on", "at", "by__name")
    latest = {check.measure_id: check for check in checks}
    undone = MeasureProgress.objects.filter(of_these, at__lt=end).exclude(state=MeasureProgress.State.DONE)
    undone = dict(undone.order_by().values_list("measure").annotate(Max("at")))
    found = {}
    for measure in in_force:
        row = (measure, latest.get(measure.pk), undone.get(measure.pk))
        found.setdefault(measure.point_series, []).append(row)
    return found


def _holders(points, on):
    """Post → since when whoever holds it now has held it; of several the last to come."""
    posts = {point.post_id for point in points if point.post_id}
    held = Incumbency.objects.in_force(on).filter(among("post", list(posts))) if posts else Incumbency.objects.none()
    return dict(held.order_by().values_list("post").annotate(Max("since")))


def plea(point, rules, *, on):
    """Return why the decided grade of a point should be lowered: who checked what, and when.

    Empty where no verified measures have brought it below that grade.
    """
    found = residuals.of_points([point], rules, on=on).get(point.series)
    if found is None or not found.is_lighter:
        return ""
    checks = {row.stage: checked for row, checked, _ in _measures([point], on)[point.series]}
    said = "；".join(
        f"“{stage.label}”{checks[stage.code].on:%Y-%m-%d} 由{checks[stage.code].by.name}核查通过"
        for stage in rules.measure_stages
    )
    decided, actual = (residuals.grade_of(rules, rank).label for rank in (found.initial, found.actual))
    return f"防控措施：{said}。实际等级为{actual}，提请将评定等级由{decided}调整为{actual}。"
