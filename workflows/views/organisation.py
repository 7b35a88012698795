"""The desk of units and posts: lists, one unit, changes with a preview of what follows."""

from django.contrib import messages
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registers import clock, establishment
from registers.access import require
from registers.models import Incumbency, OrganisationChange, PlannedChange, Post, Scheme, Unit, UnitAlias
from registers.models.spans import existing_on, is_closed
from registers.refusals import Refused, Stale
from registers.units import kinds
from registers.views.paging import paged
from registers.views.sent import filters_sent
from registers.views.units import school
from workflows import planned, reorganising
from workflows.forms import organisation as forms

# act → (title, form); of units, then of posts
OF_UNITS = {
    "child": ("新增下属单位", forms.ChildForm),
    "edit": ("修改单位", forms.EditForm),
    "merge": ("并入其他单位", forms.MergeForm),
    "divide": ("分设新单位", forms.DivideForm),
    "close": ("撤销单位", forms.DayForm),
    "post": ("设立岗位", forms.NewPostForm),
}
OF_POSTS = {
    "edit": ("修改岗位", forms.PostForm),
    "take": ("登记任职", forms.TakeForm),
    "leave": ("登记离任", forms.LeavePostForm),
    "close": ("撤销岗位", forms.OfPost),
}
HISTORY = 50
CRUMB = ("单位岗位维护", "unit_desk")


def _may_keep(request):
    """Refuse whoever is registrar of no unit, and return the ids of the units that he keeps."""
    root = school(request.actor)
    if root is not None and not request.actor.has("registrar"):
        require(request.actor, "manage", root)
    return request.actor.unit_ids("registrar")


def _crumbs(*units_and_posts):
    places = [(CRUMB[0], reverse(CRUMB[1]))]
    return places + [(unit.name, reverse("unit_keep", args=[unit.code])) for unit in units_and_posts]


@require_safe
def unit_desk(request):
    """List the units that the registrar keeps as a tree, found by name, code or another name.

    Context: ``units`` with ``is_closed``, ``depth``, ``post_count``, ``people_count`` and their ``aliases``; ``filters``, ``filtered``,
    ``planned`` changes, ``root``.
    """
    kept, on = _may_keep(request), request.actor.on
    filters = filters_sent(request.GET, "q", "unit_type", "closed")
    rows = Unit.objects.visible_to(request.actor).with_tree_fields().filter(pk__in=kept)
    if filters["q"]:
        rows = rows.called(filters["q"])
    if filters["unit_type"]:
        rows = rows.filter(unit_type=filters["unit_type"])
    if not filters["closed"]:
        rows = rows.filter(existing_on(on))
    counts = Post.objects.visible_to(request.actor).existing(on).filter(unit=OuterRef("pk")).order_by().values("unit")
    rows = rows.annotate(post_count=Subquery(counts.annotate(number=Count("pk")).values("number")))
    page = paged(request, rows.prefetch_related(Prefetch("aliases", UnitAlias.objects.visible_to(request.actor))))
    for unit in page.rows:
        unit.is_closed = is_closed(unit, on)
    return render(
        request,
        "workflows/unit_desk.html",
        {
            "page": page,
            "filters": filters,
            "filtered": any(filters.values()),
            "kinds": kinds(),
            "extent": [("yes", "含已撤销")],
            "root": school(request.actor),
            "planned": PlannedChange.objects.visible_to(request.actor)
            .filter(done_at=None, dropped_at=None)
            .select_related("unit", "by"),
        },
    )


@require_safe
def unit_keep(request, code):
    """Show one unit to its registrar: what can be done, other names, what is planned and was changed.

    Context: ``unit``, ``is_closed``, ``acts`` as (act, title), ``aliases``, ``form`` of a new alias, ``planned``, ``changes``, ``crumbs``.
    """
    return _unit_page(request, _kept_unit(request, code), forms.AliasForm())


