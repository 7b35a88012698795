"""The page of expected and actual grades: figures by grade, and what is missing point by point."""

from collections import namedtuple
from functools import partial

from django.db.models import F
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from registers import counts, kept, plain, residuals
from registers.access import require
from registers.models import Scheme, Unit
from registers.views.paging import paged
from registers.views.sent import sought
from workflows.views.comparisons import READS_LEDGERS

# Of each grade: rank and label. ``missing``: sentences.
Row = namedtuple("Row", "series content unit post decided expected actual missing bound")


@require_safe
def residual_list(request):
    """Show how many points have which decided, expected and actual grade, and the points themselves.

    ``?unit=`` (code), with all below it; else the highest that he answers for. Listed are the points that he may read. Context:
    ``unit``, ``units`` to choose from, ``enabled``, ``counts`` as (grade, decided, expected, actual) with ``counted_at`` (the moment
    of figures that are kept, else None), ``page`` of points (``Row``).
    """
    actor = request.actor
    units = Unit.objects.visible_to(actor).existing(actor.on).filter(pk__within=actor.unit_ids(*READS_LEDGERS))
    units = units.order_by(F("parent_id").asc(nulls_first=True), "position")
    unit = _chosen(request, units)
    require(actor, "view_ledger", unit)
    scheme = Scheme.objects.visible_to(actor).in_use()
    rules = scheme.rules if scheme else None
    enabled = rules is not None and rules.residual.enabled
    page = paged(request, _points(actor, scheme, unit) if enabled else [])
    found = residuals.of_points(page.rows, rules, on=actor.on)
    page.rows = [_row(point, found[point.series], rules) for point in page.rows]
    counted = kept.answer("residuals", actor, unit=unit.code)
    return render(
        request,
        "workflows/residual_list.html",
        {
            "unit": unit,
            "units": list(units.values_list("code", "name")),
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
    points = readable.points.order_by("final_grade__rank", "unit__position", "unit__code", "pk")
    return counts.Listed(points, counts.in_places(graded, order), read=partial(plain.readable, actor))


def _row(point, found, rules):
    """What the page shows of a point and of what was ``found`` of its grades."""
    grades = [residuals.grade_of(rules, rank) for rank in found.ranks]
    graded = [(grade.rank, grade.label) if grade else (None, "") for grade in grades]
    post = point.post.name if point.post else ""
    return Row(point.series, point.content, point.unit.name, post, *graded, tuple(found.missing), found.bound)


def _chosen(request, units):
    """The unit that the address names, else the highest of the reader's, else the school."""
    if code := sought(request.GET, "unit"):
        return get_object_or_404(Unit.objects.visible_to(request.actor), code=code)
    return units.first() or get_object_or_404(Unit.objects.visible_to(request.actor), parent=None)
