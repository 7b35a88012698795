"""Pages of risk points and of powers, as far as the reader may see them."""

from collections import namedtuple
from functools import cache, reduce
from operator import or_

from django.db.models import F, Q
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from registers import counts, offers, placing, residuals
from registers.access import Seen, can
from registers.differences import differences
from registers.models import ControlMeasure, Post, PowerItem, ProcessStep, RiskPoint, Scheme, Unit
from registers.models.spans import has_ended
from registers.prepared import HOW_MANY, Given, Prepared
from registers.responsible import with_names
from registers.views.paging import ByUnit, paged
from registers.views.sent import filters_sent

# What a row of a list shows of a point, and of a power.
SHOWN = (
    "pk",
    "series",
    "content",
    "level",
    "involved_posts",
    "in_force_from",
    "unit__name",
    "post__code",
    "post__name",
    "holder__name",
    "category__label",
    "final_grade__rank",
    "final_grade__label",
)
Row = namedtuple("Row", SHOWN)
POWER_SHOWN = (
    "pk",
    "series",
    "name",
    "domain",
    "kind",
    "major_matter",
    "touches_vital_interests",
    "time_limit",
    "in_force_from",
    "unit__code",
    "unit__name",
    "accountable_post__code",
    "accountable_post__name",
)
# What is said of a power, if it is on record: field → its heading.
SAID = {
    "legal_basis": "行使依据",
    "service_commitment": "服务承诺",
    "discipline": "工作纪律",
    "check_and_balance": "监督制约",
    "complaint_channel": "投诉举报",
    "remark": "备注",
}
PowerRow = namedtuple("PowerRow", (*POWER_SHOWN, "steps", "said"))
Step = namedtuple("Step", "post_name procedure time_limit")
IN_LIST = (F("final_grade__rank").asc(nulls_last=True), "unit__position", "unit__code", "pk")
CHANGES_SHOWN = ("category", "holder", "final_grade", "content", "manifestation", "involved_posts", "grade_reason")


@require_safe
def risk_list(request):
    """List the risk points in force, filtered by text, category, grade and unit.

    Context: ``page``, ``filters``, ``filtered``, ``rules`` of the scheme in use, ``units``.
    """
    actor, filters = request.actor, filters_sent(request.GET, "q", "category", "grade", "unit")
    units = list(Unit.objects.visible_to(actor).values_list("pk", "code", "name"))
    readable = counts.readable(actor, on=actor.on)
    having = {unit for unit, *_ in readable.counted}
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    return render(
        request,
        "registers/risk_list.html",
        {
            "page": paged(request, listed(actor, filters, readable, [pk for pk, *_ in units])),
            "filters": filters,
            "filtered": any(filters.values()),
            "rules": scheme.rules if scheme else None,
            "units": [(code, name) for pk, code, name in units if pk in having],
        },
    )


def listed(actor, filters, readable, units):
    """Return the points in force that fit the filters, the gravest first, then unit by unit.

    ``readable``: from ``counts.readable``. ``units``: the ids of all units in their order. Returns a ``counts.Listed``.
    """
    counted, order, sifting = readable.counted, {pk: number for number, pk in enumerate(units)}, []
    if filters["q"]:
        # A text without capitals, such as a Chinese one, need not be compared in capitals.
        contains = "contains" if filters["q"].upper() == filters["q"].lower() else "icontains"
        named = Post.objects.visible_to(actor).filter(**{f"name__{contains}": filters["q"]})
        texts = (Q(**{f"{field}__{contains}": filters["q"]}) for field in ("content", "manifestation"))
        sifting.append(reduce(or_, texts, Q(post__in=named.order_by().values("pk"))))
    if filters["category"]:
        sifting.append(Q(category__code=filters["category"]))
    if filters["grade"]:
        code = None if filters["grade"] == "none" else filters["grade"]
        counted = [one for one in counted if one[3] == code]
    if filters["unit"]:
        below = set(Unit.objects.visible_to(actor).subtree(filters["unit"]).values_list("pk", flat=True))
        counted = [one for one in counted if one[0] in below]
    places = counts.in_places(counted, order)

    def read(ids):
        return {row[0]: Row(*row) for row in _rows().by(actor, ids=ids)}

    if not sifting:
        return readable.listed(places, order=IN_LIST, read=read)
    points = readable.points.filter(*sifting).order_by(*IN_LIST)
    return counts.Listed(lambda: points, places, read=read, sifted=True)


@cache
def _rows():
    """Return the query for what the list shows of points, as plain values: so many instances take longer than their page."""
    return Seen(RiskPoint.objects.filter(pk__within=Given("ids")).order_by().values_list(*SHOWN))


