"""Points that name a power in words only: the office says on which power or step each stands."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from registers import clock, placing
from registers.access import require
from registers.models import RiskPoint, Unit
from registers.refusals import Refused, Stale
from registers.views.paging import paged
from registers.views.sent import filters_sent


@require_safe
def point_doubts(request):
    """List the points in doubt, unit by unit.

    Context: ``page`` of ``Doubt`` (each with ``choices``), ``filters``, ``filtered``, ``units``, ``crumbs``.
    """
    require(request.actor, "place", RiskPoint)
    points = placing.doubtful().visible_to(request.actor).filter(unit__within=request.actor.unit_ids("office"))
    places = list(points.order_by().values_list("unit", flat=True).distinct())
    filters = filters_sent(request.GET, "unit")
    if filters["unit"]:
        points = points.filter(unit__in=Unit.objects.visible_to(request.actor).subtree(filters["unit"]))
    # Joined to them, all posts of the school would be read first.
    points = points.select_related("unit").prefetch_related("post")
    page = paged(request, points.order_by("unit__position", "unit__code", "pk"))
    choices = placing.choices_of({point.unit_id for point in page.rows})
    page.rows = placing.doubts_of(page.rows)
    for doubt in page.rows:
        doubt.point.choices = choices.get(doubt.point.unit_id, [])
    context = {
        "page": page,
        "filters": filters,
        "filtered": any(filters.values()),
        "units": Unit.objects.visible_to(request.actor).filter(pk__within=places).values_list("code", "name"),
        "crumbs": [("权力事项", reverse("power_list"))],
    }
    return render(request, "registers/point_doubts.html", context)


@require_POST
def point_place(request, pk):
    """Place one point on the power or the step that was chosen."""
    point = get_object_or_404(RiskPoint.objects.visible_to(request.actor), pk=pk)
    require(request.actor, "place", point)
    try:
        placing.place_one(point.pk, request.POST.get("place", ""), actor=request.actor, at=clock.now())
    except (Refused, Stale) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{point}”已对应。")
    return redirect(f"{reverse('point_doubts')}?{request.GET.urlencode()}" if request.GET else "point_doubts")
