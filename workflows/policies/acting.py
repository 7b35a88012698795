"""Who acts in a role on a sheet today, and who must keep out of it (design decision 5)."""

from django.db.models import Exists, OuterRef

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment, GroupMember, Incumbency, LeadingGroup, User

CLIMB = ("post_holder", GROUP_MEMBER, "unit_head", "leader_in_charge", "office", "school_group", "party_committee")
NOTICE = "notice"  # waiting_role of a sheet whose notice is running: nobody acts


def holders(role, unit, *, on):
    """The users who hold ``role`` for ``unit`` on the day ``on``: at the unit itself, else at the nearest above it."""
    return seat(role, unit, on=on)[1]


def seat(role, unit, *, on):
    """Where the nearest holders of ``role`` sit, and they; None and nobody where there are none."""
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
            return place, users
    return None, User.objects.none()


def _upwards(unit):
    """The unit, then those above it; these are asked for only when needed."""
    yield unit
    yield from reversed(unit.ancestors())


def concerned(submission, role, *, on):
    """Ids of people who must not act on a sheet in ``role``: its subject and whoever stands in for him; for school roles, the
    unit's own staff."""
    barred = _concerned(submission, role, on=on)
    if submission.person_id:
        barred.update(standins_for(submission.person_id, on=on).values_list("user_id", flat=True))
    return barred


def _concerned(submission, role, *, on):
    barred = {submission.person_id} - {None}
    if role in SCHOOL_ROLES and submission.unit.parent_id:
        staff = Incumbency.objects.in_force(on).filter(post__unit=submission.unit_id).values_list("user_id", flat=True)
        barred.update(staff)
        barred.update(User.objects.filter(unit=submission.unit_id).values_list("pk", flat=True))
    return barred


def is_concerned(actor, submission, role):
    """As ``concerned``, of one actor: he knows for whom he stands in."""
    return submission.person_id in actor.stands_in_for or actor.user_id in _concerned(submission, role, on=actor.on)


def impartial(users, submission, role, *, on):
    """Those of ``users`` (of a queryset) whom the sheet does not concern."""
    users = users.exclude(pk__in=_concerned(submission, role, on=on))
    if submission.person_id:
        users = users.exclude(pk__in=standins_for(submission.person_id, on=on).values("user"))
    return users


def standins_for(person_id, *, on):
    """The appointments in force of those who stand in for a person, in whatever role."""
    return Appointment.objects.in_force(on).filter(acting_for=person_id)


def absent(role, place, *, on):
    """Users whose ``role`` at the unit ``place`` is exercised by a stand-in on the day ``on``, as a query of their ids."""
    return Appointment.objects.in_force(on).filter(role=role, unit=place, acting_for__isnull=False).values("acting_for")


def acting(role, submission, *, on, besides=()):
    """``(role, users)`` who act in ``role`` on a sheet, climbing past everyone concerned (design decision 5).

    本人 → 单位负责人 → 分管校领导 → 纪委 → 党委. Where nobody is left but people who are absent it climbs as well: a stand-in's
    own sheet does not wait for whom he stands in for. ``besides``: ids of others who must keep out. Returns the last role
    with no users when even the top is concerned.
    """
    if role == "post_holder":
        return role, User.objects.filter(pk=submission.person_id)
    for candidate in CLIMB[CLIMB.index(role) :]:
        place, everyone = seat(candidate, submission.unit, on=on)
        if candidate == GROUP_MEMBER and not everyone.exists():
            return role, everyone  # no list filed yet: the sheet waits for it, it does not pass the group by (R1-51)
        users = impartial(everyone.exclude(pk__in=besides), submission, candidate, on=on)
        here = (
            users
            if candidate == GROUP_MEMBER or place is None
            else users.exclude(pk__in=absent(candidate, place, on=on))
        )
        enough = 2 if candidate == GROUP_MEMBER else 1
        if here.count() >= enough:
            return candidate, users
    return candidate, User.objects.none()


def seats(unit_id, *, on):
    """The seats of a unit's leading group, each ``away`` when somebody stands in for its member today."""
    members = GroupMember.objects.filter(group__in=LeadingGroup.objects.in_force(on).filter(unit=unit_id))
    away = Appointment.objects.in_force(on).filter(acting_for=OuterRef("user"))
    return members.annotate(away=Exists(away))


def units_led(actor):
    """Ids of the units whose collective reviews this person sums up today: as leader, or as deputy of one who is away."""
    led = {grant.unit_id for grant in actor.grants if grant.seat == GroupMember.Seat.LEADER}
    deputy = {grant.unit_id for grant in actor.grants if grant.seat == GroupMember.Seat.DEPUTY}
    for unit in deputy:
        led.update({unit} if seats(unit, on=actor.on).filter(seat=GroupMember.Seat.LEADER, away=True).exists() else ())
    return led


def sums_up_any(actor, submissions):
    """Does this person sum up the collective review of one of ``submissions``: as leader, or as deputy where the sheet is the
    leader's own or the leader is away? A guess from few queries; ``may_conclude`` decides."""
    led = units_led(actor)
    deputy = {grant.unit_id for grant in actor.grants if grant.seat == GroupMember.Seat.DEPUTY}
    if any(submission.unit_id in led for submission in submissions):
        return True
    people = {submission.person_id for submission in submissions if submission.unit_id in deputy}
    leaders = GroupMember.objects.filter(
        group__in=LeadingGroup.objects.in_force(actor.on), seat=GroupMember.Seat.LEADER
    )
    return bool(people) and leaders.filter(group__unit__in=deputy, user__in=people - {None}).exists()
