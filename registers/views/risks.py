"""The register of risk points and of powers, as far as the reader may see it."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import render

from registers.models import ControlMeasure, PowerItem, RiskPoint, Scheme, Unit
from registers.views.paging import paged


def risk_list(request):
    """Points in force, filtered by text, category, grade and unit. Context: ``page``, ``filters``, choices."""
    points = RiskPoint.objects.visible_to(request.actor).in_force(request.actor.on).select_related(
        "unit", "post", "holder", "category", "final_grade").order_by("final_grade__rank", "unit__position", "pk")
    filters = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "category", "grade", "unit")}
    if filters["q"]:
        points = points.filter(Q(content__icontains=filters["q"]) | Q(manifestation__icontains=filters["q"]) | Q(post__name__icontains=filters["q"]))
    if filters["category"]:
        points = points.filter(category__code=filters["category"])
    if filters["grade"]:
        points = points.filter(final_grade=None) if filters["grade"] == "none" else points.filter(final_grade__code=filters["grade"])
    if filters["unit"]:
        points = points.filter(unit__code=filters["unit"])
    scheme = Scheme.objects.visible_to(request.actor).filter(is_current=True).first()
    return render(request, "registers/risk_list.html", {
        "page": paged(request, points), "filters": filters, "rules": scheme.rules if scheme else None,
        "units": Unit.objects.visible_to(request.actor).filter(parent__isnull=False).values_list("code", "name"),
    })


def risk_detail(request, series):
    """One point through its versions, with its measures. Context: ``versions`` (newest first), ``measures``."""
    versions = list(RiskPoint.objects.visible_to(request.actor).filter(series=series).select_related(
        "unit", "post", "holder", "category", "self_grade", "proposed_grade", "final_grade", "category__scheme").order_by("-in_force_from", "-pk"))
    if not versions:
        raise Http404
    rules = versions[0].category.scheme.rules
    stages = {stage.code: stage.label for stage in rules.stages}
    measures = [(stages.get(measure.stage, measure.stage), measure) for measure in
                ControlMeasure.objects.visible_to(request.actor).filter(point_series=series).order_by("stage", "-in_force_from")]
    point = versions[0]
    facts = [("风险性质", rules.label_of("natures", point.nature)), ("查找方式", rules.label_of("finding_sources", point.finding_source))]
    for factor in rules.grading.factors:
        value = next((value.label for value in factor.values if value.code == point.factors.get(factor.code)), "")
        facts.append((factor.label, value))
    return render(request, "registers/risk_detail.html", {
        "point": point, "versions": versions, "measures": measures, "facts": [(label, value) for label, value in facts if value]})


def power_list(request):
    """Powers in force of the whole school (R1-36). Context: ``page``, ``filters``, ``units``, ``domains``."""
    powers = PowerItem.objects.visible_to(request.actor).in_force(request.actor.on).select_related("unit", "accountable_post").prefetch_related(
        "steps").order_by("unit__position", "unit__code", "pk")
    filters = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "unit", "domain")}
    if filters["q"]:
        powers = powers.filter(name__icontains=filters["q"])
    if filters["unit"]:
        powers = powers.filter(unit__code=filters["unit"])
    if filters["domain"]:
        powers = powers.filter(domain=filters["domain"])
    scheme = Scheme.objects.visible_to(request.actor).filter(is_current=True).first()
    domains = {domain.code: domain.label for domain in scheme.rules.domains} if scheme else {}
    page = paged(request, powers)
    for power in page.rows:
        power.domain_label = domains.get(power.domain, power.domain)
    return render(request, "registers/power_list.html", {
        "page": page, "filters": filters, "domains": list(domains.items()),
        "units": Unit.objects.visible_to(request.actor).filter(parent__isnull=False).values_list("code", "name"),
    })
