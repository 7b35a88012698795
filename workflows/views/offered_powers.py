"""The powers that a page offers for a record that is about one."""

from registers.models import PowerItem
from workflows.forms.powers import Offered


def powers_for(actor, units, *, also=None):
    """Return the powers in force of ``units``, those that touch vital interests first.

    ``also``: a record whose own power can be kept, even if it is no longer in force.
    """
    powers = PowerItem.objects.visible_to(actor).in_force(actor.on).filter(unit__in=units).select_related("unit")
    found = []
    for power in powers.order_by("-touches_vital_interests", "unit__position", "name", "pk"):
        words = f"{power.name}（切身利益）" if power.touches_vital_interests else power.name
        words = f"{power.unit.name}：{words}" if len(units) > 1 else words
        found.append(Offered(str(power.series), words, power.name, power.unit.code))
    if also is not None and also.power and str(also.power) not in {one.key for one in found}:
        found.append(Offered(str(also.power), also.power_name, also.power_name, also.unit.code))
    return found
