"""Stand-ins (代理): who exercises a role for its absent holder.

Always for a time that is named beforehand.
"""

from django.db import transaction

from registers import audit, clock
from registers.access import require
from registers.actors import ADMINISTRATORS, DISCIPLINE
from registers.models import Appointment
from registers.refusals import Refused

LONGEST = 180  # days


def roles_of(user, *, on):
    """Return the appointments of ``user`` that somebody else may exercise on the day ``on``.

    They are those he holds in his own right, except those of the three administrators and of whoever reads clues.
    """
    held = Appointment.objects.in_own_right().in_force(on).filter(user=user)
    held = held.exclude(role__in=(*ADMINISTRATORS, DISCIPLINE))
    return held.select_related("unit").order_by("role", "unit__position", "pk")


@transaction.atomic
def set_up(appointments, *, to, since, last, note, actor, at):
    """Let ``to`` exercise these ``appointments`` of one person for a time, and return the new rows.

    ``appointments`` are ids. The time runs from ``since`` to the end of the day ``last``; ``note`` says why. Two people
    asking at once: the rows of the principal are locked, so the second one sees the first. Raises ``Refused`` or
    ``NotAllowed``; then nothing has changed.
    """
    on = clock.local_day(at)
    held = list(
        Appointment.objects.select_for_update(of=("self",))
        .select_related("unit", "user")
        .filter(pk__in=appointments)
        .order_by("pk")
    )
    if not held or len({row.user_id for row in held}) > 1:
        raise Refused("请至少选择一项要由他人代理的职务。", "appointments")
    for row in held:
        require(actor, "set_up_standin", row)
    _check_time(since, last, on)
    principal, until = held[0].user, last + clock.days(1)
    _check_terms(held, since, until)
    _check_person(principal, to, actor, note, on)
    made = []
    for row in held:
        _check_free(row, to, since, until)
        made.append(
            Appointment.objects.create(
                user=to, unit=row.unit, role=row.role, since=since, until=until, acting_for=principal, note=note.strip()
            )
        )
    for row in made:
        audit.append(
            "standin.set_up",
            about=row,
            actor=actor,
            at=at,
            detail={"for": principal.pk, "by": to.pk, "since": since.isoformat(), "until": until.isoformat()},
        )
    return made


def _check_time(since, last, on):
    if since is None or since < on:
        raise Refused("开始日期不能早于今天。", "since")
    if last is None or last < since:
        raise Refused("结束日期不能早于开始日期。", "last")
    if (last - since).days >= LONGEST:
        raise Refused(f"代理最长 {LONGEST} 天，请缩短，到期后可以再次设立。", "last")


def _check_terms(held, since, until):
    for row in held:
        if row.since > since or (row.until is not None and row.until < until):
            raise Refused(f"{row.user}的“{_name_of(row)}”任期不包含这段时间，请调整日期。", "last")


def _check_person(principal, to, actor, note, on):
    if not note.strip():
        raise Refused("请写明代理的事由，如“外出学习”。", "note")
    if to is None or not to.is_active:
        raise Refused("没有这个工号的在用人员，请核对。", "number")
    if to == principal:
        raise Refused("不能代理自己，请填写另一人的工号。", "number")
    if to.pk == actor.user_id:
        raise Refused("不能为自己设立代理，请由委托人本人或另一名管理员办理。", "number")
    if Appointment.objects.in_force(on).filter(user=to, role__in=ADMINISTRATORS).exists():
        raise Refused(f"{to}是系统管理员、安全管理员或审计员，不接触填报内容，不能代理，请另选一人。", "number")


def _check_free(row, to, since, until):
    """One stand-in for a role at a time, who does not hold it anyway."""
    there = Appointment.objects.within(since, until).filter(unit=row.unit, role=row.role)
    other = there.filter(acting_for=row.user_id).select_related("user").first()
    if other is not None:
        raise Refused(
            f"“{_name_of(row)}”在这段时间已由{other.user}代理（{other.since:%Y-%m-%d} 至 {last_day(other):%Y-%m-%d}），"
            "请先终止，或错开日期。",
            "appointments",
        )
    if there.filter(user=to, acting_for=None).exists():
        raise Refused(f"{to}本人就担任“{_name_of(row)}”，不需要代理，请另选一人或不选这一项。", "number")


@transaction.atomic
def end(standin_id, *, actor, at):
    """End a stand-in's power today, before its last day.

    One that has not begun never begins. Raises ``NotAllowed``.
    """
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=standin_id)
    require(actor, "end_standin", row)
    row.until = max(clock.local_day(at), row.since)
    row.save(update_fields=["until"])
    audit.append("standin.end", about=row, actor=actor, at=at, detail={"until": row.until.isoformat()})
    return row


def last_day(row):
    """Return the last day on which a stand-in may act."""
    return row.until - clock.days(1)


def _name_of(row):
    return f"{row.unit} {row.get_role_display()}"
