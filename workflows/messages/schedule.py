"""The moments of a deadline at which people are reminded, and which superiors hear of a delay.

A moment is a number of working days from the deadline, before it where negative, and 0 on its last working day. Which ones there are,
the scheme says (``Reminding``).
Pure: no Django, no database. Source: R1-12, R0-31.
"""

from dataclasses import dataclass
from functools import cached_property

from registers.schemes.conduct import Reminding

# From the fillers to those who decide for the school. The liaison ranks with the group, whose work he looks after.
RANKS = {
    "post_holder": 0,
    "liaison": 1,
    "group_member": 1,
    "unit_head": 2,
    "leader_in_charge": 3,
    "office": 4,
    "school_group": 5,
    "party_committee": 6,
}


@dataclass(frozen=True)
class Plan:
    """The moments of every deadline of a campaign. ``roles``: the roles that the scheme has."""

    reminding: Reminding
    roles: frozenset

    @cached_property
    def moments(self):
        """All moments, the earliest first."""
        late = {step.after for step in self.reminding.escalate if step.tell in self.roles}
        return sorted({-days for days in self.reminding.before} | {0} | late)

    @property
    def ahead(self):
        """How many working days before a deadline the first reminder comes."""
        return -self.moments[0]

    def reached(self, passed):
        """The last moment reached on a given day, None before the first.

        ``passed``: how many working days the day lies after the deadline, negative before it.
        """
        return max((moment for moment in self.moments if moment <= passed), default=None)

    def roles_informed_at(self, moment, actor):
        """The roles that hear at ``moment`` that the role ``actor`` is late, nearest first.

        A role that heard at an earlier moment hears again. Roles below ``actor`` never hear: they could do nothing.
        """
        steps = sorted(self.reminding.escalate, key=lambda step: step.after)
        reached = [str(step.tell) for step in steps if step.after <= moment and step.tell in self.roles]
        return list(dict.fromkeys(role for role in reached if role != actor and RANKS[role] >= RANKS[actor]))
