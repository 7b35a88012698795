"""The directory of regulations: looking up, adding one by one or as a list, changing.

Source: R0-20, R1-54.
"""

from collections import namedtuple

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from registers import clock, regulations
from registers.access import can, require
from registers.forms.regulations import RegulationForm, RegulationListForm
from registers.models import ControlMeasure, PowerItem, Regulation, RiskPoint, Unit
from registers.policies import REGULATION_WRITERS
from registers.refusals import Refused, Stale
from registers.views.paging import paged
from registers.views.sent import filters_sent, number, series, sought
from registers.views.units import school

CRUMBS = "制度目录"
OFFERED = 40  # powers that a form lists to be ticked. Where there are more, one looks for them.
FOUND = 50  # powers that one search shows


def _writable(request):
    """Return the units for which the reader may add regulations."""
    actor = request.actor
    return Unit.objects.visible_to(actor).filter(pk__within=actor.unit_ids(*REGULATION_WRITERS)).existing(actor.on)


# What a row of the list shows, as it is read.
SHOWN = ("pk", "name", "document_number", "issued_by", "effective_on", "state", "powers", "unit__code", "unit__name")
Row = namedtuple("Row", (*SHOWN[:-2], "unit_code", "unit", "state_label"))


@require_safe
def regulation_list(request):
    """List the regulations, filtered by unit, state and words.

    Context: ``page`` of ``Row`` (``powers``: how many rest on it), ``filters``, ``filtered``, ``units``, ``states``, ``may_add``.
    """
    rows = (
        Regulation.objects.visible_to(request.actor)
        .annotate(powers=Count("power_links"))
        .order_by("unit__position", "unit__code", "pk")
    )
    filters = filters_sent(request.GET, "q", "unit", "state")
    if filters["q"]:
        rows = rows.filter(
            Q(name__icontains=filters["q"])
            | Q(document_number__icontains=filters["q"])
            | Q(issued_by__icontains=filters["q"])
        )
    if filters["unit"]:
        rows = rows.filter(unit__code=filters["unit"])
    if filters["state"]:
        rows = rows.filter(state=filters["state"])
    held = Regulation.objects.visible_to(request.actor).order_by().values("unit")
    page, labels = paged(request, rows.values_list(*SHOWN)), dict(Regulation.State.choices)
    page.rows = [Row(*row, labels[row[SHOWN.index("state")]]) for row in page.rows]
    return render(
        request,
        "registers/regulation_list.html",
        {
            "page": page,
            "filters": filters,
            "filtered": any(filters.values()),
            "states": Regulation.State.choices,
            "units": Unit.objects.visible_to(request.actor).filter(pk__in=held).values_list("code", "name"),
            "may_add": request.actor.has(*REGULATION_WRITERS),
        },
    )


