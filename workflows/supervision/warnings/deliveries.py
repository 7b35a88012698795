"""How a letter reaches whom it is for (送达回证), its correction, and the record of a talk."""

from django.db import transaction

from registers import clock
from registers.access import require
from registers.refusals import Refused, Stale
from workflows.deadlines import days
from workflows.models import TalkRecord, WarningDelivery, WarningStep
from workflows.supervision.warnings.drafting import locked
from workflows.supervision.warnings.steps import delivered, noted

FIELDS = (
    "way",
    "place",
    "signed_by",
    "received_on",
    "substitute",
    "refused",
    "refusal",
    "witness",
    "servers",
    "remark",
)
TALK = (
    "talker",
    "recorder",
    "companions",
    "place",
    "held_on",
    "starts_at",
    "ends_at",
    "said",
    "statement",
    "demands",
    "stand",
    "signed",
)
SERVERS = 2  # who bring a letter, or see it refused


@transaction.atomic
def deliver(pk, *, values, seen_version, actor, at):
    """Record how a letter was delivered and return the warning. The answer's days run from that day.

    ``values``: those in ``FIELDS``. A refusal before a witness counts as delivered. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    warning = _current(pk, "deliver", seen_version, actor)
    _fits(warning, values, actor)
    WarningDelivery.objects.create(warning=warning, by_id=actor.user_id, at=at, **values)
    return _done(warning, values["received_on"], actor=actor, at=at)


@transaction.atomic
def correct(pk, *, values, reason, seen_version, actor, at):
    """Correct a receipt that was recorded wrongly and return the warning.

    The old one is struck and stays on record. ``values``: those in ``FIELDS``. ``reason``: what was wrong. The answer's days run from
    the corrected day, unless another answer has been asked for since. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    warning = _current(pk, "correct", seen_version, actor)
    if not reason:
        raise Refused("请写明更正的原因。", "reason")
    _fits(warning, values, actor)
    old = warning.deliveries.select_for_update().get(struck_at=None)
    if all(getattr(old, name) == values[name] for name in FIELDS):
        raise Refused("与原登记相同，没有更正。", "received_on")
    old.struck_by_id, old.struck_at, old.strike_reason = actor.user_id, at, reason
    old.save(update_fields=["struck_by", "struck_at", "strike_reason"])
    WarningDelivery.objects.create(warning=warning, by_id=actor.user_id, at=at, **values)
    asked = warning.answer_due_on
    delivered(warning, values["received_on"])
    if warning.steps.filter(kind=WarningStep.Kind.ASK_AGAIN).exists():
        warning.answer_due_on = asked
    if warning.answered_at is not None:
        warning.answer_late = days.is_overdue(warning.answer_due_on, warning.answered_at)
    return _recorded(warning, WarningStep.Kind.CORRECT, reason, actor=actor, at=at)


def _fits(warning, values, actor):
    """Raise ``Refused`` where a receipt does not say what one has to."""
    _on_a_day(warning, values["received_on"], actor, "received_on", "送达日期")
    if values["refused"]:
        for name, label in (("refusal", "拒收事由"), ("witness", "见证人")):
            if not values[name]:
                raise Refused(f"拒收的，请填写{label}。", name)
        if values["signed_by"]:
            raise Refused("拒收的没有签收人，请清空签收人；由他人代收的，不要勾选拒收。", "signed_by")
        if values["witness"] in _names(values["servers"]):
            raise Refused("见证人不能是送达人。", "witness")
    else:
        if not values["signed_by"]:
            raise Refused("请填写回证上的签收人。没有签收又没有拒收的，不算送达。", "signed_by")
        if values["refusal"] or values["witness"]:
            raise Refused("填写了拒收事由或见证人，请勾选拒收，或清空这两项。", "refused")
    if len(_names(values["servers"])) < SERVERS and values["way"] in ("direct", "left"):
        raise Refused("直接送达和留置送达须有两名送达人，请用顿号隔开。", "servers")


@transaction.atomic
def talk(pk, *, values, seen_version, actor, at):
    """Write the record of a talk and return the warning. A talk is delivered by being held.

    ``values``: those in ``TALK``. Raises ``NotAllowed``, ``Refused`` or ``Stale``.
    """
    warning = _current(pk, "talk", seen_version, actor)
    _on_a_day(warning, values["held_on"], actor, "held_on", "谈话日期")
    if values["ends_at"] <= values["starts_at"]:
        raise Refused("结束时间应晚于开始时间。", "ends_at")
    if values["talker"] == values["recorder"]:
        raise Refused("谈话人和记录人不能是同一人。", "recorder")
    TalkRecord.objects.create(warning=warning, by_id=actor.user_id, at=at, **values)
    return _done(warning, values["held_on"], actor=actor, at=at)


def _current(pk, action, seen_version, actor):
    warning = locked(pk)
    require(actor, action, warning)
    if warning.version != seen_version:
        raise Stale(warning)
    return warning


def _done(warning, on, *, actor, at):
    delivered(warning, on)
    return _recorded(warning, WarningStep.Kind.DELIVER, actor=actor, at=at)


def _recorded(warning, kind, words="", *, actor, at):
    warning.version += 1
    warning.save()
    noted(warning, kind, words, actor=actor, at=at)
    return warning


def _on_a_day(warning, day, actor, field, label):
    """Raise ``Refused`` where a day lies before the letter was issued, or ahead."""
    issued_on = clock.local_day(warning.issued_at)
    if not issued_on <= day <= actor.on:
        raise Refused(f"{label}应在签发之日（{issued_on}）至今天之间。", field)


def _names(text):
    return [name for name in text.replace(",", "、").replace("，", "、").replace(" ", "、").split("、") if name]
