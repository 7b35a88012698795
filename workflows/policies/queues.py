"""The rule of the deciders as conditions on rows: what waits for one person.

Held to the single form by tests/workflows/test_deciders.py.
"""

from django.db.models import Q

from workflows.policies.deciders import LIAISON, MEETING, ORGANISER
from workflows.policies.holding import Holding

NONE = Q(pk__in=[])


def fills_for(actor):
    """Return the ids of the units whose own sheets the actor fills today as the nearest liaison."""
    if not actor.has(LIAISON):
        return set()
    return set().union(*Holding.of(actor).units_of(LIAISON, actor.user_id).values())


def in_turn(actor, *, role, submission="", assigned_to=""):
    """Return the condition that the actor decides on a row today.

    ``role``: the row's column that says which role it waits for. ``submission``: the path to its submission.
    ``assigned_to``: its column that says whom it was handed to, where rows can be.
    """
    holding, mine, handed = Holding.of(actor), NONE, NONE

    def clear_of(user, held):
        units, people = holding.keeps_out_of(held, user)
        return ~Q(**{f"{submission}unit__in": units}) & ~Q(**{f"{submission}person__in": people})

    roles = dict.fromkeys(grant.role for grant in actor.grants)
    for held in (*roles, MEETING) if ORGANISER in roles else roles:
        for place, units in holding.units_of(held, actor.user_id).items():
            at_step = Q(**{role: held, f"{submission}unit__in": units})
            mine |= at_step & clear_of(actor.user_id, held)
            for colleague in set(holding.at(held, place)) - {actor.user_id} if assigned_to else ():
                handed |= at_step & Q(**{assigned_to: colleague}) & clear_of(colleague, held)
    return mine & ~handed if handed != NONE else mine
