"""What is learned from a warning: causes, gaps, points of the same kind, new measures (R4-32)."""

from dataclasses import dataclass

from django.db import transaction

from registers import audit, clock
from registers.access import require
from registers.actors import ANSWERABLE
from registers.models import ControlMeasure, RiskPoint
from workflows.messages import notifications
from workflows.models import CaseAnalysis, CasePoint
from workflows.policies.handling import holders
from workflows.policies.holding import Holding
from workflows.supervision.warnings.drafting import locked

FIELDS = ("causes", "gaps", "education")
OFFERED = 60  # points of the same kind that are offered at most


@dataclass(frozen=True)
class Looked:
    """A point that an analysis is about. ``measures``: those that came into force since."""

    point: RiskPoint
    measures: list


def alike(warning, *, actor):
    """Return points in force of the same category as those of a warning, its own first.

    As far as ``actor`` may read them.
    """
    series = [one.series for one in warning.points.all()]
    if not series:
        return []
    visible = RiskPoint.objects.visible_to(actor).in_force(actor.on).select_related("unit", "category", "final_grade")
    own = list(visible.filter(series__in=series))
    kinds = {(one.category_id, one.level) for one in own}
    others = visible.filter(category__in={category for category, _ in kinds}).exclude(series__in=series)
    same = [one for one in others.order_by("unit", "pk")[: OFFERED * 3] if (one.category_id, one.level) in kinds]
    return [*own, *same[:OFFERED]]


@transaction.atomic
def analyse(pk, *, values, points, actor, at):
    """Write what was learned, ask others to look at their measures, and return the analysis.

    Asked is who answers for ``points`` (series). They are not told of the case. What is sent twice is one analysis. Raises ``NotAllowed``.
    """
    warning = locked(pk)
    there = CaseAnalysis.objects.filter(warning=warning).first()
    if there is not None and all(getattr(there, name) == values[name] for name in FIELDS):
        return there
    require(actor, "analyse", warning)
    made = CaseAnalysis.objects.create(warning=warning, by_id=actor.user_id, at=at, **values)
    CasePoint.objects.bulk_create([CasePoint(analysis=made, series=series) for series in points])
    audit.append("warning.analyse", about=warning, actor=actor, at=at, detail={"points": len(points)})
    holding = Holding(clock.local_day(at))
    units = RiskPoint.objects.in_force(actor.on).filter(series__in=points).order_by()
    people = {
        one.pk: one
        for unit in set(units.values_list("unit", flat=True))
        for one in holders(unit, *ANSWERABLE, holding=holding)
    }
    text = "请对照检查本单位同类风险点的防控措施，措施不足的及时补充，见“防控措施落实”。"
    key = f"warning.analyse:{made.pk}"
    notifications.post(people.values(), kind="warning.analyse", key=key, text=text, submission=None, at=at)
    return made


def looked(analysis, *, actor):
    """Return a ``Looked`` for each point of an analysis that is in force."""
    series = list(analysis.points.values_list("series", flat=True))
    points = RiskPoint.objects.visible_to(actor).in_force(actor.on).filter(series__in=series)
    since = clock.local_day(analysis.at)
    measures = {}
    rows = ControlMeasure.objects.visible_to(actor).in_force(actor.on).filter(point_series__in=series)
    for measure in rows.filter(in_force_from__gte=since).order_by("pk"):
        measures.setdefault(measure.point_series, []).append(measure)
    points = points.select_related("unit", "category").order_by("unit", "pk")
    return [Looked(point, measures.get(point.series, [])) for point in points]
