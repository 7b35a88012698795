"""Risk points and powers in the order of their grade and weight, the gravest first (按风险等级排序).

Weight, among points of one grade: matters of 三重一大 first, then by how grave the values of the grading factors are. A power is as
grave as the gravest of its points. Source: R2-04.
"""

from typing import NamedTuple

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Value, When

from registers import bars, counts, kept, leadership
from registers.batches import batches
from registers.models import MajorMatter, Post, PowerItem, Scheme, Unit

LEADERS = "leaders"  # a kind of post, of which the leading team's own points are a part (R2-07)
# Kinds of posts: code → (label, which points or powers, by the path to their post, on a day).
KINDS_OF_POST = {
    LEADERS: (leadership.LABEL, leadership.of_posts),
    "key": ("重点岗位", lambda post, on: Q(**{f"{post}__is_key_post": True})),
    "risk": ("风险岗位", lambda post, on: Q(**{f"{post}__is_risk_post": True})),
    **{tier.value: (tier.label, lambda post, on, tier=tier: Q(**{f"{post}__tier": tier.value})) for tier in Post.Tier},
}
BY = {"unit": "单位", "domain": "领域", "tier": "岗位层级"}  # what points are summed up by


class Weighed(NamedTuple):
    """A power by its key, with what it weighs.

    ``gravest``: the rank of its gravest point, ``grave``: the number of points of that rank (both None without any), ``counted``: the
    number of all.
    """

    power: int
    gravest: int | None
    grave: int | None
    counted: int | None


def points(rows, rules):
    """Put ``rows`` of risk points in order. ``major`` and ``weight`` say why, smaller is graver."""
    rows = rows.annotate(
        major=Case(When(major_matter="", then=Value(1)), default=Value(0), output_field=IntegerField()),
        weight=sum((_weight(factor) for factor in rules.grading.factors), Value(0)),
    )
    return rows.order_by(
        F("final_grade__rank").asc(nulls_last=True), "major", "weight", "unit__position", "unit__code", "pk"
    )


def _weight(factor):
    """The place of a point's value among the values of a factor, behind them all where it has none."""
    whens = [
        When(**{f"factors__{factor.code}": one.code}, then=Value(place)) for place, one in enumerate(factor.values)
    ]
    return Case(*whens, default=Value(len(factor.values)), output_field=IntegerField())


def powers(rows, of):
    """Return ``rows`` of powers in order by their points, as a list of ``Weighed``.

    ``of``: the points that the reader may read, in force. Two statements.
    """
    numbers = {}
    graded = of.filter(power_series__isnull=False).order_by().values_list("power_series", "final_grade__rank")
    for series, rank, number in graded.annotate(number=Count("pk")):
        numbers.setdefault(series, {})[rank] = number
    found = []
    for pk, series, matter in rows.order_by("unit__position", "unit__code", "pk").values_list(
        "pk", "series", "major_matter"
    ):
        ranks = numbers.get(series, {})
        gravest = min(ranks.keys() - {None}, default=None)
        weighed = Weighed(pk, gravest, ranks.get(gravest) if gravest is not None else None, sum(ranks.values()) or None)
        found.append(((gravest is None, gravest or 0, not matter, -(weighed.grave or 0)), weighed))
    return [weighed for _, weighed in sorted(found, key=lambda one: one[0])]


def in_full(weighed, rows):
    """Yield the powers of ``rows`` that are ``weighed``, in their order.

    Each has ``gravest``, ``grave`` and ``counted``.
    """
    for part in batches(weighed):
        found = rows.in_bulk([one[0] for one in part])
        for pk, *said in part:
            if pk in found:
                found[pk].gravest, found[pk].grave, found[pk].counted = said
                yield found[pk]


@kept.finder("order")
def ordered(actor, *, of, **filters):
    """Find what a reader's list of points or powers holds in its order, for ``kept``.

    ``of``: "points" or "powers". The figures are what points are ``summed`` up to, the rows keys of points, or ``Weighed``.
    ``filters``: as of ``points_of``.
    """
    scheme = Scheme.objects.visible_to(actor).in_use()
    if scheme is None:
        return {}, []
    if of == "powers":
        return {}, powers(powers_of(actor, **filters), in_force(actor))
    rows = points_of(actor, **filters)
    return summed(rows, scheme.rules), list(points(rows, scheme.rules).values_list("pk", flat=True))


