"""The list of risk points and powers by grade and weight, and its workbook. Source: R2-04."""

from collections import namedtuple
from functools import cache

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from registers import audit, clock, gravity, jobs, kept
from registers.access import Seen
from registers.models import PowerItem, RiskPoint, Scheme, Unit
from registers.prepared import Given
from registers.refusals import Refused
from registers.views.paging import paged
from registers.views.sent import filters_sent

NARROWED = ("unit", "domain", "kind")
FILTERS = ("what", *NARROWED, "by")
# What a row shows of a point: its name → where it stands. ``why`` is made of the last two.
POINT_SHOWN = {
    "pk": "pk",
    "series": "series",
    "content": "content",
    "rank": "final_grade__rank",
    "grade": "final_grade__label",
    "category": "category__label",
    "unit": "unit__name",
    "post": "post__name",
    "involved_posts": "involved_posts",
    "major_matter": "major_matter",
    "factors": "factors",
}
Read = namedtuple("Read", POINT_SHOWN)
Row = namedtuple("Row", (*POINT_SHOWN, "why"))
WHAT = [("points", "风险点"), ("powers", "权力事项")]


@require_safe
def risk_order(request):
    """List points or powers by grade and weight, filtered by unit, domain and kind of post.

    Context: ``page``, ``filters``, ``filtered``, ``rules``, ``units``, ``domains``, ``kinds``, ``what``, ``tabs``, ``sums`` with their
    ``heads``, ``by``, ``by_label`` and ``bys``, ``picture`` of how many points there are of each grade, ``of_leaders``: whether only
    those of heads and leading teams are shown (R2-07).
    """
    actor = request.actor
    scheme = Scheme.objects.visible_to(actor).in_use()
    filters = filters_sent(request.GET, *FILTERS)
    narrowed = {name: filters[name] for name in NARROWED}
    rules = scheme.rules if scheme else None
    page, sums, by = None, (), filters["by"] if filters["by"] in gravity.BY else "unit"
    having = {unit for unit, *_ in gravity.readable(actor).counted}
    units = Unit.objects.visible_to(actor).values_list("pk", "code", "name")
    what, counted_at = "powers" if filters["what"] == "powers" else "points", None
    if rules is not None:
        found = kept.answer("order", actor, of=what, **narrowed)
        page, counted_at, sums = paged(request, found), found.made_at, found.figures.get(by, [])
        sums = tuple([(label, tuple(numbers), total) for label, numbers, total in sums])
        page.rows = (_points if what == "points" else _powers)(page.rows, actor, rules)
    context = {
        "page": page,
        "filters": filters,
        "filtered": any(narrowed.values()),
        "rules": rules,
        "units": [(code, name) for pk, code, name in units if pk in having],
        "domains": [(one.code, one.label) for one in rules.domains] if rules else [],
        "kinds": [(code, label) for code, (label, _) in gravity.KINDS_OF_POST.items()],
        "what": what,
        "tabs": WHAT,
        "sums": sums,
        "picture": gravity.picture(sums, rules) if sums else None,
        "counted_at": counted_at,
        "heads": [grade.label for grade in rules.grades] + ["未评定"] if rules else [],
        "of_leaders": filters["kind"] == gravity.LEADERS,
        "by": by,
        "by_label": gravity.BY[by],
        "bys": [(code, label) for code, label in gravity.BY.items() if code != "unit"],
    }
    return render(request, "registers/risk_order.html", context)


def _points(keys, actor, rules):
    """The points of these keys in their order, as far as the reader may read them still, each with ``why``."""
    found = {row[0]: Read(*row) for row in _shown().by(actor, ids=keys)} if keys else {}
    points = [found[key] for key in keys if key in found]
    return [Row(*point, gravity.why(point, rules))._replace(factors="") for point in points]


@cache
def _shown():
    """Return the query for what the list shows of points, as plain values."""
    return Seen(RiskPoint.objects.filter(pk__within=Given("ids")).order_by().values_list(*POINT_SHOWN.values()))


def _powers(weighed, actor, rules):
    """The same for powers, each with the label of its gravest grade."""
    labels = {grade.rank: grade.label for grade in rules.grades}
    rows = PowerItem.objects.visible_to(actor).select_related("unit", "accountable_post")
    powers = list(gravity.in_full(weighed, rows))
    for power in powers:
        power.grade_label = labels.get(power.gravest, "")
    return powers


@require_POST
def risk_order_export(request):
    """Have a worker write the list with the filters of the page.

    As a workbook, or as a PDF with its picture.
    """
    filters = filters_sent(request.POST, *NARROWED)
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
