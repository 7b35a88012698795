"""On which power a risk point stands, and on which of its steps (点–线–面).

A point names both by their keys, so that charts and ledgers follow when a power is revised. Source: R0-17, R1-36.
"""

import uuid
from functools import cache, cached_property

from registers.models import PowerItem, ProcessStep
from registers.prepared import Given, Prepared
from workflows.sheets.fields import Field

PLACE = "power_place"  # no code of a grading factor is likely to be the same
SEPARATOR = "."  # between the keys of power and step in the value of an option


class Placed:
    """What sheets of points share: each point is placed on a power of the unit, where it has any in force."""

    @cached_property
    def _powers(self):
        """The unit's powers in force, those of the sheet's post first."""
        unit, own = self.submission.unit_id, self.submission.post_id
        return sorted(_powers().of(unit=unit), key=lambda power: (own is None or not self._is_of(power, own), power.pk))

    @cached_property
    def _steps(self):
        """Power → its steps in their order."""
        steps = {}
        for step in _steps().of(unit=self.submission.unit_id):
            steps.setdefault(step.power_item_id, []).append(step)
        return steps

    def _is_of(self, power, post):
        return power.accountable_post_id == post or any(step.post_id == post for step in self._steps.get(power.pk, ()))

    @cached_property
    def places(self):
        """What there is to choose from: ``[(value, words)]``, each power followed by its steps."""
        choices = []
        for power in self._powers:
            choices.append((str(power.series), power.name))
            choices += [
                (f"{power.series}{SEPARATOR}{step.key}", f"{power.name}　第{number}步 {step.procedure[:30]}")
                for number, step in enumerate(self._steps.get(power.pk, ()), start=1)
            ]
        return choices

    @property
    def place_fields(self):
        """The field that asks for the place. There is none where the unit has no powers on record."""
        if not self.places:
            return []
        unknown = "所选权力或步骤已不在登记之中，请重新选择。"
        label = "所属权力事项和步骤"
        return [Field(PLACE, label, "select", tuple(self.places), whole_row=True, unknown=unknown)]

    def place_value(self, point):
        """The place of a point as the form holds it. A power or a step that is no longer in force is left out."""
        known, power = dict(self.places), str(point.power_series)
        with_step = f"{power}{SEPARATOR}{point.step_key}"
        return with_step if with_step in known else power if power in known else ""

    def place_of(self, values, base):
        """The columns of a point that say where it stands. What was not asked stays as it is."""
        if PLACE not in values or not self.places or values[PLACE] == (self.place_value(base) if base else None):
            return {}
        if not values[PLACE]:
            there = base is not None and base.power_series is not None
            return {"power_series": None, "step_key": None, "step": ""} | ({"power_item": ""} if there else {})
        series, _, key = values[PLACE].partition(SEPARATOR)
        power = next(power for power in self._powers if str(power.series) == series)
        step = next((step for step in self._steps.get(power.pk, ()) if str(step.key) == key), None)
        return {
            "power_series": uuid.UUID(series),
            "power_item": power.name,
            "step_key": step.key if step else None,
            "step": step.procedure if step else "",
        }


def place_in_words(point):
    """The place of a point in words: the power, and the step of it."""
    return "　".join(part for part in (point.power_item, point.step) if part)


@cache
def _powers():
    powers = PowerItem.objects.open().filter(unit=Given("unit")).order_by("pk")
    return Prepared(powers.values_list("pk", "series", "name", "accountable_post_id", named=True))


@cache
def _steps():
    powers = PowerItem.objects.open().filter(unit=Given("unit"))
    steps = ProcessStep.objects.filter(power_item__in=powers).order_by("position")
    return Prepared(steps.values_list("power_item_id", "key", "procedure", "post_id", named=True))
