"""Who acts in a role on a sheet today, and who must keep out of it (design decision 5)."""

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, Incumbency, LeadingGroup, User

CLIMB = ("post_holder", GROUP_MEMBER, "unit_head", "leader_in_charge", "office", "school_group", "party_committee")
NOTICE = "notice"  # waiting_role of a sheet whose notice is running: nobody acts


def holders(role, unit, *, on):
    """The users who hold ``role`` for ``unit`` on the day ``on``: at the unit itself, else at the nearest above it."""
    for place in _upwards(unit):
        if role == GROUP_MEMBER:
            group = LeadingGroup.objects.in_force(on).filter(unit=place)
            users = User.objects.filter(group_seats__group__in=group)
        else:
            users = User.objects.filter(
                pk__in=Appointment.objects.in_force(on).filter(role=role, unit=place).values("user")
            )
        users = users.filter(is_active=True)
        if users.exists():
            return users
    return User.objects.none()


def _upwards(unit):
    """The unit, then those above it; these are asked for only when needed."""
    yield unit
    yield from reversed(unit.ancestors())


def concerned(submission, role, *, on):
    """Ids of people who must not act on a sheet in ``role``: its subject; for school roles, the unit's own staff."""
    barred = {submission.person_id} - {None}
    if role in SCHOOL_ROLES and submission.unit.parent_id:
        staff = Incumbency.objects.in_force(on).filter(post__unit=submission.unit_id).values_list("user_id", flat=True)
        barred.update(staff)
        barred.update(User.objects.filter(unit=submission.unit_id).values_list("pk", flat=True))
    return barred


def acting(role, submission, *, on):
    """``(role, users)`` who act in ``role`` on a sheet, climbing past everyone concerned (design decision 5).

    本人 → 单位负责人 → 分管校领导 → 纪委 → 党委. Returns the last role with no users when even the top is concerned.
    """
    if role == "post_holder":
        return role, User.objects.filter(pk=submission.person_id)
    for candidate in CLIMB[CLIMB.index(role) :]:
        everyone = holders(candidate, submission.unit, on=on)
        if candidate == GROUP_MEMBER and not everyone.exists():
            return role, everyone  # no list filed yet: the sheet waits for it, it does not pass the group by (R1-51)
        users = everyone.exclude(pk__in=concerned(submission, candidate, on=on))
        enough = 2 if candidate == GROUP_MEMBER else 1
        if users.count() >= enough:
            return candidate, users
    return candidate, User.objects.none()
