"""Who handles what the school does to a unit, and whom a unit concerns, so that he keeps out of it.

Inspections, findings, warnings, assessments, surveys, rankings and duties ask here. Nobody handles his own unit (``own_units``, for
many people at once ``kept_from``; ``tests/workflows/test_inspection_teams.py`` holds one to the other). Who hears of what happens to
a unit: ``holders`` of roles, ``organisers``.
"""

from registers import clock
from registers.actors import PART_IN_A_UNIT
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, Unit, User
from workflows.policies.deciders import ORGANISER
from workflows.policies.holding import Holding

BODIES = ("school_group", "party_committee")


def with_kin(units, parents):
    """Return the ids of ``units``, of all above them except the institution, and of all below them.

    ``parents``: unit id → id of the unit above it.
    """
    above, below = set(), set(units)
    for unit in units:
        at = parents.get(unit)
        while at is not None and parents.get(at) is not None:
            above.add(at)
            at = parents[at]
    waiting = set(units)
    while waiting:
        waiting = {unit for unit, parent in parents.items() if parent in waiting} - below
        below |= waiting
    return above | below


def own_units(actor):
    """Return the ids of the units that concern the actor himself.

    They are those where he works or has a part, and their kin.
    """
    if "own_units" not in actor.memory:
        parents = actor.parents
        own = {unit for unit in actor.home_unit_ids | actor.own_unit_ids(*PART_IN_A_UNIT) if parents.get(unit)}
        actor.memory["own_units"] = with_kin(own, parents)
    return actor.memory["own_units"]


def kept_from(people, *, on):
    """Return user id → ids of the units that concern each of ``people`` (ids), as ``own_units`` for one."""
    parents = dict(Unit.objects.order_by().values_list("pk", "parent_id"))
    own = {person: set() for person in people}
    groups = LeadingGroup.objects.in_force(on)
    for rows in (
        User.objects.filter(pk__in=people).values_list("pk", "unit_id"),
        Incumbency.objects.in_force(on).filter(user__in=people).values_list("user_id", "post__unit_id"),
        Appointment.objects.in_force(on)
        .filter(user__in=people, role__in=PART_IN_A_UNIT)
        .values_list("user_id", "unit_id"),
        GroupMember.objects.filter(user__in=people, group__in=groups).values_list("user_id", "group__unit_id"),
    ):
        for person, unit in rows:
            if parents.get(unit) is not None:
                own[person].add(unit)
    return {person: with_kin(units, parents) for person, units in own.items()}


def holders(unit_id, *roles, holding=None):
    """Return the users who hold one of ``roles`` for a unit or above it, as ``Actor.unit_ids`` counts.

    ``holding``: of the day, where it has been read.
    """
    holding = holding or Holding(clock.today())
    people = {person for unit in holding.above(unit_id) for role in roles for person in holding.at(role, unit)}
    return User.objects.filter(pk__in=people)


def organisers(unit_id, *, holding=None):
    """Return who handles the inspection of a unit, as ``handles`` says."""
    holding = holding or Holding(clock.today())
    for roles in ((ORGANISER,), BODIES):
        people = list(holders(unit_id, *roles, holding=holding).values_list("pk", flat=True))
        kept = kept_from(people, on=holding.on)
        if able := [person for person in people if unit_id not in kept[person]]:
            return User.objects.filter(pk__in=able)
    return User.objects.none()


def handles(actor, unit_id):
    """Whether the actor handles the inspection of a unit: the office, but nobody his own unit.

    A unit that concerns everybody in the office, as its own does, is left to the bodies of the school.
    """
    if unit_id in own_units(actor):
        return False
    if unit_id in actor.unit_ids(ORGANISER):
        return True
    return unit_id in actor.unit_ids(*BODIES) and unit_id in left_by_office(actor)


def handled_units(actor):
    """Return the ids of all units of which ``handles`` is true.

    Nothing is read for people who hold no such role.
    """
    if not actor.has(ORGANISER, *BODIES):
        return set()
    left = actor.unit_ids(*BODIES) & left_by_office(actor) if actor.has(*BODIES) else set()
    return (actor.unit_ids(ORGANISER) | left) - own_units(actor)


def left_by_office(actor):
    """Return the ids of the units that concern everybody in the office."""
    if "left by office" not in actor.memory:
        held = Holding.of(actor).held
        people = {person for (role, _), people in held.items() if role == ORGANISER for person in people}
        kept = kept_from(people, on=actor.on)
        actor.memory["left by office"] = set.intersection(*kept.values()) if kept else set(actor.parents)
    return actor.memory["left by office"]
