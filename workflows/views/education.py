"""Pages of the yearly plan of education: its items, what was held, which posts it reached.

Source: R2-17, R2-27, R4-01.
"""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock
from registers.access import can, require
from registers.models import RiskPoint, Scheme
from registers.views.sent import filters_sent, keys, number
from workflows.compiled import logs
from workflows.forms import duties as forms
from workflows.models import EducationItem
from workflows.policies.activities import ACTIVITY_READERS
from workflows.supervision import education
from workflows.views.activities import recording_units
from workflows.views.duties import crumbs_of, recorded, tabs_of
from workflows.views.warnings import institution_of

HERE = "education_list"
POSTS_SHOWN = 100
TIED_SHOWN = 100
VIEWS = {"": "全部", "missed": "还没有教育到的", "reached": "已教育到的"}


def _rows(request):
    """The items that the reader may see, with what was held for each counted."""
    rows = EducationItem.objects.visible_to(request.actor).select_related("unit", "scheme")
    return education.with_held(rows.defer("scheme__document", "scheme__source"))


@require_safe
def education_list(request):
    """This year's plan, and which posts with grave points it has reached.

    Context: ``tabs``, ``asked``, ``year``, ``items`` each with ``held``, ``may_plan``, ``paper`` of the plan with its unit (``own``),
    ``posts`` (``Reach`` with ``grade``, of the units that the reader watches), ``counts`` as (reached, all), ``more``, ``view``
    with its ``views``.
    """
    tabs, rules = tabs_of(request, HERE)
    asked = rules.education if rules else None
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    year = request.actor.on.year
    items = list(_rows(request).filter(year=year)) if asked else []
    view = filters_sent(request.GET, "view")["view"]
    found = _reached(request, scheme, items) if asked and request.actor.has(*ACTIVITY_READERS) else []
    shown = [one for one in found if not view or bool(one.reached) == (view == "reached")]
    planning = recording_units(request.actor) if asked else []
    context = {
        "tabs": tabs,
        "asked": asked,
        "year": year,
        "items": items,
        "may_plan": bool(planning),
        "own": planning[0] if planning else None,
        "paper": logs.unit_paper(scheme.rules, "education_plan") if planning else None,
        "posts": shown[:POSTS_SHOWN],
        "more": max(len(shown) - POSTS_SHOWN, 0),
        "counts": (sum(bool(one.reached) for one in found), len(found)),
        "view": view,
        "views": list(VIEWS.items()),
    }
    return render(request, "workflows/education_list.html", context)


def _reached(request, scheme, items):
    """The posts with grave points in the units that the reader watches, as far as he may read the points."""
    points = RiskPoint.objects.visible_to(request.actor).in_force(request.actor.on)
    points = points.filter(unit__in=request.actor.unit_ids(*ACTIVITY_READERS), category__scheme__slug=scheme.slug)
    found = education.reach(items, points, scheme.rules, on=request.actor.on)
    labels = {grade.rank: grade for grade in scheme.rules.grades}
    for one in found:
        one.post.grade = labels[one.rank]
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def education_add(request):
    """Put an item on the plan. Context: see ``form_page``."""
    root, scheme = institution_of(request)
    units = recording_units(request.actor)
    require(request.actor, "plan", EducationItem(institution=root, unit=units[0] if units else root))
    choices = [(unit.code, f"{unit.name}（全校）" if unit.parent_id is None else unit.name) for unit in units]
    page = {
        "title": "列入教育计划",
        "crumbs": crumbs_of(HERE),
        "submit": "列入",
        "intro": "岗位、等级、领域都不选的，面向全部岗位；选了几项的，同时符合的岗位才是对象。",
    }
    start = {"unit": choices[0][0]}
    form = forms.EducationForm(request.POST or None, initial=start, rules=scheme.rules, units=choices)

    def act():
        unit = next(unit for unit in units if unit.code == form.cleaned_data["unit"])
        return education.plan(scheme, root, unit=unit, values=form.values, actor=request.actor, at=clock.now())

    return recorded(request, form, page, act, said="已列入计划。", to=[HERE])


@require_http_methods(["GET", "HEAD", "POST"])
def education_edit(request, pk):
    """Change an item of the plan. Context: see ``form_page``."""
    item = get_object_or_404(_rows(request), pk=pk)
    require(request.actor, "change", item)
    page = {
        "title": "修改教育计划",
        "crumbs": [*crumbs_of(HERE), (item.title, reverse("education_detail", args=[pk]))],
        "submit": "保存",
        "seen_version": item.version,
    }
    start = {name: getattr(item, name) for name in education.FIELDS} | {"rank": str(item.rank or "")}
    form = forms.EducationForm(request.POST or None, initial=start, rules=item.scheme.rules)
    seen = number(request.POST.get("seen_version"))

    def act():
        return education.change(pk, values=form.values, seen_version=seen, actor=request.actor, at=clock.now())

    again = lambda: get_object_or_404(_rows(request), pk=pk).version  # noqa: E731
    return recorded(request, form, page, act, said="已保存。", to=["education_detail", pk], seen_again=again)


@require_safe
def education_detail(request, pk):
    """One item of the plan, and what was held for it. Context: see ``_page``."""
    return _page(request, get_object_or_404(_rows(request), pk=pk))


def _page(request, item, *, form=None):
    """Render one item.

    Context: ``item``, ``held`` (activities that the reader may see), ``form`` to tie activities (None where there
    are none), ``may`` (action → verdict), ``crumbs``.
    """
    held = list(_known(request, item).filter(education_items=item))
    may = {action: can(request.actor, action, item) for action in ("change", "tie", "drop")}
    if form is None and may["tie"]:
        others = _known(request, item).exclude(education_items=item)[:TIED_SHOWN]
        start = {"activities": [str(activity.pk) for activity in held]}
        form = forms.TieForm(initial=start, activities=_options([*held, *others]))
    context = {
        "item": item,
        "held": held,
        "form": form if form and form.fields["activities"].choices else None,
        "may": may,
        "crumbs": crumbs_of(HERE),
    }
    refused = form is not None and form.is_bound
    return render(request, "workflows/education_detail.html", context, status=422 if refused else 200)


def _known(request, item):
    return education.to_tie(item).visible_to(request.actor).select_related("unit")


def _options(activities):
    return [(str(one.pk), f"{one.held_on:%Y-%m-%d} {one.unit.name}：{one.title}") for one in activities]


@require_POST
def education_tie(request, pk):
    """Say which activities were held for an item of the plan."""
    item = get_object_or_404(_rows(request), pk=pk)
    require(request.actor, "tie", item)
    form = forms.TieForm(request.POST, activities=_options(_known(request, item)))
    if not form.is_valid():
        return _page(request, item, form=form)
    chosen = keys(form.cleaned_data["activities"])
    education.tie(pk, activities=chosen, actor=request.actor, at=clock.now())
    messages.success(request, "已保存。")
    return redirect("education_detail", pk=pk)


@require_POST
def education_drop(request, pk):
    """Strike an item off the plan."""
    item = get_object_or_404(_rows(request), pk=pk)
    education.drop(item.pk, actor=request.actor, at=clock.now())
    messages.success(request, f"已从计划中删去“{item.title}”。")
    return redirect(HERE)
