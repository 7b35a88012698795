"""Placing risk points on the powers that they name in words, from before they named them by key.

Only where exactly one power of the unit has that very name. Everything else is a doubt, to be settled by people.
"""

from dataclasses import dataclass

from django.db import transaction

from registers.models import PowerItem, RiskPoint

BATCH = 500


@dataclass(frozen=True)
class Doubt:
    """A point that was not placed. ``found``: how many powers of its unit have the name that it gives."""

    point: RiskPoint
    found: int

    def __str__(self):
        why = f"本单位有 {self.found} 项同名权力事项" if self.found else "本单位没有同名的权力事项"
        return f"{self.point.unit}　“{self.point}”（{self.point.power_item}）：{why}"


@transaction.atomic
def place(units):
    """Place the points in force of ``units`` and return ``(how many were placed, doubts)``.

    Running it again changes nothing. What is written says to which record a version belongs, nothing that anybody has signed.
    """
    named, changed, doubts = {}, [], []
    for unit, name, series in PowerItem.objects.open().filter(unit__in=units).values_list("unit_id", "name", "series"):
        named.setdefault((unit, name.strip()), []).append(series)
    points = RiskPoint.objects.open().filter(unit__in=units, power_series=None).exclude(power_item="")
    for point in points.select_related("unit").order_by("unit__code", "pk"):
        found = named.get((point.unit_id, point.power_item.strip()), [])
        if len(found) == 1:
            point.power_series = found[0]
            changed.append(point)
        else:
            doubts.append(Doubt(point, len(found)))
    RiskPoint.objects.bulk_update(changed, ["power_series"], batch_size=BATCH)
    return len(changed), doubts
