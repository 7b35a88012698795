"""Risk points and powers in the order of their grade and weight, the gravest first (按风险等级排序).

Weight, among points of one grade: matters of 三重一大 first, then by how grave the values of the grading factors are. A power is as
grave as the gravest of its points. Both orders are made by the database. Source: R2-04.
"""

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When

from registers import bars, leading
from registers.models import Post, PowerItem, RiskPoint

LEADERS = "leaders"  # a kind of post, of which the leading team's own points are a part (R2-07)
# Kinds of posts: code → (label, which points or powers, by the path to their post, on a day).
KINDS_OF_POST = {
    LEADERS: (leading.LABEL, leading.of_posts),
    "key": ("重点岗位", lambda post, on: Q(**{f"{post}__is_key_post": True})),
    "risk": ("风险岗位", lambda post, on: Q(**{f"{post}__is_risk_post": True})),
    **{tier.value: (tier.label, lambda post, on, tier=tier: Q(**{f"{post}__tier": tier.value})) for tier in Post.Tier},
}
# What points are summed up by: code → (label, field).
BY = {
    "unit": ("单位", ("unit__position", "unit__code", "unit__name")),
    "domain": ("领域", ("post__domain",)),
    "tier": ("岗位层级", ("post__tier",)),
}


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
    """Put ``rows`` of powers in order by their points.

    ``of``: the points that the reader may read, in force. ``gravest`` is the rank of a power's gravest point, ``grave`` the number
    of points of that rank, ``counted`` the number of all.
    """
    own = of.filter(power_series=OuterRef("series")).order_by()
    gravest = own.order_by(F("final_grade__rank").asc(nulls_last=True)).values("final_grade__rank")[:1]
    counted = own.values("power_series").annotate(number=Count("pk")).values("number")
    grave = own.filter(final_grade__rank=OuterRef("gravest")).values("power_series").annotate(number=Count("pk"))
    rows = rows.annotate(gravest=Subquery(gravest))
    rows = rows.annotate(grave=Subquery(grave.values("number")), counted=Subquery(counted))
    return rows.order_by(
        F("gravest").asc(nulls_last=True),
        Case(When(major_matter="", then=Value(1)), default=Value(0)),
        F("grave").desc(nulls_last=True),
        "unit__position",
        "unit__code",
        "pk",
    )


def narrowed_points(rows, *, domain="", kind="", on):
    """Keep the points of a domain (that of their power, or of their post) and of a kind of post."""
    if domain:
        within = PowerItem.objects.in_force(on).filter(series=OuterRef("power_series"), domain=domain)
        rows = rows.filter(Q(post__domain=domain) | Exists(within))
    if kind == LEADERS:
        return rows.filter(leading.of_points(on))
    return rows.filter(KINDS_OF_POST[kind][1]("post", on)) if kind in KINDS_OF_POST else rows


def narrowed_powers(rows, *, domain="", kind="", on):
    """Keep the powers of a domain and of a kind of post."""
    rows = rows.filter(domain=domain) if domain else rows
    return rows.filter(KINDS_OF_POST[kind][1]("accountable_post", on)) if kind in KINDS_OF_POST else rows


def summed(rows, by, rules):
    """Count ``rows`` of points by unit, domain or tier, and by grade, in one query.

    As ``[(label, counts in the order of the grades and of none, sum)]``.
    """
    fields = BY[by][1]
    places = {grade.code: place for place, grade in enumerate(rules.grades)}
    labels = {"domain": {one.code: one.label for one in rules.domains}, "tier": dict(Post.Tier.choices)}.get(by, {})
    found = {}
    counted = rows.order_by(*fields).values_list(*fields, "final_grade__code").annotate(number=Count("pk"))
    for *named, grade, number in counted:
        name = named[-1]
        counts = found.setdefault(tuple(named), (labels.get(name, name) or "未归类", [0] * (len(places) + 1)))[1]
        counts[places.get(grade, len(places))] += number
    return [(label, counts, sum(counts)) for label, counts in found.values()]


def picture(sums, rules):
    """The picture of how many points there are of each grade, from what ``summed`` returns."""
    counts = [sum(column) for column in zip(*(counts for _, counts, _ in sums), strict=True)]
    labels = [*(grade.label for grade in rules.grades), "未评定"]
    return bars.counted("各等级的风险点", [(*row, bars.COLOUR) for row in zip(labels, counts, strict=True)])


def why(point, rules):
    """The weight of a point in words: 三重一大, then its factors."""
    said = [f"三重一大（{point.get_major_matter_display()}）"] if point.major_matter else []
    for factor in rules.grading.factors:
        value = next((one.label for one in factor.values if one.code == point.factors.get(factor.code)), "")
        said += [f"{factor.label}：{value}"] if value else []
    return "；".join(said)


def in_force(actor, *, on):
    """The points in force that a reader may read."""
    return RiskPoint.objects.visible_to(actor).in_force(on)
