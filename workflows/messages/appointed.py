"""Appoint to roles and dismiss from them, with a message to whom it is about.

The rules are in ``registers.appointments`` and ``registers.domains``.
"""

from django.db import transaction

from registers import appointments, audit
from registers import domains as charges
from registers.text import clipped
from workflows.messages import notifications


@transaction.atomic
@audit.at_the_end()
def appoint(person, *, role, units, since, last, seat, actor, at, domains=()):
    """Appoint a person and send him a message (``registers.appointments.appoint``).

    ``domains``: those of a leader in charge, beside units or without any (``registers.domains.take``). Raises ``Refused`` or
    ``NotAllowed``.
    """
    term = {"since": since, "last": last, "actor": actor, "at": at}
    made = appointments.appoint(person, role=role, units=units, seat=seat, **term) if units or not domains else []
    led = charges.take(person, domains=domains, **term) if domains else []
    label = dict(appointments.Appointment.Role.choices)[role]
    called = charges.labels() if led else {}
    places = "、".join([row.unit.name for row in made] + [called.get(row.domain, row.domain) for row in led])
    days = f"自{since.month}月{since.day}日起" + (f"至{last.month}月{last.day}日" if last else "")
    key = f"role:{made[0].pk}" if made else f"domain:{led[0].pk}"
    text = clipped(f"您{days}担任{label}（{places}）。", 200)
    notifications.post([(made or led)[0].user], kind="role.appoint", key=key, text=text, submission=None, at=at)
    return [*made, *led]


@transaction.atomic
@audit.at_the_end()
def dismiss(pk, *, last, actor, at):
    """End an appointment and send its holder a message (``registers.appointments.dismiss``).

    Raises ``Refused`` or ``NotAllowed``.
    """
    row = appointments.dismiss(pk, last=last, actor=actor, at=at)
    _tell_end(row, f"role:{row.pk}", f"担任的{row.unit}{row.get_role_display()}", last, at)
    return row


@transaction.atomic
@audit.at_the_end()
def end_charge(pk, *, last, actor, at):
    """End a leader's charge of a domain and send him a message (``registers.domains.end``).

    Raises ``Refused`` or ``NotAllowed``.
    """
    row = charges.end(pk, last=last, actor=actor, at=at)
    _tell_end(row, f"domain:{row.pk}", f"分管的{charges.labels().get(row.domain, row.domain)}", last, at)
    return row


def _tell_end(row, key, what, last, at):
    text = clipped(f"您{what}到{last.month}月{last.day}日为止。", 200)
    key = f"{key}:end:{row.until:%Y%m%d}"
    notifications.post([row.user], kind="role.dismiss", key=key, text=text, submission=None, at=at)
