"""Placing risk points on the powers that they name in words, from before they named them by key.

Only where exactly one power of the unit has that very name. Everything else is a doubt, to be settled by people.
"""

from dataclasses import dataclass

from django.db import transaction

from registers import audit
from registers.access import require
from registers.models import PowerItem, RiskPoint
from registers.models.risks import IN_DOUBT
from registers.refusals import Refused, Stale

BATCH = 500
SEPARATOR = "."  # between the keys of power and step
SETTLED = "该风险点刚由他人对应，或者已经修改、撤销，您的选择没有保存。请刷新后核对。"


@dataclass(frozen=True)
class Doubt:
    """A point that was not placed. ``found``: the powers of its unit that have the name that it gives."""

    point: RiskPoint
    found: tuple

    @property
    def likely(self):
        """The only power of that name, chosen beforehand, as a value of ``choices_of``, else empty."""
        return str(self.found[0]) if len(self.found) == 1 else ""

    @property
    def why(self):
        """Why people have to say it, in words."""
        if self.likely:
            return "本单位有 1 项同名权力事项，尚未确认"
        return f"本单位有 {len(self.found)} 项同名权力事项" if self.found else "本单位没有同名的权力事项"

    def __str__(self):
        return f"{self.point.unit}　“{self.point}”（{self.point.power_item}）：{self.why}"


@transaction.atomic
def place(units):
    """Place the points in force of ``units`` and return ``(how many were placed, doubts)``.

    Running it again changes nothing. What is written says to which record a version belongs, nothing that anybody has signed.
    """
    named, changed, doubts = _named(units), [], []
    for point in doubtful().filter(unit__in=units).select_related("unit").order_by("unit__code", "pk"):
        found = named.get((point.unit_id, point.power_item.strip()), [])
        if len(found) == 1:
            point.power_series = found[0]
            changed.append(point)
        else:
            doubts.append(Doubt(point, tuple(found)))
    RiskPoint.objects.bulk_update(changed, ["power_series"], batch_size=BATCH)
    return len(changed), doubts


def _named(units):
    """(unit, name) → the powers in force there that have it."""
    named = {}
    for unit, name, series in PowerItem.objects.open().filter(unit__in=units).values_list("unit_id", "name", "series"):
        named.setdefault((unit, name.strip()), []).append(series)
    return named


def doubts_of(points):
    """Return the ``Doubt`` of each of the ``points``, which are ``doubtful``. One query."""
    named = _named({point.unit_id for point in points})
    return [Doubt(point, tuple(named.get((point.unit_id, point.power_item.strip()), ()))) for point in points]


def doubtful():
    """The points in force that name a power in words and stand on none."""
    return RiskPoint.objects.filter(IN_DOUBT)


def choices_of(units):
    """Return unit → ``[(value, words)]`` of its powers in force, each followed by its steps. Two queries."""
    found = {}
    powers = PowerItem.objects.open().filter(unit__in=units).select_related("accountable_post")
    for power in powers.prefetch_related("steps").order_by("name", "pk"):
        rows = found.setdefault(power.unit_id, [])
        rows.append(
            (str(power.series), f"{power.name}（{power.accountable_post}）" if power.accountable_post else power.name)
        )
        rows += [
            (f"{power.series}{SEPARATOR}{step.key}", f"{power.name}　第{number}步 {step.procedure[:30]}")
            for number, step in enumerate(power.steps.all(), start=1)
        ]
    return found


@transaction.atomic
def place_one(point_id, value, *, actor, at):
    """Place one point in doubt on the power or the step that ``value`` names, and return the point.

    What it says stays as it was signed. Raises ``NotAllowed``, ``Stale``, or ``Refused`` where its unit has no such power.
    """
    point = doubtful().select_for_update(of=("self",)).select_related("unit").filter(pk=point_id).first()
    if point is None:
        raise Stale(message=SETTLED)
    require(actor, "place", point)
    if value not in dict(choices_of([point.unit_id]).get(point.unit_id, ())):
        raise Refused(f"请从{point.unit}现行的权力事项和步骤中选择。")
    series, _, key = value.partition(SEPARATOR)
    point.power_series, point.step_key = series, key or None
    point.save(update_fields=["power_series", "step_key"])
    audit.append("points.place", about=point, actor=actor, at=at, detail={"power": series, "step": key})
    return point
