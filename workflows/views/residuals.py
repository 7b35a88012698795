"""The page of expected and actual grades: figures by grade, and what is missing point by point."""

from django.db.models import F
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from registers import counts, kept, residuals
from registers.access import require
from registers.models import RiskPoint, Scheme, Unit
from registers.views.paging import paged
from registers.views.sent import sought
from workflows.views.comparisons import READS_LEDGERS


@require_safe
def residual_list(request):
    """Show how many points have which decided, expected and actual grade, and the points themselves.

    ``?unit=`` (code), with all below it; else the highest that he answers for. Listed are the points that he may read. Context:
    ``unit``, ``units`` to choose from, ``enabled``, ``counts`` as (grade, decided, expected, actual) with ``counted_at`` (the moment
    of figures that are kept, else None), ``page`` of points, each with its ``residual``.
    """
    actor = request.actor
    units = Unit.objects.visible_to(actor).existing(actor.on).filter(pk__in=actor.unit_ids(*READS_LEDGERS))
    units = list(units.order_by(F("parent_id").asc(nulls_first=True), "position"))
    unit = _chosen(request, units)
    require(actor, "view_ledger", unit)
    scheme = Scheme.objects.visible_to(actor).in_use()
    rules = scheme.rules if scheme else None
    enabled = rules is not None and rules.residual.enabled
    page = paged(request, _points(actor, scheme, unit) if enabled else [])
    found = residuals.of_points(page.rows, rules, on=actor.on)
    for point in page.rows:
        point.residual = found[point.series]
        point.expected, point.actual = (
            residuals.grade_of(rules, rank) for rank in (point.residual.expected, point.residual.actual)
        )
    counted = kept.answer("residuals", actor, unit=unit.code)
    return render(
        request,
        "workflows/residual_list.html",
        {
            "unit": unit,
            "units": [(one.code, one.name) for one in units],
            "enabled": enabled,
            "counts": residuals.lines(counted.figures, rules),
            "counted_at": counted.made_at,
            "page": page,
        },
    )


def _points(actor, scheme, unit):
    """The graded points of a unit and all below it that the reader may read, the gravest first, then unit by unit.

    As in the ledger they are those of the scheme in use: of another one nothing is known.
    """
    below = Unit.objects.visible_to(actor).subtree(unit.code).order_by("position", "code").values_list("pk", flat=True)
    order = {pk: place for place, pk in enumerate(below)}
    readable = counts.readable(actor, on=actor.on, scheme=scheme)
    graded = [one for one in readable.counted if one[0] in order and one[1] is not None]
    read = RiskPoint.objects.visible_to(actor).select_related("unit", "post", "final_grade").order_by().in_bulk
    points = readable.points.order_by("final_grade__rank", "unit__position", "unit__code", "pk")
    return counts.Listed(points, counts.in_places(graded, order), read=read)


def _chosen(request, units):
    """The unit that the address names, else the highest of the reader's, else the school."""
    if code := sought(request.GET, "unit"):
        return get_object_or_404(Unit.objects.visible_to(request.actor), code=code)
    return units[0] if units else get_object_or_404(Unit.objects.visible_to(request.actor), parent=None)
