"""Pages of inspections: the list, arranging one, the notice, the team, opinions, answers, signatures.

Source: R0-25, R0-27, R2-29, R3-34.
"""

from functools import cache

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock
from registers.access import Seen, can, require
from registers.prepared import Given
from registers.refusals import Refused, Stale
from registers.views.one import one_or_404
from registers.views.paging import paged
from registers.views.sent import key
from registers.views.units import school
from workflows.compiled import inspections as papers
from workflows.forms import inspections as forms
from workflows.forms.meetings import SignatureForm
from workflows.models import (
    CheckItem,
    Draw,
    Finding,
    Inspection,
    InspectionPlan,
    InspectionSeat,
    InspectionSignature,
    PlanItem,
)
from workflows.policies.handling import handled_units
from workflows.policies.inspections import seat_of
from workflows.supervision import checklists, draws, inspections, opinions
from workflows.views import form_pages
from workflows.views.form_pages import FASTER, add_refusal, form_page
from workflows.views.inspection_plans import crumbs_of

ACTIONS = (
    "change",
    "notify",
    "seat",
    "call_off",
    "declare",
    "check",
    "own_check",
    "opine",
    "answer",
    "conclude",
    "sign",
    "refuse",
)


def visible(request, pk):
    """Return the inspection if the reader may see it, with what its pages need."""
    return one_or_404(_by_key(), request.actor, pk=pk)


@cache
def _by_key():
    related = ("plan__scheme", "plan__institution", "item", "unit", "draw")
    return Seen(Inspection.objects.filter(pk=Given("pk")).select_related(*related))


def crumbs_to(inspection):
    """Return the way back from a page about one inspection."""
    return [*crumbs_of(), (str(inspection), reverse("inspection_detail", args=[inspection.pk]))]


@cache
def _rows():
    return Seen(Inspection.objects.select_related("plan", "item", "unit"))


