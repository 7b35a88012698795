"""Who acts, asked one question at a time: slow, plain, and independent of the rule it is held to."""

from functools import cache

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, User
from registers.prepared import Given, Prepared
from workflows.policies import CLIMB, MEETING


@cache
def _questions():
    """Return the questions by name. Each is written once and asked a thousand times."""
    on, role, unit, person = Given("on"), Given("role"), Given("unit"), Given("person")
    users, held = User.objects.order_by(), Appointment.objects.in_force(on).order_by()
    groups, active = LeadingGroup.objects.in_force(on).filter(unit=unit), held.filter(user__is_active=True)
    heading = active.filter(role="unit_head")
    asked = {
        "sitting": users.filter(group_seats__group__in=groups, is_active=True).values_list("pk"),
        "holding": users.filter(pk__in=held.filter(role=role, unit=unit).values("user"), is_active=True).values_list(
            "pk"
        ),
        "standing in for": active.filter(acting_for=person).values_list("user_id"),
        "heading with": heading.filter(unit__in=heading.filter(user=person).values("unit")).values_list("user_id"),
        "in a post": Incumbency.objects.in_force(on).order_by().filter(post__unit=unit).values_list("user_id"),
        "at home": users.filter(unit=unit).values_list("pk"),
        "away": active.filter(role=role, unit=unit, acting_for__isnull=False).values_list("acting_for"),
    }
    return {name: Prepared(rows) for name, rows in asked.items()}


def _people(question, **given):
    return {person for (person,) in _questions()[question].of(**given)}


def holders(role, unit, *, on):
    """Ids of the active users who hold ``role`` for ``unit``: at the unit itself, else at the nearest above it."""
    return seat(role, unit, on=on)[1]


def seat(role, unit, *, on):
    """Where the nearest holders sit, and their ids."""
    place = unit
    while place is not None:
        if role == GROUP_MEMBER:
            users = _people("sitting", on=on, unit=place.pk)
        else:
            users = _people("holding", on=on, role=role, unit=place.pk)
        if users:
            return place, users
        place = place.parent
    return None, set()


def concerned(submission, role, *, on):
    """Ids of people who must not act on a sheet in ``role``."""
    barred = set()
    if submission.person_id:
        barred = {submission.person_id, *_people("standing in for", on=on, person=submission.person_id)}
        if role == "unit_head":
            barred |= _people("heading with", on=on, person=submission.person_id)
    if role in SCHOOL_ROLES and submission.unit.parent_id:
        barred |= _people("in a post", on=on, unit=submission.unit_id)
        barred |= _people("at home", unit=submission.unit_id)
    return barred


def able(submission, role, *, on):
    """Ids of those who hold ``role`` for the sheet and whom it does not concern."""
    return holders(role, submission.unit, on=on) - concerned(submission, role, on=on)


def acting(role, submission, *, on):
    """``(role, ids)`` of those who act when the sheet enters a step of ``role``."""
    for candidate in CLIMB[CLIMB.index(role) :]:
        place, everyone = seat(candidate, submission.unit, on=on)
        if candidate == GROUP_MEMBER and not everyone:
            return role, set()
        people = able(submission, candidate, on=on)
        there = people - _people("away", on=on, role=candidate, unit=place.pk) if place else people
        if len(people) >= 2 if candidate == GROUP_MEMBER else there:
            return candidate, people
    return candidate, set()


def decides(submission, *, on):
    """Ids of those who decide on a sheet: whom it was handed to, while he can take it, else all.

    Where a body decides, they are those who put the sheet on its agenda, whomever it concerns.
    """
    if submission.waiting_role == MEETING:
        return holders("office", submission.unit, on=on)
    people = able(submission, submission.waiting_role, on=on)
    return {submission.assigned_to_id} if submission.assigned_to_id in people else people


def members(role, submission, *, on):
    """Ids of those who sit in a body of ``role`` themselves, not for another."""
    place, everyone = seat(role, submission.unit, on=on)
    own = Appointment.objects.in_force(on).filter(role=role, unit=place, acting_for=None) if place else ()
    return everyone & {held.user_id for held in own}


def fills(submission, *, on):
    """Ids of those who fill a sheet."""
    if submission.person_id:
        return {submission.person_id} if submission.person.is_active else set()
    return holders("liaison", submission.unit, on=on)


def concludes(submission, *, on):
    """Ids of those who sum up the votes on a sheet that waits for a group."""
    place = seat(GROUP_MEMBER, submission.unit, on=on)[0]
    people = able(submission, GROUP_MEMBER, on=on)
    members = list(GroupMember.objects.filter(group__in=LeadingGroup.objects.in_force(on), group__unit=place))
    sitting = {member.user_id: member.seat for member in members if member.user_id in people}
    away = {
        user
        for user in sitting
        if Appointment.objects.in_force(on).filter(acting_for=user, user__is_active=True).exists()
    }
    first = set()
    for there in (sitting.keys(), sitting.keys() - away):
        first.update([seat for seat in ("leader", "deputy", "member") if seat in {sitting[user] for user in there}][:1])
    return {user for user, held in sitting.items() if held in first}
