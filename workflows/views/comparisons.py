"""The page that compares the register with last year's, line by line."""

from collections import namedtuple
from datetime import date
from functools import cache

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registers import clock, comparisons, kept
from registers.access import Rule, Seen, policy_of, require
from registers.actors import LEDGER_READERS, reached
from registers.models import Post, RiskPoint, Scheme, Unit
from registers.plain import Labelled
from registers.prepared import Given
from registers.views.organisation import crumbs_of
from registers.views.paging import paged
from registers.views.sent import filters_sent
from registers.views.units import unit_named
from workflows.progress import last_year

EVERYTHING = "all"  # the filter that also shows lines without a change
# A unit to choose.
Own = namedtuple("Own", "code name pk")
# A line. ``unit``, ``post``: their names where the page is not about them; ``was``: the grade then, if it has moved from one.
Shown = namedtuple(
    "Shown",
    "number kind label category unit post move move_label was grade series changes measures content manifestation",
)
_Asked = namedtuple("_Asked", "units posts filled")


@require_safe
def comparison(request):
    """What differs from an earlier day: of a unit (``unit``), a post (``post``), or the reader's own.

    Context: ``unit`` or ``post``, ``units``, ``posts`` (to choose from), ``then``, ``now``, ``day_error``, ``found``
    (its counts), ``counted_at`` (the moment of a kept one, else None), ``page`` of its lines (``Shown``), ``kinds`` and ``moves``
    as (code, label, count), ``filters``, ``crumbs``.
    """
    actor = request.actor
    scheme = Scheme.objects.visible_to(actor).in_use()
    units = [Own(*row) for row in _asked().units.by(actor, ids=actor.unit_ids(*LEDGER_READERS))]
    posts = _asked().posts.by(actor, ids=actor.post_ids)
    context = {"units": units, "posts": posts, "scheme": scheme, "now": clock.today()}
    unit, post = _about(request, context["units"], context["posts"])
    then, error = _day(request, context["now"])
    filters = filters_sent(request.GET, "kind", "then")
    context |= {"unit": unit, "post": post, "then": then, "day_error": error, "filters": filters}
    if scheme is not None and (unit or post):
        asked = {"post": post.code} if post else {"unit": unit.code}
        kind = "" if filters["kind"] == EVERYTHING else filters["kind"] or comparisons.OTHERWISE
        found = kept.answer("comparison", actor, **asked, then=then.isoformat(), kind=kind)
        counts, page = found.figures, paged(request, found)
        if post:
            place = {"units": [post.unit_id], "posts": [post.pk]}
        else:
            place = {"units": reached(actor.tree, [unit.pk])}
        lines = last_year.lines(actor, page.rows, **place, then=then)
        page.rows = [_shown(number, line, unit, post) for number, line in enumerate(lines, page.first)]
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


def _about(request, units, posts):
    """The unit or post to compare: ``(unit, post)``, one of them None.

    Raises ``NotAllowed`` for a unit whose ledger is not the reader's, ``Http404`` for what he may not see.
    """
    if code := request.GET.get("post", ""):
        return None, get_object_or_404(Post.objects.visible_to(request.actor).select_related("unit"), code=code)
    if code := request.GET.get("unit", ""):
        unit = unit_named(request.actor, code)
        require(request.actor, "view_ledger", unit)
        return unit, None
    return (None, posts[0]) if posts and not units else (_first_with_points(request.actor, units), None)


def _first_with_points(actor, units):
    """The first of ``units`` with risk points, None without units. An institution itself seldom has any."""
    if len(units) < 2:
        return units[0] if units else None
    filled = _asked().filled.by(actor, ids=[unit.pk for unit in units])
    return Own(*filled[0]) if filled else units[0]


@cache
def _asked():
    own = Unit.objects.filter(pk__within=Given("ids")).order_by("position", "code").values_list(*Own._fields)
    posts = Post.objects.filter(pk__within=Given("ids")).select_related("unit").order_by("code")
    readable = policy_of(RiskPoint)

    def has_points(facts):
        points = RiskPoint.objects.filter(readable.readable(facts), unit=OuterRef("pk")).order_by().values("pk")[:1]
        return Q(IsNull(Subquery(points), False))

    return _Asked(Seen(own), Seen(posts), Seen(own, to=Rule(readable.facts, has_points), most=1))


def _shown(number, line, unit, post):
    """Return a line of the comparison as the page of a unit or a post shows it."""
    point, both = line.point, line.then is not None and line.now is not None
    return Shown(
        number,
        line.kind,
        line.label,
        point.category.label,
        point.unit.name if unit and point.unit_id != unit.pk else "",
        point.post.name if point.post and not post else "",
        line.move,
        line.move_label,
        _graded(line.then) if line.move else None,
        _graded(line.now if line.move else point) or Labelled("", ""),
        point.series,
        tuple(line.changes),
        tuple(line.measures) if both else (),
        point.content,
        point.manifestation,
    )


def _graded(point):
    grade = point.final_grade
    return grade and Labelled(grade.label, grade.rank)


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