@require_safe
def inspection_list(request):
    """The inspections that the reader may see, newest first. Context: ``page``, ``reads_plans``."""
    page = paged(request, _rows().parts(request.actor))
    root = school(request.actor)
    reads_plans = bool(root) and bool(can(request.actor, "read", InspectionPlan(institution=root)))
    return render(request, "workflows/inspection_list.html", {"page": page, "reads_plans": reads_plans})


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_add(request, pk):
    """Arrange an inspection for an item of the plan. Context: see ``form_page``."""
    rows = PlanItem.objects.visible_to(request.actor).select_related("plan__scheme", "plan__institution")
    item = get_object_or_404(rows, pk=pk)
    require(request.actor, "inspect", item)
    known = draws.candidates(item.plan.institution, on=request.actor.on).visible_to(request.actor)
    units = known.filter(pk__within=handled_units(request.actor))
    options = {"units": list(units.values_list("code", "name"))}
    page = {"title": f"安排检查：{item.title}", "crumbs": crumbs_of(item.plan), "submit": "安排检查"}
    if request.method != "POST":
        start = {"starts_on": item.starts_on, "ends_on": item.ends_on}
        return form_page(request, forms.ArrangementForm(initial=start, **options), **page)
    form = forms.ArrangementForm(request.POST, **options)
    if not form.is_valid():
        return form_page(request, form, **page)
    try:
        made = inspections.make(
            pk,
            unit=units.get(code=form.cleaned_data["unit"]),
            people=form.cleaned_data["numbers"],
            values=form.values,
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        add_refusal(form, refused)
        return form_page(request, form, **page)
    messages.success(request, "已安排。成员声明是否回避后，可以向被检查单位发出通知。")
    return redirect("inspection_detail", pk=made.pk)


@require_POST
def inspection_arrange(request, pk):
    """Arrange the inspections that a draw has found."""
    draw = get_object_or_404(Draw.objects.visible_to(request.actor), pk=pk)
    try:
        made = inspections.make_drawn(draw.pk, actor=request.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("inspection_draw", pk=pk)
    messages.success(
        request,
        f"已安排 {len(made)} 项检查。"
        if made
        else "没有要安排的：已经安排，或与您本人有关，由同事、学校领导小组或党委办理。",
    )
    return redirect("inspection_list")


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_edit(request, pk):
    """Change days and papers of an inspection. Context: see ``form_page``."""
    inspection = visible(request, pk)
    require(request.actor, "change", inspection)
    page = {
        "title": "修改检查安排",
        "crumbs": crumbs_to(inspection),
        "submit": "保存",
        "seen_version": inspection.version,
    }
    if request.method != "POST":
        start = {name: getattr(inspection, name) for name in inspections.FIELDS}
        return form_page(request, forms.ArrangementForm(initial=start), **page)
    form = forms.ArrangementForm(request.POST)
    if not form.is_valid():
        return form_page(request, form, **page)
    return done(
        request,
        inspection,
        form,
        page,
        act=lambda seen: inspections.change(
            pk, values=form.values, seen_version=seen, actor=request.actor, at=clock.now()
        ),
        said="已保存。",
    )


def done(request, inspection, form, page, *, act, said):
    """Do what a form asks for and lead to the inspection, or show the form again with what is wrong."""
    return form_pages.done(
        request,
        form,
        lambda seen: form_page(request, form, **page | {"seen_version": seen}),
        act=act,
        anew=lambda: visible(request, inspection.pk),
        seen=page.get("seen_version"),
        said=said,
        back=("inspection_detail", inspection.pk),
    )


@require_safe
def inspection_detail(request, pk):
    """One inspection. Context: see ``_page``."""
    return _page(request, visible(request, pk))


def _page(request, inspection, *, form=None, error="", status=200):
    """Render one inspection.

    Context: ``inspection``, ``method_labels``, ``seats``, ``my_seat``, ``results`` (may its results be read), ``lines`` of the
    checklist, ``findings``, ``papers`` (slug → layout), ``figures``, ``signatures``, ``digest``, ``may`` (action → verdict),
    ``declaration`` and ``password`` (forms), ``error``, ``late``, ``crumbs``.
    """
    actor = request.actor
    methods = {method.code: method.label for method in inspection.rules.methods}
    lines = list(CheckItem.objects.visible_to(actor).filter(inspection=inspection))
    results = can(actor, "read_results", inspection)
    may = {action: can(actor, action, inspection) for action in ACTIONS}
    context = {
        "inspection": inspection,
        "method_labels": [methods.get(code, code) for code in inspection.item.methods],
        "seats": InspectionSeat.objects.visible_to(actor).filter(inspection=inspection).select_related("user"),
        "my_seat": seat_of(actor, inspection),
        "results": results,
        "lines": lines,
        "findings": Finding.objects.visible_to(actor).filter(inspection=inspection).select_related("inspection__plan"),
        "figures": _figures(lines, results),
        "signatures": InspectionSignature.objects.visible_to(actor)
        .filter(inspection=inspection)
        .select_related("user"),
        "papers": papers.of(inspection, results=results),
        "digest": opinions.digest_to_sign(inspection, lines) if may["sign"] else "",
        "may": may,
        "declaration": forms.DeclarationForm(),
        "password": SignatureForm(request=request),
        "error": error,
        "late": opinions.is_late(inspection),
        "crumbs": crumbs_of(),
    }
    if form is not None:
        context["password" if isinstance(form, SignatureForm) else "declaration"] = form
    return render(request, "workflows/inspection_detail.html", context, status=status)


def _figures(lines, results):
    """How many lines there are, how many the unit has looked at itself, and how many the team has."""
    return {
        "lines": len(lines),
        "own": sum(bool(line.own_result) for line in lines),
        "checked": sum(bool(line.result) for line in lines) if results else None,
        "score": checklists.score_of(lines) if results else None,
    }


@require_POST
def inspection_notify(request, pk):
    """Send the unit its notice."""
    inspection = visible(request, pk)
    try:
        inspections.notify(pk, actor=request.actor, at=clock.now())
    except Refused as refused:
        return _page(request, inspection, error=str(refused), status=422)
    messages.success(request, "检查通知已发给被检查单位。")
    return redirect("inspection_detail", pk=pk)


@require_POST
def inspection_declare(request, pk):
    """Declare whether one has to keep out of an inspection."""
    inspection = visible(request, pk)
    require(request.actor, "declare", inspection)
    form = forms.DeclarationForm(request.POST)
    if not form.is_valid():
        return _page(request, inspection, form=form, status=422)
    avoids = form.cleaned_data["avoids"] == "yes"
    try:
        inspections.declare(pk, avoids=avoids, reason=form.cleaned_data["reason"], actor=request.actor, at=clock.now())
    except Refused as refused:
        form.add_error("reason", refused.messages)
        return _page(request, inspection, form=form, status=422)
    if avoids:
        messages.success(request, "已记录您的回避，您不再参加这次检查。")
        return redirect("inspection_list")
    messages.success(request, "已记录。")
    return redirect("inspection_detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_seat(request, pk):
    """Change the team of an inspection. Context: see ``form_page``."""
    inspection = visible(request, pk)
    require(request.actor, "seat", inspection)
    there = InspectionSeat.objects.visible_to(request.actor).filter(inspection=inspection, left_at=None)
    seats = [(str(seat.pk), str(seat)) for seat in there.select_related("user")]
    page = {"title": "调整检查组", "crumbs": crumbs_to(inspection), "submit": "保存"}
    start = {}
    if inspection.draw_id:
        following = inspections.following(inspection, on=clock.today())
        start["number"] = following.number if following else ""
        page["intro"] = "检查组由抽签产生，由抽取顺序中的下一名递补。"
    if request.method != "POST":
        return form_page(request, forms.SeatForm(initial=start, seats=seats), **page)
    form = forms.SeatForm(request.POST, seats=seats)
    if not form.is_valid():
        return form_page(request, form, **page)
    typed = form.cleaned_data
    leaves = key(typed["leaves"]) if typed["leaves"] else None
    person = typed["number"]
    return done(
        request,
        inspection,
        form,
        page,
        act=lambda seen: inspections.seat(
            pk, person, reason=typed["reason"], leaves=leaves, actor=request.actor, at=clock.now()
        ),
        said="检查组已调整。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_call_off(request, pk):
    """Call an inspection off. Context: see ``form_page``."""
    inspection = visible(request, pk)
    require(request.actor, "call_off", inspection)
    page = {"title": "取消检查", "crumbs": crumbs_to(inspection), "submit": "取消检查"}
    form = forms.ReasonForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return form_page(request, form, **page)
    reason = form.cleaned_data["reason"]
    return done(
        request,
        inspection,
        form,
        page,
        act=lambda seen: inspections.call_off(pk, reason=reason, actor=request.actor, at=clock.now()),
        said="检查已取消，原因保留备查。",
    )


@require_POST
def inspection_sign(request, pk):
    """Sign the final opinion with one's password."""
    inspection = visible(request, pk)
    require(request.actor, "sign", inspection)
    form = SignatureForm(request.POST, request=request)
    if not form.is_valid():
        if form.has_error("password", "wrong"):
            audit.append("inspection.not_signed", about=inspection, actor=request.actor)
        return _page(request, inspection, form=form, status=422)
    try:
        opinions.sign(pk, seen_digest=request.POST.get("seen_digest", ""), actor=request.actor, at=clock.now())
    except Stale:
        return _page(request, visible(request, pk), error=FASTER, status=409)
    messages.success(request, "已签字。")
    return redirect("inspection_detail", pk=pk)
