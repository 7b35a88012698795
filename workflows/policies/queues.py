"""The rule of the deciders as conditions on rows: what waits for one person.

Held to the single form by tests/workflows/test_deciders.py.
"""

from django.db.models import Exists, F, OuterRef, Q

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup
from workflows.policies.deciders import LIAISON
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
    unit, person = f"{submission}unit", f"{submission}person"
    mine, handed = NONE, NONE
    for held in dict.fromkeys(grant.role for grant in actor.grants):
        for place, units in Holding.of(actor).units_of(held, actor.user_id).items():
            waiting = Q(**{role: held, f"{unit}__in": units})
            if held in SCHOOL_ROLES:
                waiting &= ~Q(**{f"{unit}__in": actor.home_unit_ids, f"{unit}__parent__isnull": False})
            mine |= waiting
            colleagues = set(Holding.of(actor).at(held, place)) - {actor.user_id}
            if assigned_to and colleagues:
                can_take = Exists(_seated(actor, held, place, assigned_to)) & ~_concerned(
                    actor, held, assigned_to, person
                )
                handed |= waiting & Q(**{f"{assigned_to}__in": colleagues}) & can_take
    mine &= ~Q(**{f"{person}__in": [actor.user_id, *actor.stands_in_for]})
    return mine & ~handed if handed != NONE else mine


def _seated(actor, role, place, assigned_to):
    """The rows that say that whom a sheet was handed to still holds ``role`` at ``place``."""
    held = {"user": OuterRef(assigned_to), "user__is_active": True}
    if role == GROUP_MEMBER:
        return GroupMember.objects.filter(group__in=LeadingGroup.objects.in_force(actor.on).filter(unit=place), **held)
    return Appointment.objects.in_force(actor.on).filter(role=role, unit=place, **held)


def _concerned(actor, role, assigned_to, person):
    """The condition that a sheet concerns whom it was handed to, so that it is everybody's again."""
    stands_in = Appointment.objects.in_force(actor.on).filter(user=OuterRef(assigned_to), acting_for=OuterRef(person))
    barred = Q(**{assigned_to: F(person)}) | Q(Exists(stands_in))
    if role in SCHOOL_ROLES:
        posts = Incumbency.objects.in_force(actor.on).filter(user=OuterRef(assigned_to), post__unit=OuterRef("unit"))
        barred |= (Q(**{f"{assigned_to}__unit": F("unit")}) | Q(Exists(posts))) & Q(unit__parent__isnull=False)
    return barred
