"""Changes of the register at any time: what one may propose, and the sheets under way (动态调整)."""

from functools import cache

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from registers import clock
from registers.access import Seen, can
from registers.models import Post, PowerItem, RiskPoint, Unit
from registers.prepared import Given
from registers.refusals import Refused
from registers.schemes import importing
from registers.schemes.adjusting import PREFIX
from registers.views.paging import paged
from registers.views.sent import series as series_of
from registers.views.units import school, unit_named
from workflows.campaign import adjustments, campaigns
from workflows.models import Submission
from workflows.policies.submissions import PROPOSE
from workflows.supervision import points


@cache
def _rows():
    proposed = Q(task__code__startswith=PREFIX) | Q(task__code__startswith=importing.PREFIX)
    rows = Submission.objects.filter(proposed, person=Given("reader")).with_rules()
    return Seen(rows.select_related("task", "unit", "post", "person").order_by("-pk"))


@require_safe
def adjustment_list(request):
    """Show what the reader may propose to change, and his adjustments and imports.

    ``?point=`` and ``?power=`` (series): what he wants to change; ``lighter``: a point's grade, because its measures were verified.
    Context: ``offers``, ``units`` to choose from, ``unit``, ``page``, ``named``, ``plea`` (the reason that his sheet would give).
    """
    actor = request.actor
    named = _named(request)
    mine = Unit.objects.visible_to(actor).existing(actor.on).filter(pk__within=actor.unit_ids(*PROPOSE))
    units = list(mine.order_by("position", "code").values_list("pk", "code", "name"))
    chosen = next((pk for pk, code, _ in units if code == request.GET.get("unit")), None)
    if chosen is None and named is not None:
        chosen = next((pk for pk, *_ in units if pk == named.unit_id), None)
    if chosen is None:
        at_home = next((pk for pk, *_ in units if pk in actor.home_unit_ids), None)
        chosen = units[0][0] if len(units) == 1 else at_home
    chosen = mine.get(pk=chosen) if chosen else None
    root = school(actor)
    scheme = campaigns.scheme_for(root) if root else None
    offers = adjustments.offered(actor, scheme=scheme, units=[chosen] if chosen else []) if scheme else []
    page = paged(request, _rows().parts(actor, reader=actor.user_id))
    return render(
        request,
        "workflows/adjustment_list.html",
        {
            "offers": [
                (sheet, task, task.code.removeprefix(PREFIX)) for sheet, task in offers if _is_about(named, sheet, task)
            ],
            "named": named,
            "plea": _plea(actor, named, scheme) if "lighter" in request.GET else "",
            "units": [(code, name) for _, code, name in units] if len(units) > 1 else [],
            "unit": chosen,
            "scheme": scheme,
            "no_scheme": adjustments.NO_SCHEME,
            "why_not": can(actor, "adjust", Submission(unit=chosen or root)).reason if root else "",
            "page": page,
        },
    )


def _named(request):
    """The record in force that the address names, None where it names none that the reader may see."""
    for name, model in (("point", RiskPoint), ("power", PowerItem)):
        if series := request.GET.get(name):
            rows = model.objects.visible_to(request.actor).open().select_related("unit")
            return get_object_or_404(rows, series=series_of(series))
    return None


def _plea(actor, named, scheme):
    """Why the grade of the point that is named should be lowered, empty where nothing speaks for it."""
    return points.plea(named, scheme.rules, on=actor.on) if isinstance(named, RiskPoint) and scheme else ""


def _is_about(named, sheet, task):
    """Whether a sheet could take the record that the address names."""
    if named is None:
        return True
    if isinstance(named, PowerItem):
        return task.brings == "powers" and sheet.unit == named.unit
    return task.points == named.level and sheet.unit == named.unit and sheet.post_id in (None, named.post_id)


@require_POST
def adjustment_begin(request):
    """Begin a sheet of changes, or take up the one that was begun.

    Posted are ``what``, ``unit`` and ``post`` (codes), and the ``series`` to put on it; with ``lighter`` the reason names the checks.
    """
    unit = unit_named(request.actor, request.POST.get("unit", ""))
    post = None
    if code := request.POST.get("post", ""):
        post = get_object_or_404(Post.objects.visible_to(request.actor), code=code, unit=unit)
    key = str(series_of(request.POST["series"])) if "series" in request.POST else ""
    try:
        sheet = adjustments.begin(
            request.POST.get("what", ""),
            unit=unit,
            post=post,
            key=key,
            reason=_reason(request.actor, key) if key and "lighter" in request.POST else "",
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("adjustment_list")
    return redirect("submission_fill", pk=sheet.pk)


def _reason(actor, series):
    """The reason for lowering the grade of the point ``series``, empty where it is none that he may read."""
    point = RiskPoint.objects.visible_to(actor).open().select_related("final_grade").filter(series=series).first()
    root = school(actor)
    return _plea(actor, point, campaigns.scheme_for(root))
