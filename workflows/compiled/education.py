"""The year's plan of education as a paper: what is planned for whom, and what was held for it.

Source: R2-17, R2-27, R4-01.
"""

from registers.papers.compose import source
from workflows.models import Activity, EducationItem


@source("education_plan", about="unit", rows=("unit", "title", "kind", "meant", "due_on", "held_on", "held", "state"))
def education_plan(*, unit, units, on, rules, reader=None):
    """教育计划 of ``units`` in the year of ``on``, by day: each item with what was held for it by then."""
    items = EducationItem.objects.visible_to(reader) if reader is not None else EducationItem.objects.all()
    items = items.filter(unit__in=units, year=on.year).select_related("unit", "scheme").defer("scheme__source")
    items = list(items.order_by("due_on", "pk"))
    held = Activity.objects.filter(education_items__in=items, voided_at=None, held_on__lte=on)
    by_item = {}
    for item, day, title in held.order_by("held_on", "pk").values_list("education_items", "held_on", "title"):
        by_item.setdefault(item, []).append((day, title))
    return {"rows": [_row(item, by_item.get(item.pk, []), on) for item in items]}


def _row(item, held, on):
    late = not held and item.due_on < on
    return {
        "unit": item.unit.name,
        "title": item.title,
        "kind": item.kind_label,
        "meant": item.meant,
        "due_on": item.due_on.isoformat(),
        "held_on": "\n".join(day.isoformat() for day, _ in held),
        "held": "\n".join(title for _, title in held),
        "state": "已开展" if held else "逾期未开展" if late else "未开展",
    }
