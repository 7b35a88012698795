"""Roles: who is appointed to which, from when until when, and dismissed (任免).

Which role appoints to which is one table, ``registers.policies.APPOINTS``. Stand-ins have a room of their own, ``registers.standins``,
and so have the domains of leaders in charge, ``registers.domains``.
Source: R0-04, R2-06, R3-03, R4 (三员).
"""

from datetime import date

from django.db import transaction

from registers import audit, clock
from registers.access import require
from registers.actors import ADMINISTRATORS, DISCIPLINE, ROLE_LABELS, SCHOOL_ROLES
from registers.models import Appointment, DomainCharge, Unit, User
from registers.models.spans import is_closed
from registers.refusals import Refused

Seat = Appointment.Seat
# The places among several holders of a role; a role that is not named here has none.
SEATS = {
    "school_group": (Seat.LEADER, Seat.DEPUTY, Seat.MEMBER),
    "office": (Seat.DIRECTOR, Seat.DEPUTY_DIRECTOR, Seat.STAFF),
    "unit_head": (Seat.PARTY, Seat.ADMINISTRATIVE),
}
OF_THE_SCHOOL = (*SCHOOL_ROLES, DISCIPLINE, *ADMINISTRATORS)  # held for the institution as a whole
NEVER_VACANT = ("sys_admin", "security_admin")  # who else would appoint them


@transaction.atomic
def appoint(person, *, role, units, since, last, seat, actor, at):
    """Appoint a person to ``role`` at each of ``units`` (ids), and return the new rows.

    ``person``: his id. ``last``: the last day in the role, None where none is known. ``seat``: his place among several holders,
    empty where there are none. Raises ``Refused`` or ``NotAllowed``; then nobody is appointed to anything.
    """
    user, until = appointed_until(person, since=since, last=last)
    if seat and seat not in SEATS.get(role, ()):
        raise Refused(f"“{ROLE_LABELS[role]}”没有这个席位，请重新选择。", "seat")
    made = []
    for unit in Unit.objects.filter(pk__in=units).order_by("position", "code"):
        row = Appointment(user=user, unit=unit, role=role, since=since, until=until, seat=seat)
        check(row, actor=actor)
        row.save()
        made.append(row)
    if not made:
        raise Refused("请选择单位。", "units")
    for row in made:
        audit.append("role.appoint", about=row, actor=actor, at=at, detail=_detail(row))
    return made


def appointed_until(person, *, since, last):
    """Return a person (his id), locked, and the first day on which he no longer holds what he is given.

    ``last``: his last day, None where none is known. Raises ``Refused``.
    """
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person)
    if not user.is_active:
        raise Refused(f"{user}的账号已停用，不能任职；需要时请先启用。", "number")
    if last is not None and last < since:
        raise Refused("任期截止不能早于任职日期。", "last")
    return user, None if last is None else last + clock.days(1)


def check(row, *, actor):
    """Stop an appointment that must not be made.

    ``row`` is not written yet. Raises ``Refused`` or ``NotAllowed``.
    """
    require(actor, "appoint", row)
    _check_unit(row)
    check_apart(row)
    _check_once(row)


def _check_unit(row):
    if row.role in OF_THE_SCHOOL and row.unit.parent_id is not None:
        raise Refused(f"“{ROLE_LABELS[row.role]}”是全校的角色，单位请选学校。", "units")
    if is_closed(row.unit, row.since):
        raise Refused(f"{row.unit}在任职日期已经撤销，请另选单位。", "units")


def check_apart(row):
    """Stop what would make an administrator of the three something else at the same time, even a stand-in.

    ``row``: an appointment, or the charge of a domain. Raises ``Refused``.
    """
    others = Appointment.objects.within(row.since, row.until or date.max).filter(user=row.user_id)
    others = others.exclude(role=row.role) if row.role in ADMINISTRATORS else others.filter(role__in=ADMINISTRATORS)
    if (other := others.first()) is not None:
        raise Refused(
            f"{row.user}在这段时间担任{ROLE_LABELS[other.role]}。系统管理员、安全管理员和审计员不能兼任其他角色，请另选一人。",
            "number",
        )
    led = DomainCharge.objects.within(row.since, row.until or date.max).filter(user=row.user_id)
    if row.role in ADMINISTRATORS and led.exists():
        raise Refused(f"{row.user}在这段时间有分管领域，请先结束，或另选一人。", "number")


def _check_once(row):
    same = Appointment.objects.within(row.since, row.until or date.max).filter(
        user=row.user_id, unit=row.unit_id, role=row.role
    )
    if (other := same.first()) is not None:
        words = f"自 {other.since:%Y-%m-%d} 起" + (f"至 {last_day(other):%Y-%m-%d} " if other.until else "")
        what = "代理" if other.acting_for_id else "担任"
        raise Refused(f"{row.user}{words}已{what}{row.unit}的{ROLE_LABELS[row.role]}，请调整日期。", "since")


@transaction.atomic
def dismiss(pk, *, last, actor, at):
    """End an appointment with the day ``last``, and return it.

    One that has not begun by then never begins. Raises ``Refused`` or ``NotAllowed``.
    """
    row = Appointment.objects.select_for_update(of=("self",)).select_related("user", "unit").get(pk=pk)
    until = check_dismissal(row, last=last, actor=actor, on=clock.local_day(at))
    Appointment.objects.filter(pk=row.pk).end(until)
    row.refresh_from_db(fields=["until"])
    audit.append("role.dismiss", about=row, actor=actor, at=at, detail=_detail(row))
    return row


def check_dismissal(row, *, last, actor, on):
    """Return the first day on which the role is not held any more, by the last one given.

    Raises ``Refused`` or ``NotAllowed`` where it must not end so.
    """
    require(actor, "appoint", row)
    if row.acting_for_id:
        raise Refused("这是代理，请在“代理”页终止。")
    until = ended_until(row, last=last, on=on)
    _check_not_the_last(row, until)
    return until


def ended_until(row, *, last, on):
    """Return the first day on which what somebody holds ends, by the last one given. Raises ``Refused``."""
    if has_ended(row, on):
        raise Refused("该任职已经结束，不必再免去。")
    until = max(last + clock.days(1), row.since)
    if row.until is not None and until > row.until:
        raise Refused(f"原定任期到 {last_day(row):%Y-%m-%d} 为止，不能再延后；需要时请另行任职。", "last")
    return until


def _check_not_the_last(row, until):
    if row.role not in NEVER_VACANT:
        return
    others = Appointment.objects.in_force(until).filter(role=row.role, user__is_active=True).exclude(pk=row.pk)
    if not others.exclude(user=row.user_id).exists():
        raise Refused(f"这是唯一的{ROLE_LABELS[row.role]}。请先任命另一名，再免去这一名。")


def has_ended(row, on):
    """Whether an appointment is over on the day ``on``, or never began."""
    return row.until is not None and (row.until <= on or row.until <= row.since)


def last_day(row):
    """Return the last day of an appointment, None where no end is known."""
    return row.until - clock.days(1) if row.until else None


def _detail(row):
    return {
        "user": row.user_id,
        "unit": row.unit_id,
        "role": row.role,
        "seat": row.seat,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }
