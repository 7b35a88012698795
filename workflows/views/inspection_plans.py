"""Pages of the yearly plan of inspections, and of drawing units and inspectors.

Source: R0-23, R0-25, R2-29.
"""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import audit, clock
from registers.access import can, require
from registers.jobs import as_attachment
from registers.models import Appointment
from registers.refusals import Refused, Stale
from registers.views.sent import number
from registers.views.units import school, school_or_404
from workflows.forms import inspection_plans as forms
from workflows.models import Draw, InspectionPlan, PlanItem
from workflows.supervision import draws, plans
from workflows.views.form_pages import FASTER, form_page

CRUMB = "检查与整改"


def crumbs_of(plan=None):
    """Return the way back from a page about the plan."""
    crumbs = [(CRUMB, reverse("inspection_list"))]
    return crumbs if plan is None else [*crumbs, (str(plan), f"{reverse('inspection_plan')}?year={plan.year}")]


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_plan(request):
    """The plan of a year. POST makes it.

    Context: ``plan`` (None where there is none), ``year``, ``items`` with their kinds and draws, ``frequencies``,
    ``by_method`` (see ``plans.by_method``), ``may_make``.
    """
    root = school_or_404(request.actor)
    may_make = can(request.actor, "make", InspectionPlan(institution=root))
    year = plans.year_of(number((request.POST if request.method == "POST" else request.GET).get("year", "")))
    rows = InspectionPlan.objects.visible_to(request.actor).select_related("scheme", "institution")
    if request.method == "POST":
        require(request.actor, "make", InspectionPlan(institution=root))
        try:
            plans.plan_of(year, actor=request.actor, at=clock.now())
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect(f"{reverse('inspection_plan')}?year={year}")
    require(request.actor, "read", InspectionPlan(institution=root))
    plan = rows.filter(year=year).first()
    context = {
        "plan": plan,
        "year": year,
        "years": [year - 1, year, year + 1],
        "may_make": may_make,
        "crumbs": crumbs_of(),
        "items": _items(request, plan) if plan else [],
        "frequencies": plans.frequencies(plan.scheme, actor=request.actor, on=clock.today()) if plan else [],
        "by_method": plans.by_method(plan) if plan else [],
    }
    return render(request, "workflows/inspection_plan.html", context)


def _items(request, plan):
    kinds = {kind.code: kind for kind in plan.rules.kinds}
    methods = {method.code: method.label for method in plan.rules.methods}
    rows = (
        PlanItem.objects.visible_to(request.actor)
        .filter(plan=plan)
        .annotate(
            drawn=Count("draws", distinct=True),
            arranged=Count("inspections", distinct=True),
            units=Count("inspections", distinct=True, filter=Q(inspections__called_off_at=None)),
            notified=Count("inspections", distinct=True, filter=plans.BEGUN),
            concluded=Count("inspections", distinct=True, filter=Q(inspections__concluded_at__isnull=False)),
        )
    )
    items = list(rows.prefetch_related("draws"))
    for item in items:
        kind = kinds.get(item.kind)
        item.kind_label = kind.label if kind else item.kind
        item.begun = item.drawn or item.arranged
        item.plan = plan
        item.waiting = any(draw.drawn_at is None for draw in item.draws.all())
        item.by_lot = kind is not None and kind.purpose == "random"
        item.may_inspect = not item.by_lot and can(request.actor, "inspect", item)
        item.method_labels = [methods.get(code, code) for code in item.methods]
    return items


def _item(request, pk):
    rows = PlanItem.objects.visible_to(request.actor).select_related("plan__scheme", "plan__institution")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_item_add(request):
    """Put an item on the plan of a year. Context: see ``form_page``."""
    rows = InspectionPlan.objects.visible_to(request.actor).select_related("scheme", "institution")
    root = school(request.actor)
    require(request.actor, "make", InspectionPlan(institution=root))
    plan = get_object_or_404(rows, year=plans.year_of(number(request.GET.get("year", ""))))
    page = {"title": "列入检查事项", "crumbs": crumbs_of(plan), "submit": "列入计划"}
    if request.method != "POST":
        start = {"team": plan.rules.team, "starts_on": clock.today(), "methods": []}
        return form_page(request, forms.PlanItemForm(initial=start, rules=plan.rules), **page)
    form = forms.PlanItemForm(request.POST, rules=plan.rules)
    if not form.is_valid():
        return form_page(request, form, **page)
    try:
        plans.add(plan, values=form.values, actor=request.actor, at=clock.now())
    except Refused as refused:
        form.add_error(refused.field or None, refused.messages)
        return form_page(request, form, **page)
    messages.success(request, "已列入计划。")
    return redirect(f"{reverse('inspection_plan')}?year={plan.year}")


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_item_edit(request, pk):
    """Change an item of the plan. Context: see ``form_page``."""
    item = _item(request, pk)
    require(request.actor, "change", item)
    page = {"title": "修改检查事项", "crumbs": crumbs_of(item.plan), "submit": "保存", "seen_version": item.version}
    if request.method != "POST":
        start = {name: getattr(item, name) for name in plans.FIELDS}
        return form_page(request, forms.PlanItemForm(initial=start, rules=item.plan.rules), **page)
    form = forms.PlanItemForm(request.POST, rules=item.plan.rules)
    if not form.is_valid():
        return form_page(request, form, **page)
    try:
        seen = number(request.POST.get("seen_version"))
        plans.change(pk, values=form.values, seen_version=seen, actor=request.actor, at=clock.now())
    except Refused as refused:
        form.add_error(refused.field or None, refused.messages)
        return form_page(request, form, **page)
    except Stale:
        form.add_error(None, FASTER)
        return form_page(request, form, **page | {"seen_version": _item(request, pk).version})
    messages.success(request, "已保存。")
    return redirect(f"{reverse('inspection_plan')}?year={item.plan.year}")


