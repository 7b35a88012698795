"""Appoint to roles and dismiss from them, with a message to whom it is about.

The rule is in ``registers.appointments``.
"""

from django.db import transaction

from registers import appointments, audit
from registers.text import clipped
from workflows.messages import notifications


@transaction.atomic
@audit.at_the_end()
def appoint(person, *, role, units, since, last, seat, actor, at):
    """Appoint a person and send him a message (``registers.appointments.appoint``).

    Raises ``Refused`` or ``NotAllowed``.
    """
    made = appointments.appoint(person, role=role, units=units, since=since, last=last, seat=seat, actor=actor, at=at)
    places = "、".join(row.unit.name for row in made)
    term = f"自{since.month}月{since.day}日起" + (f"至{last.month}月{last.day}日" if last else "")
    text = clipped(f"您{term}担任{made[0].get_role_display()}（{places}）。", 200)
    notifications.post([made[0].user], kind="role.appoint", key=f"role:{made[0].pk}", text=text, submission=None, at=at)
    return made


@transaction.atomic
@audit.at_the_end()
def dismiss(pk, *, last, actor, at):
    """End an appointment and send its holder a message (``registers.appointments.dismiss``).

    Raises ``Refused`` or ``NotAllowed``.
    """
    row = appointments.dismiss(pk, last=last, actor=actor, at=at)
    text = clipped(f"您担任的{row.unit}{row.get_role_display()}到{last.month}月{last.day}日为止。", 200)
    key = f"role:{row.pk}:end:{row.until:%Y%m%d}"
    notifications.post([row.user], kind="role.dismiss", key=key, text=text, submission=None, at=at)
    return row