@require_safe
def risk_detail(request, series):
    """Show one risk point through its versions, with its measures.

    Context: ``point`` (the newest version), ``crumbs``, ``facts``, ``in_force``, ``level``, ``versions`` (newest first) as
    (version, the one before or None, what changed: see ``_changes``), ``measures`` as (stage, those in force, earlier ones),
    ``residual`` (see ``_residual``) or None, ``offers`` as (label, address).
    """
    versions = list(
        RiskPoint.objects.visible_to(request.actor)
        .filter(series=series)
        .select_related(
            "unit", "post", "holder", "category", "self_grade", "proposed_grade", "final_grade", "category__scheme"
        )
        .order_by("-in_force_from", "-pk")
    )
    if not versions:
        raise Http404
    rules = versions[0].category.scheme.rules
    point, on = versions[0], request.actor.on
    measures = {stage.code: (stage.label, [], []) for stage in rules.measure_stages}
    of_point = ControlMeasure.objects.visible_to(request.actor).filter(point_series=series)
    of_point = with_names(of_point).select_related("regulation")
    for measure in of_point.order_by("-in_force_from", "-pk"):
        _, now, earlier = measures.setdefault(measure.stage, (measure.stage, [], []))
        (now if _in_force(measure, on) else earlier).append(measure)
    facts = [
        ("风险性质", rules.label_of("natures", point.nature)),
        ("查找方式", rules.label_of("finding_sources", point.finding_source)),
    ]
    if point.duty:
        facts.insert(0, ("岗位职责内容", point.duty))
    if point.major_matter:
        facts.append(("三重一大", point.get_major_matter_display()))
    for factor in rules.grading.factors:
        value = next((value.label for value in factor.values if value.code == point.factors.get(factor.code)), "")
        facts.append((factor.label, value))
    if point.final_grade:
        facts.append(("分级监控", next((g.supervision for g in rules.grades if g.code == point.final_grade.code), "")))
    return render(
        request,
        "registers/risk_detail.html",
        {
            "point": point,
            "in_force": _in_force(point, on),
            "crumbs": [("风险点", reverse("risk_list"))],
            "level": rules.levels.get(point.level, ""),
            "measures": list(measures.values()),
            "versions": [
                (version, before, _changes(before, version, rules))
                for version, before in zip(versions, [*versions[1:], None], strict=True)
            ],
            "facts": [(label, value) for label, value in facts if value],
            "residual": _residual(request.actor, point) if _in_force(point, on) else None,
            "offers": offers.of("risk", point, request.actor) if _in_force(point, on) else [],
        },
    )


def _residual(actor, point):
    """The expected and actual grade of a point in force, and why: None where the scheme has none.

    A dictionary: ``expected``, ``actual`` (grades of the scheme or None), ``missing``, ``bound``, ``is_lighter``.
    """
    scheme = Scheme.objects.visible_to(actor).in_use()
    rules = scheme.rules if scheme and scheme.slug == point.category.scheme.slug else None
    found = residuals.of_points([point], rules, on=actor.on).get(point.series)
    if found is None:
        return None
    return {
        "expected": residuals.grade_of(rules, found.expected),
        "actual": residuals.grade_of(rules, found.actual),
        "missing": found.missing,
        "bound": found.bound,
        "is_lighter": found.is_lighter,
    }


def _in_force(version, on):
    return not has_ended(version, on)


def _changes(before, after, rules):
    """Return what differs between two versions: ``[(label, old, new, segments)]``, segments for running text only."""
    if before is None:
        return []
    return [
        (thing.label, thing.before, thing.after, thing.segments)
        for thing in differences(before, after, rules=rules, only=CHANGES_SHOWN)
    ]


@require_safe
def power_list(request):
    """List the powers in force of the whole school with their steps (R1-36).

    Context: ``page``, ``filters``, ``filtered``, ``units``, ``domains``, ``doubts``: how many points wait to be placed on a power,
    for whoever may place them.
    """
    powers = PowerItem.objects.visible_to(request.actor).in_force(request.actor.on)
    filters = filters_sent(request.GET, "q", "unit", "domain")
    if filters["q"]:
        powers = powers.filter(name__icontains=filters["q"])
    if filters["unit"]:
        powers = powers.filter(unit__in=Unit.objects.visible_to(request.actor).subtree(filters["unit"]))
    if filters["domain"]:
        powers = powers.filter(domain=filters["domain"])
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    domains = {domain.code: domain.label for domain in scheme.rules.domains} if scheme else {}
    units = list(Unit.objects.visible_to(request.actor).values_list("pk", "code", "name", "parent_id"))
    rows = ByUnit(powers, [pk for pk, *_ in units], shown=(*POWER_SHOWN, *SAID))
    page, kinds = paged(request, rows), dict(PowerItem.Kind.choices)
    steps = _steps_of(power["pk"] for power in page.rows)
    page.rows = [_power_row(power, steps.get(power["pk"], ()), domains, kinds) for power in page.rows]
    return render(
        request,
        "registers/power_list.html",
        {
            "page": page,
            "filters": filters,
            "filtered": any(filters.values()),
            "domains": list(domains.items()),
            "units": [(code, name) for _, code, name, parent in units if parent is not None],
            "doubts": _doubts(request.actor),
        },
    )


def _power_row(power, steps, domains, kinds):
    """Return what a row shows. ``power``: its values. ``domains``, ``kinds``: code → label."""
    shown = {name: power[name] for name in POWER_SHOWN}
    shown["domain"] = domains.get(power["domain"], power["domain"])
    shown["kind"] = kinds.get(power["kind"], "")  # an imported one may have none
    said = [(label, power[field]) for field, label in SAID.items() if power[field]]
    return PowerRow(**shown, steps=tuple(steps), said=tuple(said))


def _steps_of(powers):
    """Return the steps of ``powers`` (ids) in their order: id → rows."""
    steps = {}
    for power, *step in _steps().of(powers=list(powers)):
        steps.setdefault(power, []).append(Step(*step))
    return steps


@cache
def _steps():
    rows = ProcessStep.objects.filter(power_item__within=Given("powers")).order_by("power_item_id", "position")
    return Prepared(rows.values_list("power_item", *Step._fields))


def _doubts(actor):
    """How many points name a power in words only, none for those who do not place them."""
    if not can(actor, "place", RiskPoint):
        return 0
    return _doubtful().by(actor, units=actor.unit_ids("office"))[0][0]


@cache
def _doubtful():
    return Seen(placing.doubtful().filter(unit__within=Given("units")).order_by().values_list(HOW_MANY))
