"""The list of risk points and powers by grade and weight, and its workbook. Source: R2-04."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from registers import audit, clock, gravity, jobs
from registers.models import PowerItem, Scheme, Unit
from registers.refusals import Refused
from registers.views.paging import paged
from registers.views.sent import filters_sent

FILTERS = ("what", "unit", "domain", "kind", "by")
WHAT = [("points", "风险点"), ("powers", "权力事项")]


@require_safe
def risk_order(request):
    """List points or powers by grade and weight, filtered by unit, domain and kind of post.

    Context: ``page``, ``filters``, ``filtered``, ``rules``, ``units``, ``domains``, ``kinds``, ``what``, ``tabs``, ``sums`` with their
    ``heads``, ``by``, ``by_label`` and ``bys``, ``picture`` of how many points there are of each grade, ``of_leaders``: whether only
    those of heads and leading teams are shown (R2-07).
    """
    actor, on = request.actor, request.actor.on
    scheme = Scheme.objects.visible_to(actor).in_use()
    filters = filters_sent(request.GET, *FILTERS)
    rules = scheme.rules if scheme else None
    page, sums, picture, by = None, [], None, filters["by"] if filters["by"] in gravity.BY else "unit"
    readable = gravity.in_force(actor, on=on).order_by().values("unit")
    what = "powers" if filters["what"] == "powers" else "points"
    if rules is not None:
        points = _points(actor, filters, rules)
        page = paged(request, points if what == "points" else _powers(actor, filters))
        sums = gravity.summed(points, by, rules) if what == "points" else []
        picture = gravity.picture(sums, rules) if sums else None
        labels = {grade.rank: grade.label for grade in rules.grades}
        for row in page.rows:
            if what == "points":
                row.why = gravity.why(row, rules)
            else:
                row.grade_label = labels.get(row.gravest, "")
    context = {
        "page": page,
        "filters": filters,
        "filtered": any(filters[name] for name in ("unit", "domain", "kind")),
        "rules": rules,
        "units": Unit.objects.visible_to(actor).filter(pk__in=readable).values_list("code", "name"),
        "domains": [(one.code, one.label) for one in rules.domains] if rules else [],
        "kinds": [(code, label) for code, (label, _) in gravity.KINDS_OF_POST.items()],
        "what": what,
        "tabs": WHAT,
        "sums": sums,
        "picture": picture,
        "heads": [grade.label for grade in rules.grades] + ["未评定"] if rules else [],
        "of_leaders": filters["kind"] == gravity.LEADERS,
        "by": by,
        "by_label": gravity.BY[by][0],
        "bys": [(code, label) for code, (label, _) in gravity.BY.items() if code != "unit"],
    }
    return render(request, "registers/risk_order.html", context)


def _points(actor, filters, rules):
    rows = gravity.in_force(actor, on=actor.on)
    if filters["unit"]:
        rows = rows.filter(unit__in=Unit.objects.visible_to(actor).subtree(filters["unit"]))
    rows = gravity.narrowed_points(rows, domain=filters["domain"], kind=filters["kind"], on=actor.on)
    return gravity.points(rows.select_related("unit", "post", "category", "final_grade"), rules)


def _powers(actor, filters):
    rows = PowerItem.objects.visible_to(actor).in_force(actor.on).select_related("unit", "accountable_post")
    if filters["unit"]:
        rows = rows.filter(unit__in=Unit.objects.visible_to(actor).subtree(filters["unit"]))
    rows = gravity.narrowed_powers(rows, domain=filters["domain"], kind=filters["kind"], on=actor.on)
    return gravity.powers(rows, gravity.in_force(actor, on=actor.on))


@require_POST
def risk_order_export(request):
    """Have a worker write the list with the filters of the page.

    As a workbook, or as a PDF with its picture.
    """
    filters = filters_sent(request.POST, "unit", "domain", "kind")
    form = "pdf" if request.POST.get("form") == "pdf" else "xlsx"
    scheme = Scheme.objects.visible_to(request.actor).in_use()
    if scheme is None:
        raise Http404
    known = {
        "unit": Unit.objects.visible_to(request.actor).filter(code=filters["unit"]).exists(),
        "domain": filters["domain"] in {one.code for one in scheme.rules.domains},
        "kind": filters["kind"] in gravity.KINDS_OF_POST,
    }
    if strange := [name for name, text in filters.items() if text and not known[name]]:
        raise Refused("筛选的条件已经不存在，请刷新页面后重新选择。", strange[0])
    parameters = {name: text for name, text in filters.items() if text} | ({"form": form} if form == "pdf" else {})
    job = jobs.create("risk_order", owner=request.actor.user, at=clock.now(), parameters=parameters)
    if not job.asked_before:
        audit.append("paper.export", about=job, actor=request.actor, detail={**parameters, "form": form})
    return redirect("job_detail", pk=job.pk)