def points_of(actor, *, unit="", domain="", kind=""):
    """The points in force that a reader may read, narrowed by unit, domain and kind of post.

    ``unit``: its code, with all below it.
    """
    rows = in_force(actor)
    if unit:
        rows = rows.filter(unit__in=Unit.objects.visible_to(actor).subtree(unit))
    return narrowed_points(rows, domain=domain, kind=kind, on=actor.on)


def powers_of(actor, *, unit="", domain="", kind=""):
    """As ``points_of``, the powers."""
    rows = PowerItem.objects.visible_to(actor).in_force(actor.on)
    if unit:
        rows = rows.filter(unit__in=Unit.objects.visible_to(actor).subtree(unit))
    return narrowed_powers(rows, domain=domain, kind=kind, on=actor.on)


def narrowed_points(rows, *, domain="", kind="", on):
    """Keep the points of a domain (that of their power, or of their post) and of a kind of post."""
    if domain:
        within = PowerItem.objects.in_force(on).filter(series=OuterRef("power_series"), domain=domain)
        rows = rows.filter(Q(post__domain=domain) | Exists(within))
    if kind == LEADERS:
        return rows.filter(leadership.of_points(on))
    return rows.filter(KINDS_OF_POST[kind][1]("post", on)) if kind in KINDS_OF_POST else rows


def narrowed_powers(rows, *, domain="", kind="", on):
    """Keep the powers of a domain and of a kind of post."""
    rows = rows.filter(domain=domain) if domain else rows
    return rows.filter(KINDS_OF_POST[kind][1]("accountable_post", on)) if kind in KINDS_OF_POST else rows


def summed(rows, rules):
    """Count ``rows`` of points by all that ``BY`` names, and by grade, in one query.

    Each as ``[(label, counts in the order of the grades and of none, sum)]``.
    """
    places, sums = {grade.code: place for place, grade in enumerate(rules.grades)}, {by: {} for by in BY}
    fields = ("unit__code", "unit__name", "post__domain", "post__tier", "final_grade__code")
    counted = rows.order_by("unit__position", *fields).values_list(*fields).annotate(number=Count("pk"))
    for code, unit, domain, tier, grade, number in counted:
        for by, key in (("unit", (code, unit)), ("domain", domain or ""), ("tier", tier or "")):
            sums[by].setdefault(key, [0] * (len(places) + 1))[places.get(grade, len(places))] += number
    named = {"domain": {one.code: one.label for one in rules.domains}, "tier": dict(Post.Tier.choices)}
    found = {"unit": [(unit, counted) for (_, unit), counted in sums["unit"].items()]}
    for by, labels in named.items():
        keys = sorted(sums[by], key=lambda key: (not key, key))  # what has none comes last
        found[by] = [(labels.get(key, key) or "未归类", sums[by][key]) for key in keys]
    return {by: [(label, counted, sum(counted)) for label, counted in each] for by, each in found.items()}


def picture(sums, rules):
    """The picture of how many points there are of each grade, from what ``summed`` returns."""
    counts = [sum(column) for column in zip(*(counts for _, counts, _ in sums), strict=True)]
    labels = [*(grade.label for grade in rules.grades), "未评定"]
    return bars.counted("各等级的风险点", [(*row, bars.COLOUR) for row in zip(labels, counts, strict=True)])


def why(point, rules):
    """The weight of a point in words: 三重一大, then its factors.

    ``point``: anything with ``major_matter`` and ``factors``.
    """
    said = [f"三重一大（{MajorMatter(point.major_matter).label}）"] if point.major_matter else []
    for factor in rules.grading.factors:
        value = next((one.label for one in factor.values if one.code == point.factors.get(factor.code)), "")
        said += [f"{factor.label}：{value}"] if value else []
    return "；".join(said)


def in_force(actor):
    """The points in force that a reader may read, on his day."""
    return readable(actor).points


def readable(actor):
    """The same as ``counts.Readable``, with their numbers. They are counted once a request."""
    if readable not in actor.memory:
        actor.memory[readable] = counts.readable(actor, on=actor.on)
    return actor.memory[readable]
