"""The rule of the deciders as conditions on rows: what waits for one person.

Held to the single form by tests/workflows/test_deciders.py.
"""

from django.db.models import Q

from registers.actors import ROLE_LABELS
from workflows.policies.deciders import LIAISON, MEETING, ORGANISER
from workflows.policies.holding import Holding, Near

NONE = Q(pk__in=[])


def fills_for(actor):
    """Return the ids of the units whose own sheets the actor fills today as the nearest liaison."""
    if not actor.has(LIAISON):
        return set()
    return set().union(*Near.of(actor).units_of(LIAISON, actor.user_id).values())


def roles_of(actor):
    """Return the roles in which the actor decides, each once, with what the office does for a body."""
    roles = dict.fromkeys(grant.role for grant in actor.grants)
    return [*roles, MEETING] if ORGANISER in roles else [*roles]


def at_turn(role, units, people, *, asked="waiting_role", submission="", but_for=False):
    """Return the condition that a row waits for ``role`` in ``units``, about none of ``people`` (ids).

    ``asked``: the row's column that says which role it waits for. ``submission``: the path to its submission.
    ``but_for``: all units are meant but ``units``.
    """
    there = Q(**{f"{submission}unit__within": units})
    return Q(**{asked: role}) & (~there if but_for else there) & ~Q(**{f"{submission}person__within": people})


def turns(actor, *, handing=False):
    """Return name → value of all that decides what the actor decides on today, None where that is nothing.

    ``handing``: rows can be handed to a colleague, whose they are then alone.
    """
    key = turns, handing
    if key not in actor.memory:
        actor.memory[key] = _read_turns(actor, handing)
    return actor.memory[key]


def _read_turns(actor, handing):
    holding, mine, handed = Holding.of(actor) if actor.grants else None, {}, []
    for held in roles_of(actor):
        places = holding.units_of(held, actor.user_id)
        own, people = holding.keeps_out_of(held, actor.user_id)
        if units := set().union(*places.values()) - own:
            mine |= {f"units_{held}": units, f"people_{held}": people}
        for place, there in places.items() if handing else ():
            for colleague in set(holding.at(held, place)) - {actor.user_id}:
                own, people = holding.keeps_out_of(held, colleague)
                if units := there - own:
                    handed.append({"role": held, "units": units, "people": people, "colleague": colleague})
    more = {f"{name}{number}": value for number, facts in enumerate(handed) for name, value in facts.items()}
    return mine | more if mine else None


def in_turn(facts, *, role, submission="", assigned_to=""):
    """Return the condition that an actor decides on a row today.

    ``facts``: what ``turns`` returns of him. ``role`` and ``submission``: as ``asked`` and ``submission`` of ``at_turn``.
    ``assigned_to``: the row's column that says whom it was handed to, where rows can be.
    """
    path, mine, handed, number = {"asked": role, "submission": submission}, NONE, NONE, 0
    for held in (*ROLE_LABELS, MEETING):
        if units := facts.get(f"units_{held}"):
            mine |= at_turn(held, units, facts[f"people_{held}"], **path)
    while f"role{number}" in facts:
        at, units, people, colleague = (facts[f"{name}{number}"] for name in ("role", "units", "people", "colleague"))
        handed |= at_turn(at, units, people, **path) & Q(**{assigned_to: colleague})
        number += 1
    return mine & ~handed if handed != NONE else mine
