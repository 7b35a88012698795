"""Pages of what units make public of their matters. Source: R0-22, R1-37, R4-07."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import can, require
from registers.models import PowerItem, Scheme, Unit
from registers.refusals import Refused, Stale
from registers.views.incoming import files
from registers.views.paging import paged
from registers.views.sent import filters_sent, keys, number
from registers.views.units import existing, school_or_404
from workflows import disclosures
from workflows.compiled import logs
from workflows.deadlines import days
from workflows.forms import disclosures as forms
from workflows.forms.activities import VoidForm
from workflows.forms.powers import chosen
from workflows.models import DisclosedPart, Disclosure
from workflows.views.activities import FILES
from workflows.views.form_pages import FASTER, form_page
from workflows.views.offered_powers import powers_for

STATES = {"late": "逾期未公开", "unfinished": "未完成", "complete": "已全部公开", "void": "已作废"}
UNRECORDED = 10
PROOF = FILES | {"label": "附件（公开的材料、截图、照片）"}


def _rules(request):
    """Return the scheme in use and what it says of disclosure.

    Raises ``Http404`` where it keeps no such records.
    """
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    if scheme is None or not scheme.rules.disclosure.kept:
        raise Http404
    return scheme, scheme.rules.disclosure


def _rows(request):
    """Records the reader may see, with unit and rule book."""
    return Disclosure.objects.visible_to(request.actor).select_related("unit", "scheme").defer("scheme__source")


def _crumbs(rules, disclosure=None):
    crumbs = [(rules.label, reverse("disclosure_list"))]
    return (
        crumbs
        if disclosure is None
        else [*crumbs, (disclosure.title, reverse("disclosure_detail", args=[disclosure.pk]))]
    )


def _units(actor):
    """The units whose records the person keeps, the school first."""
    return existing(actor, disclosures.kept_by(actor))


@require_safe
def disclosure_list(request):
    """What units make public, newest first, and what is missing.

    Context: ``rules``, ``page`` of records, each with its ``shown`` parts as (label, state, day); ``filters``, ``filtered``,
    ``units``, ``states``, ``unrecorded`` (powers of the reader's units of which nothing is recorded), ``more`` of them,
    ``may_record``, ``papers`` of his unit.
    """
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    rules = scheme.rules.disclosure if scheme else None
    if rules is None or not rules.kept:
        return render(request, "workflows/disclosure_list.html", {"rules": None})
    filters, on = filters_sent(request.GET, "unit", "state", "mode"), request.actor.on
    rows = _rows(request)
    of_units = Unit.objects.visible_to(request.actor).filter(pk__in=rows.order_by().values("unit"))
    page = paged(request, _narrowed(rows, filters, on).prefetch_related("parts"))
    for row in page.rows:
        row.shown = _states(row, rules, on)
    kept = _units(request.actor)
    missing = _unrecorded(request, kept, on) if kept else []
    context = {
        "rules": rules,
        "page": page,
        "filters": filters,
        "filtered": any(filters.values()),
        "units": of_units.order_by("parent_id", "position").values_list("code", "name"),
        "states": STATES.items(),
        "modes": [(mode.code, mode.label) for mode in rules.modes],
        "unrecorded": missing[:UNRECORDED],
        "more": len(missing) > UNRECORDED,
        "may_record": bool(kept),
        "paper": logs.unit_paper(scheme.rules, "disclosure_list") if kept else None,
        "own": kept[0] if kept else None,
    }
    return render(request, "workflows/disclosure_list.html", context)


def _narrowed(rows, filters, on):
    if filters["unit"]:
        rows = rows.filter(unit__code=filters["unit"])
    if filters["mode"]:
        rows = rows.filter(mode=filters["mode"])
    if filters["state"] == "void":
        return rows.filter(voided_at__isnull=False)
    if filters["state"] == "late":
        return disclosures.late(rows, on=on)
    narrow = {"unfinished": disclosures.unfinished, "complete": disclosures.complete}
    return narrow.get(filters["state"], disclosures.valid)(rows)


def _states(row, rules, on):
    """What the columns of the list show of a record.

    Each is the label of the part, its state (words, tone) and the day of it. The state is None where the record is older than
    the part in the rule book.
    """
    parts, found = {part.part: part for part in row.parts.all()}, []
    for said in rules.parts:
        part = parts.get(said.code)
        state = disclosures.state_of(part, on=on) if part else None
        shown = part and (part.disclosed_on if state is disclosures.PUBLIC else part.due_on)
        found.append((said.label, state, shown))
    return found


def _unrecorded(request, units, on):
    powers = PowerItem.objects.visible_to(request.actor).in_force(on).filter(unit__in=units).select_related("unit")
    return list(disclosures.unrecorded(powers, year=on.year).order_by("unit__position", "name")[: UNRECORDED + 1])


@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_add(request):
    """Record a matter. ``?power=``: the series of the power that it exercises. Context: see ``form_page``."""
    scheme, rules = _rules(request)
    units = _units(request.actor)
    if not units:
        root = school_or_404(request.actor)
        require(request.actor, "enter", Disclosure(scheme=scheme, unit=root))
    powers = powers_for(request.actor, units)
    power = chosen(powers, request.GET.get("power", ""))
    start = {"unit": power.unit if power else units[0].code, "power": power.key if power else ""}
    options = {
        "rules": rules,
        "powers": powers,
        "today": clock.today(),
        "units": [(unit.code, unit.name) for unit in units],
    }
    form = forms.MatterForm(request.POST or None, initial=start, **options)
    page = {"title": "登记公开事项", "crumbs": _crumbs(rules), "submit": "登记"}
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    made = disclosures.enter(
        scheme=scheme,
        unit=next(unit for unit in units if unit.code == form.cleaned_data["unit"]),
        values=form.values,
        due=form.due,
        actor=request.actor,
        at=clock.now(),
    )
    messages.success(request, "已登记。公开以后，请逐项登记公开的日期和渠道。")
    return redirect("disclosure_detail", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_edit(request, pk):
    """Correct a matter. Context: see ``form_page``."""
    disclosure = get_object_or_404(_rows(request), pk=pk)
    require(request.actor, "change", disclosure)
    rules = disclosure.rules
    start = {name: getattr(disclosure, name) for name in disclosures.FIELDS}
    options = {
        "rules": rules,
        "powers": powers_for(request.actor, [disclosure.unit], also=disclosure),
        "today": clock.today(),
        "initial": start | {"power": str(disclosure.power or "")},
    }
    form = forms.MatterForm(request.POST or None, **options)
    page = {
        "title": "修改公开事项",
        "crumbs": _crumbs(rules, disclosure),
        "submit": "保存",
        "seen_version": disclosure.version,
    }
    return _saved(
        request,
        disclosure,
        form,
        page,
        act=lambda seen: disclosures.change(
            pk, values=form.values, seen_version=seen, actor=request.actor, at=clock.now()
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def disclosure_part(request, pk):
    """Record when and where one part was made public. Context: see ``form_page``."""
    part = get_object_or_404(DisclosedPart.objects.visible_to(request.actor), pk=pk)
    disclosure = get_object_or_404(_rows(request), pk=part.disclosure_id)
    require(request.actor, "change", disclosure)
    rules = disclosure.rules
    start = {name: getattr(part, name) for name in disclosures.PART_FIELDS}
    form = forms.PartForm(request.POST or None, rules=rules, today=clock.today(), initial=start)
    page = {
        "title": f"登记公开：{rules.label_of('parts', part.part)}",
        "crumbs": _crumbs(rules, disclosure),
        "submit": "保存",
        "seen_version": disclosure.version,
        "files": PROOF | {"kept": part.attachments.without_content()},
    }
    return _saved(
        request,
        disclosure,
        form,
        page,
        act=lambda seen: disclosures.record(
            pk,
            values=form.values,
            uploads=files(request),
            dropped=keys(request.POST.getlist("drop")),
            seen_version=seen,
            actor=request.actor,
            at=clock.now(),
        ),
    )


def _saved(request, disclosure, form, page, *, act):
    """Show the form, or do ``act`` on the version that was seen, or show the form again with what is wrong."""
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    try:
        act(number(request.POST.get("seen_version")))
    except Refused as refused:
        return form_page(request, form, **page, file_error=str(refused))
    except Stale:
        form.add_error(None, FASTER)
        seen = _rows(request).get(pk=disclosure.pk).version
        return form_page(request, form, **page | {"seen_version": seen})
    messages.success(request, "已保存。")
    return redirect("disclosure_detail", pk=disclosure.pk)


@require_safe
def disclosure_detail(request, pk):
    """One record. Context: see ``_page``."""
    return _page(request, get_object_or_404(_rows(request), pk=pk))


def _page(request, disclosure, *, form=None):
    """Render one record.

    Context: ``disclosure``, ``rules``, ``words`` (matter, mode, asked by), ``parts`` each with ``label``, ``shown`` (its state), ``where``,
    ``late`` (days) and ``files``; ``answer`` (a deadline), ``may_change``, ``form`` (why it is void), ``crumbs``.
    """
    rules, on = disclosure.rules, request.actor.on
    parts = list(disclosure.parts.prefetch_related(disclosures.attachments.of_each()))
    for part in parts:
        part.label, part.shown = rules.label_of("parts", part.part), disclosures.state_of(part, on=on)
        part.where, part.late = disclosures.where_of(rules, part), disclosures.late_days(part)
        part.files = list(part.attachments.all())
    unanswered = disclosure.answer_due_on is not None and disclosure.answered_on is None
    context = {
        "disclosure": disclosure,
        "rules": rules,
        "words": {
            name: rules.label_of(things, getattr(disclosure, name))
            for name, things in (("matter", "matters"), ("mode", "modes"), ("asked_by", "askers"))
        },
        "parts": parts,
        "answer": days.shown(disclosure.answer_due_on, clock.now()) if unanswered else None,
        "may_change": can(request.actor, "change", disclosure),
        "form": form or VoidForm(),
        "crumbs": _crumbs(rules),
    }
    return render(request, "workflows/disclosure_detail.html", context, status=422 if form else 200)


@require_POST
def disclosure_void(request, pk):
    """Declare a record void, with the reason."""
    disclosure = get_object_or_404(_rows(request), pk=pk)
    require(request.actor, "void", disclosure)
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _page(request, disclosure, form=form)
    try:
        disclosures.void(
            pk,
            reason=form.cleaned_data["reason"],
            seen_version=number(request.POST.get("seen_version")),
            actor=request.actor,
            at=clock.now(),
        )
    except Stale:
        form.add_error(None, FASTER)
        return _page(request, _rows(request).get(pk=pk), form=form)
    messages.success(request, "已作废；记录和原因保留备查，不再计入统计。")
    return redirect("disclosure_detail", pk=pk)