def _unit_page(request, unit, form, *, status=200):
    closed, of_unit = is_closed(unit, request.actor.on), {"unit": unit}
    acts = {"edit", "child", "post"} if unit.parent_id is None else set(OF_UNITS)
    changes = OrganisationChange.objects.visible_to(request.actor).filter(**of_unit)
    waiting = PlannedChange.objects.visible_to(request.actor).filter(done_at=None, dropped_at=None, **of_unit)
    return render(
        request,
        "workflows/unit_keep.html",
        {
            "unit": unit,
            "is_closed": closed,
            "acts": [] if closed else [(act, title) for act, (title, _) in OF_UNITS.items() if act in acts],
            "aliases": UnitAlias.objects.visible_to(request.actor).filter(**of_unit),
            "form": form,
            "planned": waiting.select_related("unit", "by"),
            "changes": [
                (row, reorganising.words_of(row)) for row in changes.select_related("unit", "post", "by")[:HISTORY]
            ],
            "crumbs": _crumbs(),
        },
        status=status,
    )


def _kept_unit(request, code):
    unit = get_object_or_404(Unit.objects.visible_to(request.actor).select_related("parent"), code=code)
    require(request.actor, "manage", unit)
    return unit


@require_http_methods(["GET", "HEAD", "POST"])
def unit_change(request, code, act):
    """Change a unit, make one below it, or a post of it: form, preview, confirmation."""
    unit = _kept_unit(request, code)
    if is_closed(unit, request.actor.on):
        raise Http404
    title, form = OF_UNITS[act]
    back = reverse("unit_keep", args=[unit.code])
    return _change(request, act, unit, unit, form, title=title, back=back, crumbs=_crumbs(unit))


@require_http_methods(["GET", "HEAD", "POST"])
def post_change(request, code, act):
    """Change a post, or who holds it: form, preview, confirmation."""
    found = Post.objects.visible_to(request.actor).select_related("unit", "backup")
    post = get_object_or_404(found, code=code)
    require(request.actor, "manage", post.unit)
    if is_closed(post, request.actor.on):
        raise Http404
    title, form = OF_POSTS[act]
    crumbs = [*_crumbs(post.unit), (post.name, reverse("post_detail", args=[post.code]))]
    back = reverse("post_detail", args=[post.code])
    return _change(request, f"post_{act}", post.unit, post, form, title=title, back=back, crumbs=crumbs)


def _change(request, act, unit, subject, form_class, *, title, back, crumbs):
    """Show the form of a change; what it would bring, once it is filled in; and do it, once that is confirmed."""
    actor = request.actor
    kept = Unit.objects.visible_to(actor).filter(pk__in=actor.unit_ids("registrar")).existing(actor.on)
    scheme = Scheme.objects.visible_to(actor).in_use() if form_class in (forms.PostForm, forms.NewPostForm) else None
    domains = [(domain.code, domain.label) for domain in scheme.rules.domains] if scheme else []
    form = form_class(request.POST or None, subject=subject, on=actor.on, units=kept, domains=domains)
    outcome, status, sent = None, 422 if request.method == "POST" else 200, request.method == "POST"
    if sent and form.is_valid():
        wanted = reorganising.Wanted(act, unit, form.asked, form.cleaned_data["on"])
        try:
            if "confirm" in request.POST:
                seen = request.POST.get("seen", "")
                outcome = reorganising.make(wanted, seen=seen, actor=actor, at=clock.now())
                return _done(request, wanted, back)
            outcome, status = reorganising.foresee(wanted, actor=actor, at=clock.now()), 200
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        except Stale:
            outcome, status = reorganising.foresee(wanted, actor=actor, at=clock.now()), 409
            outcome.foresight.changed = True
    later = outcome is not None and outcome.wanted.on > actor.on
    context = {"form": form, "title": title, "subject": subject, "outcome": outcome, "later": later}
    return render(request, "workflows/unit_change.html", context | {"back_url": back, "crumbs": crumbs}, status=status)


