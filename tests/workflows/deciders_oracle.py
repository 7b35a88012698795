"""Who acts, asked one question at a time: slow, plain, and independent of the rule it is held to."""

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, User
from workflows.policies import CLIMB, MEETING


def holders(role, unit, *, on):
    """The active users who hold ``role`` for ``unit``: at the unit itself, else at the nearest above it."""
    return seat(role, unit, on=on)[1]


def seat(role, unit, *, on):
    """Where the nearest holders sit, and they."""
    place = unit
    while place is not None:
        if role == GROUP_MEMBER:
            groups = LeadingGroup.objects.in_force(on).filter(unit=place)
            users = User.objects.filter(group_seats__group__in=groups)
        else:
            held = Appointment.objects.in_force(on).filter(role=role, unit=place)
            users = User.objects.filter(pk__in=held.values("user"))
        users = users.filter(is_active=True)
        if users.exists():
            return place, users
        place = place.parent
    return None, User.objects.none()


def concerned(submission, role, *, on):
    """Ids of people who must not act on a sheet in ``role``."""
    barred = set()
    if submission.person_id:
        standing_in = Appointment.objects.in_force(on).filter(acting_for=submission.person_id, user__is_active=True)
        barred = {submission.person_id, *standing_in.values_list("user_id", flat=True)}
        heading = Appointment.objects.in_force(on).filter(role="unit_head", user__is_active=True)
        if role == "unit_head":
            together = heading.filter(unit__in=heading.filter(user=submission.person_id).values("unit"))
            barred.update(together.values_list("user_id", flat=True))
    if role in SCHOOL_ROLES and submission.unit.parent_id:
        posts = Incumbency.objects.in_force(on).filter(post__unit=submission.unit_id)
        barred.update(posts.values_list("user_id", flat=True))
        barred.update(User.objects.filter(unit=submission.unit_id).values_list("pk", flat=True))
    return barred


def able(submission, role, *, on):
    """Ids of those who hold ``role`` for the sheet and whom it does not concern."""
    return set(holders(role, submission.unit, on=on).values_list("pk", flat=True)) - concerned(submission, role, on=on)


def acting(role, submission, *, on):
    """``(role, ids)`` of those who act when the sheet enters a step of ``role``."""
    for candidate in CLIMB[CLIMB.index(role) :]:
        place, everyone = seat(candidate, submission.unit, on=on)
        if candidate == GROUP_MEMBER and not everyone.exists():
            return role, set()
        people = able(submission, candidate, on=on)
        standing_in = Appointment.objects.in_force(on).filter(
            role=candidate, unit=place, acting_for__isnull=False, user__is_active=True
        )
        there = people - set(standing_in.values_list("acting_for", flat=True)) if place else people
        if len(people) >= 2 if candidate == GROUP_MEMBER else there:
            return candidate, people
    return candidate, set()


def decides(submission, *, on):
    """Ids of those who decide on a sheet: whom it was handed to, while he can take it, else all.

    Where a body decides, they are those who put the sheet on its agenda, whomever it concerns.
    """
    if submission.waiting_role == MEETING:
        return set(holders("office", submission.unit, on=on).values_list("pk", flat=True))
    people = able(submission, submission.waiting_role, on=on)
    return {submission.assigned_to_id} if submission.assigned_to_id in people else people


def members(role, submission, *, on):
    """Ids of those who sit in a body of ``role`` themselves, not for another."""
    place, everyone = seat(role, submission.unit, on=on)
    own = Appointment.objects.in_force(on).filter(role=role, unit=place, acting_for=None) if place else ()
    return {user.pk for user in everyone} & {held.user_id for held in own}


def fills(submission, *, on):
    """Ids of those who fill a sheet."""
    if submission.person_id:
        return {submission.person_id} if submission.person.is_active else set()
    return set(holders("liaison", submission.unit, on=on).values_list("pk", flat=True))


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