@require_safe
def regulation_detail(request, pk):
    """Show one regulation, the powers that rest on it and the measures that name it.

    As far as the reader may see them.
    Context: ``regulation``, ``powers``, ``measures`` as (measure, its point or None), ``may_change``, ``crumbs``.
    """
    regulation = get_object_or_404(Regulation.objects.visible_to(request.actor).select_related("unit"), pk=pk)
    on = request.actor.on
    measures = list(
        ControlMeasure.objects.visible_to(request.actor).in_force(on).filter(regulation=regulation).order_by("pk")[:50]
    )
    points = {
        point.series: point
        for point in RiskPoint.objects.visible_to(request.actor)
        .in_force(on)
        .filter(series__in=[measure.point_series for measure in measures])
        .select_related("unit", "post", "final_grade")
    }
    return render(
        request,
        "registers/regulation_detail.html",
        {
            "regulation": regulation,
            "powers": PowerItem.objects.visible_to(request.actor)
            .in_force(on)
            .filter(series__in=regulation.power_links.values("power_series"))
            .select_related("unit"),
            "measures": [(measure, points.get(measure.point_series)) for measure in measures],
            "may_change": can(request.actor, "change", regulation),
            "crumbs": [(CRUMBS, reverse("regulation_list"))],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def regulation_add(request):
    """Add one regulation. Context: ``form``, ``crumbs``."""
    units = _writable(request)
    offered = _offered(units)
    _require_some(request)
    form = RegulationForm(request.POST or None, units=units, initial={"unit": _own(request, offered)})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            regulation = regulations.add(
                values["unit"],
                {**values, "issued_by": values["issued_by"] or values["unit"].name},
                actor=request.actor,
                at=clock.now(),
            )
        except Refused as refused:
            form.add_error(refused.field, str(refused))
        else:
            messages.success(request, f"已登记“{regulation.name}”。可在此关联以它为依据的权力事项。")
            return redirect("regulation_edit", pk=regulation.pk)
    return render(
        request,
        "registers/regulation_add.html",
        {**_shown(form, offered), "crumbs": [(CRUMBS, reverse("regulation_list"))]},
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def regulation_edit(request, pk):
    """Change a regulation and the powers that rest on it.

    POST with ``find`` saves nothing: it looks for further powers and shows all that was typed again.
    Context: ``regulation``, ``version``, ``form``, ``finds``, ``crumbs``, and what ``_powers`` offers.
    """
    regulation = get_object_or_404(Regulation.objects.visible_to(request.actor).select_related("unit"), pk=pk)
    require(request.actor, "change", regulation)
    sent, finds = request.method == "POST", "find" in request.POST
    typed = {name: request.POST.get(name, "") if finds else getattr(regulation, name) for name in regulations.FIELDS}
    form = RegulationForm(request.POST if sent and not finds else None, initial=typed)
    powers = _powers(request, regulation)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            regulations.change(
                pk,
                form.cleaned_data,
                seen=number(request.POST.get("version")),
                actor=request.actor,
                at=clock.now(),
                powers=powers["linked"],
            )
        except Refused as refused:
            form.add_error(refused.field, str(refused))
        except Stale:
            status = 409
            form.add_error(None, "该制度刚被别人修改，您的修改没有保存，内容仍在下面。请另开一页核对后重新提交。")
        else:
            messages.success(request, "已保存。")
            return redirect("regulation_detail", pk=pk)
    return render(
        request,
        "registers/regulation_edit.html",
        {
            "regulation": regulation,
            "version": request.POST.get("version", "") if sent and status != 409 else regulation.version,
            "finds": finds,
            **_shown(form),
            **powers,
            "crumbs": [
                (CRUMBS, reverse("regulation_list")),
                (regulation.name, reverse("regulation_detail", args=[regulation.pk])),
            ],
        },
        status=status,
    )


def _powers(request, regulation):
    """Return what the form of a regulation offers of the powers that may rest on it.

    ``linked``: series of those that are ticked, ``powers``: all as (series, label). Where there are more than ``OFFERED``, ``powers``
    are only the ticked ones and ``search`` says what else is looked for: ``name``, ``unit`` (None where all are of one unit),
    ``found`` as (series, label), ``has_more``.
    """
    linkable = regulations.linkable(regulation.unit, on=request.actor.on)
    asked = map(series, request.POST.getlist("powers")) if request.method == "POST" else _links(regulation)
    whole = regulation.unit.parent_id is None

    def offered(powers):
        return [(power.series, f"{power.name}（{power.unit.name}）" if whole else power.name) for power in powers]

    if not linkable.order_by()[OFFERED:].exists():
        asked, powers = set(asked), offered(linkable)
        return {"linked": [power for power, _ in powers if power in asked], "powers": powers, "search": None}
    ticked = offered(linkable.filter(series__in=set(asked)))
    linked = [power for power, _ in ticked]
    name, unit = sought(request.POST, "power_name"), sought(request.POST, "power_unit") if whole else ""
    found = regulations.called(linkable.exclude(series__in=linked), name=name, unit=unit)
    found = offered(found[: FOUND + 1]) if name or unit else []
    search = {"name": name, "unit": unit if whole else None, "found": found[:FOUND], "has_more": len(found) > FOUND}
    return {"linked": linked, "powers": ticked, "search": search}


@require_http_methods(["GET", "HEAD", "POST"])
def regulation_import(request):
    """Add a pasted list of regulations, all or nothing.

    Context: ``form``, ``faults`` as (line, sentence), ``crumbs``.
    """
    units = _writable(request)
    offered = _offered(units)
    _require_some(request)
    form, faults = RegulationListForm(request.POST or None, units=units, initial={"unit": _own(request, offered)}), []
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = regulations.add_list(
                values["unit"], values["text"], state=values["state"], actor=request.actor, at=clock.now()
            )
        except regulations.Faulty as faulty:
            faults = faulty.faults
        else:
            messages.success(request, f"已登记 {len(made)} 项制度。")
            return redirect(f"{reverse('regulation_list')}?unit={values['unit'].code}")
    return render(
        request,
        "registers/regulation_import.html",
        {**_shown(form, offered), "faults": faults, "crumbs": [(CRUMBS, reverse("regulation_list"))]},
        status=422 if request.method == "POST" else 200,
    )


def _shown(form, offered=()):
    """Return the context of the form: the day as a date input takes it, the units ``offered`` as choices."""
    day = form["effective_on"].value() if "effective_on" in form.fields else None
    return {
        "form": form,
        "effective_on": day.isoformat() if hasattr(day, "isoformat") else day or "",
        "units": [(code, name) for _, code, name in offered],
    }


def _require_some(request):
    """Refuse a reader who may write for no unit at all, with the reason."""
    own = school(request.actor)
    if not request.actor.has(*REGULATION_WRITERS) and own is not None:
        require(request.actor, "add_regulation", own)


def _offered(units):
    """Return units as (id, code, name)."""
    return list(units.values_list("pk", "code", "name"))


def _own(request, offered):
    """Return the code of the unit that a writer most likely means: his own if he may write for it."""
    codes = {pk: code for pk, code, _ in offered}
    return codes.get(request.actor.user.unit_id) or next(iter(codes.values()), "")


def _links(regulation):
    return regulation.power_links.values_list("power_series", flat=True)
