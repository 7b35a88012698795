"""The page that compares the register with last year's, line by line."""

from datetime import date

from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registers import clock, comparisons, kept
from registers.access import require
from registers.actors import SCHOOL_ROLES
from registers.models import Post, RiskPoint, Scheme, Unit
from registers.views.organisation import crumbs_of
from registers.views.paging import paged
from registers.views.sent import filters_sent
from workflows.progress import last_year

EVERYTHING = "all"  # the filter that also shows lines without a change
READS_LEDGERS = ("liaison", "unit_head", "group_member", "leader_in_charge", *SCHOOL_ROLES)


@require_safe
def comparison(request):
    """What differs from an earlier day: of a unit (``unit``), a post (``post``), or the reader's own.

    Context: ``unit`` or ``post``, ``units``, ``posts`` (to choose from), ``then``, ``now``, ``day_error``, ``found``
    (its counts), ``counted_at`` (the moment of a kept one, else None), ``page`` of its lines, ``kinds`` and ``moves``
    as (code, label, count), ``filters``, ``crumbs``.
    """
    actor = request.actor
    scheme = Scheme.objects.visible_to(actor).in_use()
    units = (
        Unit.objects.visible_to(actor).filter(pk__within=actor.unit_ids(*READS_LEDGERS)).order_by("position", "code")
    )
    posts = Post.objects.visible_to(actor).filter(pk__in=actor.post_ids).order_by("code")
    context = {
        "units": list(units.values_list("code", "name")),
        "posts": list(posts),
        "scheme": scheme,
        "now": clock.today(),
    }
    unit, post = _about(request, units, len(context["units"]), context["posts"])
    then, error = _day(request, context["now"])
    filters = filters_sent(request.GET, "kind", "then")
    context |= {"unit": unit, "post": post, "then": then, "day_error": error, "filters": filters}
    if scheme is not None and (unit or post):
        asked = {"post": post.code} if post else {"unit": unit.code}
        kind = "" if filters["kind"] == EVERYTHING else filters["kind"] or comparisons.OTHERWISE
        found = kept.answer("comparison", actor, **asked, then=then.isoformat(), kind=kind)
        counts, page = found.figures, paged(request, found)
        page.rows = last_year.lines(actor, page.rows, **asked, then=then)
        moves = [
            (code, label, counts["moves"][code]) for code, label in comparisons.MOVES.items() if code in counts["moves"]
        ]
        if counts["measured"]:
            moves.append(("measures", "措施有变", counts["measured"]))
        context |= {
            "found": counts,
            "counted_at": found.made_at,
            "page": page,
            "kinds": [
                (code, label, counts["kinds"][code])
                for code, label in comparisons.KINDS.items()
                if code in counts["kinds"]
            ],
            "moves": moves,
            "crumbs": _crumbs(unit, post),
            "recorded": "year-comparison" in scheme.rules.papers,
        }
    return render(request, "workflows/comparison.html", context)


def _about(request, units, number, posts):
    """The unit or post to compare: ``(unit, post)``, one of them None. ``number``: of the ``units``.

    Raises ``NotAllowed`` for a unit whose ledger is not the reader's, ``Http404`` for what he may not see.
    """
    if code := request.GET.get("post", ""):
        return None, get_object_or_404(Post.objects.visible_to(request.actor).select_related("unit"), code=code)
    if code := request.GET.get("unit", ""):
        unit = get_object_or_404(Unit.objects.visible_to(request.actor), code=code)
        require(request.actor, "view_ledger", unit)
        return unit, None
    return (None, posts[0]) if posts and not number else (_first_with_points(request.actor, units, number), None)


def _first_with_points(actor, units, number):
    """The first of ``units`` (a query of so many) with risk points, None without units. An institution itself seldom has any."""
    if number < 2:
        return units.first()
    points = RiskPoint.objects.visible_to(actor).filter(unit=OuterRef("pk")).order_by().values("pk")[:1]
    return units.alias(point=Subquery(points)).filter(point__isnull=False).first() or units.first()


def _crumbs(unit, post):
    if post is not None:
        return [*crumbs_of(post.unit), (post.name, reverse("post_detail", args=[post.code]))]
    return [*crumbs_of(None), (unit.name, reverse("unit_detail", args=[unit.code]))]


def _day(request, today):
    usual, text = last_year.last_year(today), request.GET.get("then", "")
    if not text:
        return usual, ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return usual, f"日期“{text[:20]}”无法识别，请写成 2026-09-30 的样式；现与 {usual} 对照。"
    return (day, "") if day <= today else (usual, f"对照的日期不得晚于今天；现与 {usual} 对照。")
