"""Accountability, by reference only, and commendation. Source: R0-19, R1-48, R2-19."""

from django.db import transaction

from registers import audit
from registers.access import require
from registers.refusals import Refused
from workflows.models import AccountabilityRecord, Commendation

ACCOUNTABILITY = ("decided_by", "reference", "decided_on", "kept_at")
COMMENDATION = ("title", "words", "decided_by", "reference", "decided_on")


@transaction.atomic
def hold_to_account(institution, *, unit, person, values, warning=None, actor, at):
    """Record that a unit or a person was held to account and return the record.

    ``values``: those in ``ACCOUNTABILITY``. What is sent twice is one record. Raises ``NotAllowed`` or ``Refused``.
    """
    return _record(
        AccountabilityRecord(institution=institution, unit=unit, person=person, warning=warning, **values),
        (*ACCOUNTABILITY, "warning"),
        "accountability.record",
        actor,
        at,
    )


@transaction.atomic
def commend(institution, *, unit, person, values, actor, at):
    """Record that a unit or a person was commended and return the record.

    ``values``: those in ``COMMENDATION``. What is sent twice is one record. Raises ``NotAllowed`` or ``Refused``.
    """
    made = Commendation(institution=institution, unit=unit, person=person, **values)
    return _record(made, COMMENDATION, "commendation.record", actor, at)


def _record(made, names, act, actor, at):
    require(actor, "record", made)
    if made.decided_on > actor.on:
        raise Refused("决定日期不能晚于今天。", "decided_on")
    type(made.unit).objects.select_for_update(of=("self",)).get(pk=made.unit_id)
    same = {name: getattr(made, name) for name in names}
    again = type(made).objects.filter(unit=made.unit, person=made.person, **same).first()
    if again is not None:
        return again
    made.by_id, made.at = actor.user_id, at
    made.save()
    audit.append(act, about=made, actor=actor, at=at)
    return made
