"""When a deadline is spoken of, and to whom besides those who owe it. Pure: no Django, no database. Source: R1-12, R0-31.

A point is a number of working days from the deadline: -5 and -1 before, 0 on its last working day, 1, 3, 5, 10 after.
"""

from dataclasses import dataclass
from functools import cached_property

from registers.schemes.conduct import Reminding

# From those who fill to those who decide for the school; the liaison looks after what the unit's group has in hand.
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
    """The points of every deadline of a campaign. ``roles``: those that the scheme has at all."""

    reminding: Reminding
    roles: frozenset

    @cached_property
    def points(self):
        """All points, the earliest first."""
        late = {step.after for step in self.reminding.escalate if step.tell in self.roles}
        return sorted({-days for days in self.reminding.before} | {0} | late)

    @property
    def ahead(self):
        """How many working days before a deadline it is first spoken of."""
        return -self.points[0]

    def reached(self, passed):
        """The last point reached when ``passed`` working days lie behind the deadline (negative: ahead of it); None before the first."""
        return max((point for point in self.points if point <= passed), default=None)

    def told(self, point, actor):
        """The roles that hear at ``point`` that a sheet in the hands of the role ``actor`` is late, nearest first.

        Whoever heard at an earlier point hears again. Nobody below those in whose hands it is: he could do nothing about it.
        """
        steps = sorted(self.reminding.escalate, key=lambda step: step.after)
        reached = [str(step.tell) for step in steps if step.after <= point and step.tell in self.roles]
        return list(dict.fromkeys(role for role in reached if role != actor and RANKS[role] >= RANKS[actor]))