@require_POST
def inspection_item_drop(request, pk):
    """Strike an item off the plan."""
    item = _item(request, pk)
    plans.drop(pk, actor=request.actor, at=clock.now())
    messages.success(request, f"已从计划中删去“{item.title}”。")
    return redirect(f"{reverse('inspection_plan')}?year={item.plan.year}")


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_pool(request, pk):
    """Freeze the pool of a draw.

    Context: ``form``, ``item``, ``units`` with what was typed beside each, ``crumbs``.
    """
    item = _item(request, pk)
    require(request.actor, "draw", item)
    units = list(draws.candidates(item.plan.institution, on=request.actor.on).visible_to(request.actor))
    options = {"units": units, "again": item.draws.exists()}
    if request.method != "POST":
        start = {"number": item.plan.rules.number_drawn(len(units)), "numbers": _usual(request, item)}
        return _pool_page(request, item, forms.PoolForm(initial=start, **options))
    form = forms.PoolForm(request.POST, **options)
    if not form.is_valid():
        return _pool_page(request, item, form)
    typed = form.cleaned_data
    absent = typed["absent"]
    try:
        made = draws.prepare(
            pk,
            people=list(dict.fromkeys([*typed["numbers"], *absent])),
            excluded_units=form.excluded_units,
            excluded_people={person.pk: why for person, why in absent.items()},
            number=typed["number"],
            seed_source=typed["seed_source"],
            reason=typed.get("reason", ""),
            actor=request.actor,
            at=clock.now(),
        )
    except Refused as refused:
        field = {"people": "numbers"}.get(refused.field, refused.field)
        form.add_error(field if field in form.fields else None, refused.messages)
        return _pool_page(request, item, form)
    messages.success(request, "名单已确定，不能再改。请等种子公布后填写并抽取。")
    return redirect("inspection_draw", pk=made.pk)


def _usual(request, item):
    """The staff numbers that are proposed: of the last draw, else of those who lead units or work in the office."""
    last = Draw.objects.visible_to(request.actor).order_by("-pk").first()
    if last is not None:
        return "\n".join(person["id"] for person in last.pool["inspectors"] if not person["excluded"])
    held = Appointment.objects.visible_to(request.actor).in_force(clock.today())
    held = held.filter(role__in=("office", "unit_head"), acting_for=None, user__is_active=True)
    return "\n".join(held.order_by("user__number").values_list("user__number", flat=True).distinct())


def _pool_page(request, item, form):
    for unit in form.units:
        unit.typed = form.data.get(f"out-{unit.pk}", "") if form.is_bound else ""
    context = {"form": form, "item": item, "units": form.units, "crumbs": crumbs_of(item.plan)}
    return render(request, "workflows/inspection_pool.html", context, status=422 if form.is_bound else 200)


def _draw(request, pk):
    rows = Draw.objects.visible_to(request.actor).select_related("item__plan__scheme", "prepared_by", "drawn_by")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def inspection_draw(request, pk):
    """One draw, and entering its seed.

    Context: ``draw``, ``item``, ``targets`` and ``inspectors`` of its pool, ``shown`` (the result in words), ``others`` (draws of the
    same item), ``form``, ``may_make``, ``crumbs``.
    """
    draw = _draw(request, pk)
    if request.method != "POST":
        return _draw_page(request, draw, forms.SeedForm())
    require(request.actor, "make", draw)
    form = forms.SeedForm(request.POST)
    if not form.is_valid():
        return _draw_page(request, draw, form)
    try:
        draws.make(pk, **form.cleaned_data, actor=request.actor, at=clock.now())
    except Refused as refused:
        form.add_error(None, refused.messages)
        return _draw_page(request, draw, form)
    messages.success(request, "已抽取。")
    return redirect("inspection_draw", pk=pk)


def _draw_page(request, draw, form):
    reads_plan = InspectionPlan.objects.visible_to(request.actor).filter(pk=draw.item.plan_id).exists()
    context = {
        "draw": draw,
        "item": draw.item,
        "targets": draw.pool["targets"],
        "inspectors": draw.pool["inspectors"],
        "shown": draws.shown(draw),
        "others": Draw.objects.visible_to(request.actor).filter(item=draw.item).exclude(pk=draw.pk),
        "form": form,
        "may_make": can(request.actor, "make", draw),
        "may_arrange": can(request.actor, "arrange", draw),
        "crumbs": crumbs_of(draw.item.plan if reads_plan else None),
    }
    return render(request, "workflows/inspection_draw.html", context, status=422 if form.is_bound else 200)


@require_safe
def inspection_draw_file(request, pk):
    """The record of a draw as JSON, from which anybody draws again."""
    draw = _draw(request, pk)
    audit.append("paper.export", about=draw, actor=request.actor, detail={"form": "json"})
    answer = JsonResponse(draw.record, json_dumps_params={"ensure_ascii": False, "indent": 1})
    return as_attachment(answer, f"draw-{draw.pk}.json")
