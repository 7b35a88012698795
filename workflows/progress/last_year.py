"""This year beside last year: the day that stands for last year, and the comparison as a paper."""

from datetime import date
from functools import cache

from django.utils import timezone

from registers import comparisons, kept, ledgers
from registers.models import Post, Scheme, Unit
from registers.papers.compose import source
from registers.prepared import Given, Prepared
from workflows.deadlines import days
from workflows.models import Campaign


def last_year(on):
    """The day that stands for last year, as seen on the day ``on``: the eve of the campaign's opening.

    By then all changes of last year were in force and none of this year's was. Without a campaign it is the last day of
    the year before.
    """
    opened = _opened().of(by=days.due_moment(on))
    return days.add_days(timezone.localdate(opened[0][0]), -1) if opened else date(on.year - 1, 12, 31)


@cache
def _opened():
    rows = Campaign.objects.filter(opened_at__lt=Given("by")).exclude(state=Campaign.State.STANDING)
    return Prepared(rows.order_by("-opened_at").values_list("opened_at")[:1])


@source(
    "year_comparison",
    about="unit",
    rows=("unit", "kind", "place", "category", "then", "now", "grade_then", "grade_now", "measures"),
    fields=("compared_with", "counts"),
)
def year_comparison(*, unit, units, on, rules, reader=None):
    """与上年对照表: the lines of ``units`` that differ from last year.

    Only what ``reader`` may read, without a reader everything. Source: R1-47.
    """
    scope = ledgers.for_reader(reader) if reader else ledgers.everything()
    then = last_year(on)
    comparison = comparisons.compare(of_units(scope, units), then=then, now=on, rules=rules, kind=comparisons.OTHERWISE)
    counts = "，".join(
        f"{label} {comparison.kinds[kind]} 项" for kind, label in comparisons.KINDS.items() if comparison.kinds[kind]
    )
    return {
        "rows": comparisons.rows(comparison),
        "fields": {"compared_with": then.isoformat(), "counts": counts or "无"},
    }


@kept.finder("comparison")
def compared(actor, *, unit="", post="", then, kind=""):
    """Compare what this person may read of a unit or a post with an earlier day, for ``kept``.

    ``unit``, ``post``: codes; ``then``: the day as ISO. The counts of ``comparisons.Comparison``; the rows are the series of its
    lines of a ``kind``.
    """
    scope, day = ledgers.for_reader(actor), date.fromisoformat(then)
    if post:
        scope = of_post(scope, Post.objects.visible_to(actor).get(code=post))
    else:
        scope = of_units(scope, Unit.objects.visible_to(actor).subtree(unit))
    rules = Scheme.objects.visible_to(actor).in_use().rules
    comparison = comparisons.compare(scope, then=day, now=actor.on, rules=rules, kind=kind)
    figures = {"kinds": comparison.kinds, "moves": comparison.moves, "measured": comparison.measured}
    return figures, [str(line.point.series) for line in comparison.lines]


def lines(actor, series, *, then, units, posts=None):
    """Return the lines of these series in their order, as far as this person may read them still.

    ``units``, ``posts``: as of ``comparisons.compare_page``.
    """
    if not series:
        return []
    rules = Scheme.objects.visible_to(actor).in_use().rules
    place = {"units": units, "posts": posts}
    shown = comparisons.compare_page(actor, series, then=then, now=actor.on, rules=rules, **place)
    found = {str(line.point.series): line for line in shown.lines}
    return [found[one] for one in series if one in found]


def of_units(scope, units):
    """Narrow a scope to the points and measures of ``units``."""
    return ledgers.Scope(scope.points.filter(unit__in=units), scope.measures.filter(unit__in=units))


def of_post(scope, post):
    """Narrow a scope to the points of a post, with the measures of its unit."""
    return ledgers.Scope(scope.points.filter(post=post), scope.measures.filter(unit=post.unit_id))
