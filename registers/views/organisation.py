"""Pages of units and their people."""

from collections import namedtuple
from functools import cache

from django.db.models import Count, F, Q
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registers import establishment
from registers.access import Seen, can
from registers.actors import ANSWERABLE, ROLE_LABELS
from registers.models import Appointment, Incumbency, LeadingGroup, Post, PowerItem, Scheme, Unit
from registers.models.organisation import in_tree
from registers.models.spans import is_closed
from registers.prepared import Given
from registers.responsible import names_by_post
from registers.views.hints import hints_about
from registers.views.paging import paged
from registers.views.sent import filters_sent

POWERS_SHOWN = 10


# What a row of the list shows of a unit. ``head`` and ``liaisons`` are names.
UnitRow = namedtuple("UnitRow", "pk name code kind depth is_closed head liaisons post_count risk_post_count")


# What the list reads of a unit, and its statements.
Listed = namedtuple("Listed", "pk name code unit_type closed_on")
_Asked = namedtuple("_Asked", "tree units held posts")


@require_safe
def unit_list(request):
    """List all units as a tree, with the numbers of their posts and risk posts.

    ``?q=`` finds units by name, code or another name.
    Context: ``filters``; ``page`` of ``UnitRow``.
    """
    filters = filters_sent(request.GET, "q")
    actor, asked = request.actor, _asked()
    found = (
        Unit.objects.visible_to(actor).called(filters["q"]).in_tree() if filters["q"] else in_tree(asked.tree.by(actor))
    )
    page = paged(request, found)
    ids = [pk for pk, _ in page.rows]
    units = {row[0]: Listed(*row) for row in asked.units.by(actor, ids=ids)}
    names = _answering(asked.held.by(actor, ids=ids, on=actor.on))
    numbers = {unit: counted for unit, *counted in asked.posts.by(actor, ids=ids, on=actor.on)}
    types = dict(Unit._meta.get_field("unit_type").flatchoices)
    page.rows = [
        UnitRow(
            pk,
            units[pk].name,
            units[pk].code,
            types.get(units[pk].unit_type, units[pk].unit_type),
            depth,
            is_closed(units[pk], actor.on),
            "、".join(names.get((pk, "unit_head"), [])),
            "、".join(names.get((pk, "liaison"), [])),
            *numbers.get(pk, (0, 0)),
        )
        for pk, depth in page.rows
    ]
    return render(request, "registers/unit_list.html", {"page": page, "filters": filters})


@cache
def _asked():
    ids, on = Given("ids"), Given("on")
    tree = Unit.objects.order_by("position", "code").values_list("pk", "parent_id")
    units = Unit.objects.filter(pk__within=ids).order_by().values_list(*Listed._fields)
    held = Appointment.objects.in_force(on).filter(unit__within=ids, role__in=ANSWERABLE)
    # A stand-in comes after the person he stands in for.
    held = held.order_by(F("acting_for").asc(nulls_first=True), "pk")
    posts = Post.objects.existing(on).filter(unit__within=ids).order_by().values_list("unit")
    posts = posts.annotate(all=Count("pk"), risky=Count("pk", filter=Q(is_risk_post=True)))
    return _Asked(
        Seen(tree), Seen(units), Seen(held.values_list("unit_id", "role", "user__name", "acting_for")), Seen(posts)
    )


def _answering(held):
    """(unit, role) → names of its heads and liaisons."""
    names = {}
    for unit, role, name, principal in held:
        names.setdefault((unit, role), []).append(f"{name}（代）" if principal else name)
    return names


@require_safe
def unit_detail(request, code):
    """Show one unit: its people in charge, group, posts, powers and the units below it.

    Of the powers only the first ones.
    Context: ``unit``, ``is_closed``, ``crumbs``, ``children`` as (code, name), ``appointments`` as (role, appointment), ``group``,
    ``members``, ``page`` of posts, ``posts`` as (post, names of its holders or None, its ``Places``), ``staffing`` (places, people, how
    many lack and are too many, or None), ``powers``, ``more_powers``, ``hints``, ``may_view_ledger``, ``has_residual``,
    ``may_manage``.
    """
    unit = get_object_or_404(Unit.objects.visible_to(request.actor).select_related("parent"), code=code)
    on, may_view_ledger = request.actor.on, can(request.actor, "view_ledger", unit)
    scheme = Scheme.objects.visible_to(request.actor).in_use() if may_view_ledger else None
    held = names_by_post(Incumbency.objects.visible_to(request.actor).in_force(on).filter(post__unit=unit))
    posts = establishment.with_places(Post.objects.visible_to(request.actor).existing(on).filter(unit=unit), on)
    page = paged(request, posts.order_by("-is_risk_post", "code"))
    appointments = Appointment.objects.visible_to(request.actor).in_force(on).filter(unit=unit)
    appointments = appointments.select_related("user", "acting_for")
    roles = list(ROLE_LABELS)
    group = LeadingGroup.objects.visible_to(request.actor).in_force(on).filter(unit=unit).first()
    powers = PowerItem.objects.visible_to(request.actor).in_force(on).filter(unit=unit)
    powers = list(powers.select_related("accountable_post")[: POWERS_SHOWN + 1])
    children = Unit.objects.visible_to(request.actor).existing(on).filter(parent=unit)
    return render(
        request,
        "registers/unit_detail.html",
        {
            "unit": unit,
            "crumbs": crumbs_of(unit.parent),
            "group": group,
            "page": page,
            "posts": [(post, held.get(post.pk), establishment.of_post(post)) for post in page.rows],
            "staffing": establishment.of_unit(posts),
            "members": group.members.select_related("user") if group else [],
            "appointments": [
                (ROLE_LABELS[row.role], row)
                for row in sorted(
                    appointments, key=lambda row: (roles.index(row.role), bool(row.acting_for_id), row.pk)
                )
            ],
            "powers": powers[:POWERS_SHOWN],
            "more_powers": len(powers) > POWERS_SHOWN,
            "is_closed": is_closed(unit, on),
            "children": tuple(children.values_list("code", "name")),
            "hints": hints_about(request.actor, unit),
            "may_view_ledger": may_view_ledger,
            "may_manage": can(request.actor, "manage", unit),
            "has_residual": scheme is not None and scheme.rules.residual.enabled,
        },
    )


def crumbs_of(unit):
    """Return the links that lead to a page below ``unit`` (or None), for ``components/page_head.html``."""
    crumbs = [("单位与岗位", reverse("unit_list"))]
    if unit is not None:
        crumbs.append((unit.name, reverse("unit_detail", args=[unit.code])))
    return crumbs