def _done(request, wanted, back):
    """Say what was done, and go to the unit, or back to the post where it is still there."""
    later = wanted.on > clock.today()
    messages.success(request, f"已登记，{wanted.on:%Y-%m-%d} 生效。" if later else "变更已生效。")
    if wanted.act.startswith("post_"):
        return redirect(back)
    unit = Unit.objects.visible_to(request.actor).get(pk=wanted.unit.pk)
    return redirect("unit_keep", code=unit.code)


@require_POST
def unit_alias_add(request, code):
    """Give a unit another name."""
    unit, form = _kept_unit(request, code), forms.AliasForm(request.POST)
    if not form.is_valid():
        return _unit_page(request, unit, form, status=422)
    try:
        reorganising.name_also(unit, **form.cleaned_data, actor=request.actor, at=clock.now())
    except Refused as refused:
        form.add_error("name", str(refused))
        return _unit_page(request, unit, form, status=422)
    messages.success(request, f"已增加别名“{form.cleaned_data['name']}”。")
    return redirect("unit_keep", code=unit.code)


@require_POST
def unit_alias_drop(request, pk):
    """Take another name from a unit."""
    alias = get_object_or_404(UnitAlias.objects.visible_to(request.actor).select_related("unit"), pk=pk)
    reorganising.name_no_more(alias, actor=request.actor, at=clock.now())
    messages.success(request, f"已删去别名“{alias.name}”。")
    return redirect("unit_keep", code=alias.unit.code)


@require_POST
def planned_drop(request, pk):
    """Give up a change that is planned."""
    change = get_object_or_404(PlannedChange.objects.visible_to(request.actor).select_related("unit"), pk=pk)
    try:
        planned.drop(change.pk, actor=request.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "已取消。")
    if change.person_id is not None:
        return redirect("person_detail", pk=change.person_id)
    return redirect("unit_keep", code=change.unit.code)


@require_safe
def post_desk(request):
    """List the posts of the registrar's units with their kind, holders and what is vacant.

    Context: ``page`` of posts with ``holders`` (names) and ``places``; ``filters``, ``filtered``, ``units``.
    """
    kept, actor = _may_keep(request), request.actor
    filters = filters_sent(request.GET, "q", "unit", "vacant", "kind")
    held = Incumbency.objects.visible_to(actor).in_force(actor.on)
    rows = Post.objects.visible_to(actor).existing(actor.on).filter(unit__in=kept).select_related("unit", "backup")
    if filters["q"]:
        fitting = Q(name__icontains=filters["q"]) | Q(code__icontains=filters["q"])
        holding = held.filter(user__name__icontains=filters["q"]).order_by().values("post")
        rows = rows.filter(
            fitting | Q(pk__in=holding) | Q(unit__in=Unit.objects.visible_to(actor).called(filters["q"]).order_by())
        )
    if filters["unit"]:
        rows = rows.filter(unit__code=filters["unit"])
    if filters["kind"]:
        rows = rows.filter(kind=filters["kind"])
    rows = establishment.narrowed(establishment.with_places(rows, actor.on), filters["vacant"])
    if filters["vacant"] == "yes":
        rows = rows.exclude(pk__in=held.order_by().values("post"))
    page = paged(request, rows.order_by("unit__position", "unit__code", "code"))
    names = {}
    there = held.filter(post__in=[post.pk for post in page.rows]).order_by("since", "pk")
    for post, name in there.values_list("post", "user__name"):
        names.setdefault(post, []).append(name)
    for post in page.rows:
        post.holders, post.places = names.get(post.pk, []), establishment.of_post(post)
    units_kept = Unit.objects.visible_to(actor).filter(pk__in=kept).existing(actor.on)
    return render(
        request,
        "workflows/post_desk.html",
        {
            "page": page,
            "filters": filters,
            "filtered": any(filters.values()),
            "units": units_kept.values_list("code", "name"),
            "kinds": Post.Kind.choices,
            "extent": [("yes", "空缺"), *establishment.STATES.items()],
        },
    )
