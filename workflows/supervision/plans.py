"""The yearly plan of inspections: what is inspected, how, and when. Source: R0-23, R0-25, R2-29."""

from collections import Counter

from django.db import transaction
from django.db.models import Count, Q

from registers import audit, clock, counts
from registers.access import require
from registers.models import Unit
from registers.refusals import Refused, Stale
from workflows.campaign import campaigns
from workflows.models import InspectionPlan, PlanItem

NO_INSPECTIONS = "现行方案没有写检查的种类、方法和检查项目。请先由管理员在方案中补上 inspection 一节。"
FIELDS = ("kind", "title", "content", "methods", "starts_on", "ends_on", "team")


@transaction.atomic
def plan_of(year, *, actor, at):
    """Return the plan of a year, made when it is asked for first.

    Raises ``NotAllowed``, and ``Refused`` where the scheme has no inspections.
    """
    root = Unit.objects.select_for_update(of=("self",)).get(parent=None)
    require(actor, "make", InspectionPlan(institution=root))
    plan = InspectionPlan.objects.filter(institution=root, year=year).select_related("scheme").first()
    if plan is not None:
        return plan
    scheme = campaigns.scheme_for(root)
    if scheme is None or not scheme.rules.inspection.are_held:
        raise Refused(NO_INSPECTIONS)
    plan = InspectionPlan.objects.create(
        institution=root, year=year, scheme=scheme, made_by_id=actor.user_id, made_at=at
    )
    audit.append("inspection.plan", about=plan, actor=actor, at=at, detail={"year": year})
    return plan


@transaction.atomic
def add(plan, *, values, actor, at):
    """Put an item on a plan and return it.

    ``values``: the fields in ``FIELDS``. What is sent twice makes one item. Raises ``NotAllowed`` or ``Refused``.
    """
    InspectionPlan.objects.select_for_update().get(pk=plan.pk)
    item = PlanItem(plan=plan, made_by_id=actor.user_id, made_at=at, **values)
    require(actor, "make", item)
    _fits(plan, values)
    again = plan.items.filter(made_by=actor.user_id, **values).first()
    if again is not None:
        return again
    item.save()
    audit.append("inspection.item", about=item, actor=actor, at=at, detail={"kind": item.kind})
    return item


@transaction.atomic
def change(pk, *, values, seen_version, actor, at):
    """Change an item of a plan. Raises ``NotAllowed``, ``Refused`` or ``Stale``."""
    item = _locked(pk)
    require(actor, "change", item)
    if item.version != seen_version:
        raise Stale
    _fits(item.plan, values)
    if item.draws.exists() and values["kind"] != item.kind:
        raise Refused("该事项已经确定抽取名单，不能改变检查种类。", "kind")
    changed = [name for name in FIELDS if getattr(item, name) != values[name]]
    for name in changed:
        setattr(item, name, values[name])
    item.version += 1
    item.save(update_fields=[*changed, "version"])
    audit.append("inspection.item_changed", about=item, actor=actor, at=at, detail={"fields": changed})
    return item


@transaction.atomic
def drop(pk, *, actor, at):
    """Strike an item off its plan. Raises ``NotAllowed``."""
    item = _locked(pk)
    require(actor, "drop", item)
    audit.append("inspection.item_dropped", about=item, actor=actor, at=at)
    item.delete()


def _locked(pk):
    return PlanItem.objects.select_for_update(of=("self",)).select_related("plan__scheme").get(pk=pk)


def _fits(plan, values):
    """Raise ``Refused`` where an item is against the scheme or lies outside of its year."""
    rules = plan.rules
    if rules.kind(values["kind"]) is None:
        raise Refused("请选择检查种类。", "kind")
    known = {method.code for method in rules.methods}
    if not values["methods"] or not set(values["methods"]) <= known:
        raise Refused("请至少选择一种检查方法。", "methods")
    if values["team"] < rules.team:
        raise Refused(f"检查组至少 {rules.team} 人。", "team")
    if values["ends_on"] < values["starts_on"]:
        raise Refused("结束日期不能早于开始日期。", "ends_on")
    for name in ("starts_on", "ends_on"):
        if values[name].year != plan.year:
            raise Refused(f"日期应在 {plan.year} 年内。", name)


def frequencies(scheme, *, actor, on):
    """Return how often points are to be looked at (分级监控), by grade.

    For each grade of which the actor may read points, as ``[(grade label, number of points, frequency or None)]``, the gravest first.
    """
    said = {item.grade: item for item in scheme.rules.inspection.frequency}
    counted = Counter()
    for *_, code, number in counts.readable(actor, on=on).counted:
        counted[code] += number
    grades = sorted(scheme.rules.grades, key=lambda grade: grade.rank)
    return [(grade.label, counted[grade.code], said.get(grade.code)) for grade in grades if grade.code in counted]


# The inspections of an item that have begun: the unit has had its notice.
BEGUN = Q(inspections__notified_at__isnull=False, inspections__called_off_at=None)


def by_method(plan):
    """Return how often each method of inspecting was used under a plan (听取汇报、查阅资料、实地走访 …).

    As ``[(label, items planned, units inspected, of them concluded)]``, in the order of the scheme, with what only an item names
    last. An inspection uses the methods of its item. One query. Source: R2-29.
    """
    rows = plan.items.annotate(
        units=Count("inspections", distinct=True, filter=BEGUN),
        done=Count("inspections", distinct=True, filter=Q(inspections__concluded_at__isnull=False)),
    )
    found = {method.code: [0, 0, 0] for method in plan.rules.methods}
    for methods, units, done in rows.order_by().values_list("methods", "units", "done"):
        for code in methods:
            counts = found.setdefault(code, [0, 0, 0])
            for place, number in enumerate((1, units, done)):
                counts[place] += number
    labels = {method.code: method.label for method in plan.rules.methods}
    return [(labels.get(code, code), *counts) for code, counts in found.items()]


def year_of(sent):
    """Return the year that an address asks for, this year where it names none or a far one."""
    year = clock.today().year
    return sent if abs(sent - year) <= 5 else year
