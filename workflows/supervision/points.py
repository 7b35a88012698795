"""The expected and actual grades of many points at once, from what is on record on a day.

The number of queries does not depend on the number of points.
"""

from collections import Counter, namedtuple
from functools import cache

from django.db.models import Count, FilteredRelation, Max, Q, Subquery

from registers import clock, residuals
from registers.batches import batches
from registers.models import ControlMeasure, Incumbency
from registers.prepared import Given, Prepared
from registers.schemes.parts import Level
from workflows.deadlines import days
from workflows.models import MeasureCheck, MeasureProgress
from workflows.policies.checks import holders, with_latest_check
from workflows.supervision import blockers
from workflows.supervision.residual import Check, Facts, Measure, is_settled, residual

CHECKED = ("checked_as", "checked_on", "checked_at", "checked_outside")
SEEN = ("pk", "point_series", "stage", "responsible", "due_on", *CHECKED, "undone_at", "held_from")
Seen = namedtuple("Seen", SEEN, defaults=(None, None))
Row = namedtuple("Row", "series level post_id holder_id major_matter factors in_force_from rank")


@residuals.answered_by
def of_points(points, rules, *, on):
    """Return series → ``Residual`` of the ``points`` at the end of the day ``on``.

    ``points``: versions in force that day with ``final_grade`` at hand. ``rules``: the typed scheme in use.
    """
    points = [point for point in points if point.final_grade_id]
    if not points:
        return {}
    against = blockers.on_points([point.series for point in points], on)
    facts = _Facts(_measures(points, on), against, rules, on)
    return {point.series: residual(rules, facts.of(point, point.final_grade.rank)) for point in points}


@residuals.counted_by
def counted(points, rules, *, on):
    """Count the points of a query by what ``of_points`` finds of each.

    Returns (initial, expected, actual) → number. Points that no measure makes lighter are not looked at, and of those that are
    alike one is. Seven statements.
    """
    points, found, moving = points.filter(final_grade__isnull=False).order_by(), Counter(), []
    for rank, number in points.values_list("final_grade__rank").annotate(Count("pk")):
        if is_settled(rules, rank):
            found[residual(rules, Facts(rank)).ranks] += number
        else:
            moving.append(rank)
    if moving:
        points = points.filter(final_grade__rank__in=moving)
        rows = points.values_list(blockers.as_text("series"), *Row._fields[1:-1], "final_grade__rank")
        rows = list(map(Row._make, rows))
        facts = _Facts(_measures_of_all(points, rows, on), blockers.on_query(points, on), rules, on)
        alike = {}
        for row in rows:
            alike.setdefault(facts.likeness(row), []).append(row)
        for each in alike.values():
            found[residual(rules, facts.of(each[0], each[0].rank)).ranks] += len(each)
    return found


class _Facts:
    """What the rule looks at, of points whose ``measures`` and blockers (``against``) are at hand, both by series."""

    def __init__(self, measures, against, rules, on):
        self._measures, self._against, self._rules = measures, against, rules
        self._outlived = clock.months_after(on, -rules.residual.months)

    def of(self, point, rank):
        """Return the ``Facts`` of a point whose decided grade has this rank."""
        there = [Seen(*measure) for measure in self._measures.get(point.series, ())]
        return Facts(
            rank=rank,
            measures=tuple(_seen(measure, point, self._rules) for measure in there),
            major=bool(point.major_matter),
            factors=point.factors,
            blockers=tuple(self._against.get(point.series, ())),
            outlived=self._outlived,
            same_from=max([point.in_force_from, *(measure.held_from for measure in there if measure.held_from)]),
        )

    def likeness(self, row):
        """Return what two points have in common that have the same ``Facts``."""
        measures = tuple(
            (stage, responsible is None, due_on is None, *checked)
            for _, _, stage, responsible, due_on, *checked in self._measures.get(row.series, ())
        )
        checked = any(result for _, _, _, result, *_ in measures)  # else no check can be too old
        since = row.in_force_from if checked else None
        named = row.level, row.post_id is None, row.holder_id is None
        return row.rank, named, row.major_matter, str(row.factors), since, measures, row.series in self._against


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
    found, before = {}, days.due_moment(on)
    for part in batches(dict.fromkeys(point.series for point in points)):
        for measure in _in_force().of(on=on, before=before, series=part):
            found.setdefault(measure.point_series, []).append(measure)
    return found


@cache
def _in_force():
    rows = with_latest_check(ControlMeasure.objects.in_force(Given("on")), before=Given("before"))
    rows = rows.annotate(held_from=Subquery(holders(Given("on")).values("since")[:1]))
    # Rows instead of instances: a school has tens of thousands.
    return Prepared(rows.filter(point_series__within=Given("series")).order_by("pk").values_list(*SEEN, named=True))


def _measures_of_all(points, rows, on):
    """As ``_measures``, for all points of a query and their ``rows``, by the text of their series.

    What is of no account where there is no check is left out. They are plain tuples in the order of ``SEEN``: most are never
    looked at.
    """
    before = days.due_moment(on)
    measures = ControlMeasure.objects.in_force(on).filter(point_series__in=points.values("series"))
    measures = measures.annotate(made=FilteredRelation("checks", condition=Q(checks__at__lt=before)))
    fields = ("pk", blockers.as_text("point_series"), "stage", "responsible", "due_on")
    checks = ("made__result", "made__on", "made__at", "made__outside")
    # The latest check comes last.
    latest = {row[0]: row for row in measures.order_by("made__at", "made__pk").values_list(*fields, *checks)}
    checked = [key for key, row in latest.items() if row[5] is not None]
    notes = MeasureProgress.objects.filter(measure__within=checked, at__lt=before)
    notes = notes.exclude(state=MeasureProgress.State.DONE).order_by()
    undone = dict(notes.values_list("measure").annotate(Max("at")))
    post_of = {row.series: row.post_id for row in rows}
    posts = {post_of[latest[key][1]] for key in checked} - {None}
    held = Incumbency.objects.in_force(on).filter(post__within=posts).order_by()
    since = dict(held.values_list("post").annotate(Max("since")))
    found = {}
    for row in latest.values():
        seen = row if row[5] is None else (*row, undone.get(row[0]), since.get(post_of[row[1]]))
        found.setdefault(row[1], []).append(seen)
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
