"""The page of expected and actual grades: figures by grade, and what is missing point by point."""

from collections import namedtuple
from functools import cache, partial

from django.db.models import F
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registers import counts, kept, ledgers, plain, residuals
from registers.access import Seen, require
from registers.actors import LEDGER_READERS
from registers.models import Scheme, Unit
from registers.prepared import Given
from registers.views.paging import paged
from registers.views.sent import sought
from registers.views.units import school_or_404, unit_named

IN_LIST = ("final_grade__rank", "unit__position", "unit__code", "pk")
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
    units = _units().by(actor, ids=actor.unit_ids(*LEDGER_READERS), on=actor.on)
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
            "units": units,
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
    order = {pk: place for place, pk in enumerate(ledgers.units_of(unit))}
    readable = counts.readable(actor, on=actor.on, scheme=scheme)
    graded = [one for one in readable.counted if one[0] in order and one[1] is not None]
    return readable.listed(counts.in_places(graded, order), order=IN_LIST, read=partial(plain.readable, actor))


@cache
def _units():
    units = Unit.objects.existing(Given("on")).filter(pk__within=Given("ids"))
    return Seen(units.order_by(F("parent_id").asc(nulls_first=True), "position").values_list("code", "name"))


def _row(point, found, rules):
    """What the page shows of a point and of what was ``found`` of its grades."""
    grades = [residuals.grade_of(rules, rank) for rank in found.ranks]
    graded = [(grade.rank, grade.label) if grade else (None, "") for grade in grades]
    post = point.post.name if point.post else ""
    return Row(point.series, point.content, point.unit.name, post, *graded, tuple(found.missing), found.bound)


def _chosen(request, units):
    """The unit that the address names, else the highest of the reader's, else the school."""
    code = sought(request.GET, "unit") or (units[0][0] if units else "")
    return unit_named(request.actor, code) if code else school_or_404(request.actor)
