"""Set up and end stand-ins, with a message to the people concerned.

The rule is in ``registers.standins``.
"""

from django.db import transaction

from registers import standins
from registers.text import clipped
from workflows.messages import notifications


@transaction.atomic
def set_up(appointments, *, to, since, last, note, actor, at):
    """Set up a stand-in and send a message to him and his principal (``registers.standins.set_up``).

    Raises ``Refused`` or ``NotAllowed``.
    """
    made = standins.set_up(appointments, to=to, since=since, last=last, note=note, actor=actor, at=at)
    principal = made[0].acting_for
    roles = "、".join(f"{row.unit}{row.get_role_display()}" for row in made)
    span = f"{since.month}月{since.day}日至{last.month}月{last.day}日"
    texts = [(to, f"{principal}委托您代理：{roles}，{span}。")]
    if actor.user_id != principal.pk:
        texts.append((principal, f"管理员为您设立了代理：{to}代理{roles}，{span}。"))
    for person, text in texts:
        _post(person, f"standin:{made[0].pk}", text, kind="standin.set_up", at=at)
    return made


@transaction.atomic
def end(standin_id, *, actor, at):
    """End a stand-in and send a message to the other side (``registers.standins.end``).

    Raises ``NotAllowed``.
    """
    row = standins.end(standin_id, actor=actor, at=at)
    text = f"{row.user}代理{row.acting_for}的{row.unit}{row.get_role_display()}已终止。"
    for person in {row.user, row.acting_for} - {actor.user}:
        _post(person, f"standin:{row.pk}:end", text, kind="standin.end", at=at)
    return row


def _post(person, key, text, *, kind, at):
    text = clipped(text, 200)
    notifications.post([person], kind=kind, key=key, text=text, submission=None, at=at)
