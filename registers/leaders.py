"""The leader in charge of a unit (责任领导, 分管校领导) on a day, as ledgers and papers print him."""

from functools import cache, cached_property

from registers.models import Appointment, Unit
from registers.prepared import Given, Prepared


class Leaders:
    """Leaders in charge in their own right on the day ``on``.

    One query reads them, and a second one the tree where a unit has none of its own.
    """

    def __init__(self, on):
        self.on = on

    def name_of(self, unit):
        """Return the name of the leader in charge of a unit (its id), empty where there is none.

        He is that of the unit itself, else of the nearest above it. Of several it is the first in the order in which people
        are listed.
        """
        while unit is not None and unit not in self._names:
            unit = self._parents.get(unit)
        return self._names.get(unit, "")

    @cached_property
    def _names(self):
        names = {}
        for unit, name in _in_charge().of(on=self.on):
            names.setdefault(unit, name)
        return names

    @cached_property
    def _parents(self):
        return dict(Unit.objects.order_by().values_list("pk", "parent_id"))


@cache
def _in_charge():
    held = Appointment.objects.in_own_right().in_force(Given("on")).filter(role="leader_in_charge")
    return Prepared(held.order_by("user__sort_key", "user__number").values_list("unit_id", "user__name"))
