"""Longer terms (延期): the filler asks, and the role named by the scheme grants or refuses.

Nobody grants his own.
"""

from functools import cache

from django.db import IntegrityError, transaction
from django.utils import timezone

from registers import audit
from registers.access import people_who_may, require
from registers.prepared import Given, Prepared
from registers.refusals import Refused
from registers.text import clipped
from workflows import policies
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Extension, Submission
from workflows.models.submissions import EDITABLE


def _locked(submission_id):
    return Submission.objects.select_for_update(of=("self",)).with_rules().select_related("unit", "person").get(
        pk=submission_id
    )  # fmt: skip


@transaction.atomic
def ask(submission_id, *, until, reason, actor, at):
    """Ask for time until the end of the day ``until``, and return the ``Extension``.

    Only one request can be open at a time. Who decides is ``conduct.extensions`` of the scheme for the submission's
    unit, or the level above where that person is concerned. Raises ``Refused`` or ``NotAllowed``; then nothing has
    changed.
    """
    submission, on = _locked(submission_id), timezone.localdate(at)
    require(actor, "extend", submission)
    if submission.extensions.filter(granted=None).exists():
        raise Refused("已有一份延期申请等待办理，请待答复后再申请。", "until")
    if until is None or until < on or until <= submission.due_on:
        raise Refused(f"申请延至的日期应晚于现在的截止日期（{submission.due_on:%Y-%m-%d}），且不早于今天。", "until")
    _not_too_far(until, on)
    if not reason.strip():
        raise Refused("请写明申请延期的理由。", "reason")
    holding = policies.Holding(on)
    turn = holding.turn_at(_role(submission), submission.unit_id, person=submission.person_id, besides=[actor.user_id])
    if not turn.people:
        raise Refused("目前没有人可以办理延期，请联系学校领导小组办公室。", "reason")
    try:
        with transaction.atomic():
            extension = Extension.objects.create(
                submission=submission,
                asked_by_id=actor.user_id,
                asked_at=at,
                reason=reason.strip(),
                due_before=submission.due_on,
                until=until,
                role=turn.role,
            )
    except IntegrityError:  # a race that the lock did not prevent
        raise Refused("已有一份延期申请等待办理，请待答复后再申请。", "until") from None
    audit.append(
        "extension.ask", about=extension, actor=actor, at=at, detail={"sheet": submission.pk, "role": turn.role}
    )
    _tell_deciders(extension, at=at)
    return extension


def _not_too_far(until, on):
    if days.is_too_far(until, on):
        raise Refused("所填的日期在一年以后，请核对年份。", "until")


def _role(submission):
    """Return the role that grants longer terms under the submission's rule book."""
    return submission.task.campaign.scheme.rules.conduct.extensions


def _tell_deciders(extension, *, at):
    submission, day = extension.submission, extension.until
    notifications.post(
        people_who_may("decide", extension),
        kind="extension.ask",
        key=f"extension:{extension.pk}:{extension.role}",
        text=f"{extension.asked_by}申请“{submission.task.label}”（{submission.unit}）延期至 {day.month}月{day.day}日，请办理。"[
            :200
        ],
        submission=None,
        at=at,
    )


@transaction.atomic
def decide(extension_id, *, grant, actor, at, answer="", granted_until=None):
    """Grant a longer term until the end of ``granted_until``, or refuse it with an ``answer``.

    ``granted_until`` None means the day that was asked for. Who decides second gets to know that it is done. Raises
    ``Refused`` or ``NotAllowed``; then nothing has changed.
    """
    asked = Extension.objects.select_related("submission").get(pk=extension_id)
    submission, on = _locked(asked.submission_id), timezone.localdate(at)  # the submission is always locked first
    extension = Extension.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=extension_id)
    extension.submission = submission
    require(actor, "decide", extension)
    until = granted_until or extension.until
    if grant and (until < on or until <= submission.due_on):
        raise Refused(f"准予的日期应晚于现在的截止日期（{submission.due_on:%Y-%m-%d}），且不早于今天。", "until")
    if grant:
        _not_too_far(until, on)
    if not grant and not answer.strip():
        raise Refused("不予延期，请写明理由。", "answer")
    extension.granted, extension.answer = grant, answer.strip()
    extension.granted_until = until if grant else None
    extension.decided_by_id, extension.decided_at = actor.user_id, at
    extension.on_behalf_of_id = actor.on_behalf_of(extension.role, submission.unit_id)
    extension.save()
    if grant:
        submission.due_on = until
        submission.save(update_fields=["due_on"])
    act = "extension.grant" if grant else "extension.refuse"
    behalf = {"for": extension.on_behalf_of_id} if extension.on_behalf_of_id else {}
    audit.append(
        act,
        about=extension,
        actor=actor,
        acting_role=extension.role,
        at=at,
        detail={"sheet": submission.pk, "until": until.isoformat() if grant else None, **behalf},
    )
    text = (
        f"“{submission.task.label}”（{submission.unit}）准予延期，截止 {until.month}月{until.day}日 24:00。"
        if grant
        else f"“{submission.task.label}”（{submission.unit}）的延期申请未获准，答复见该表的办理记录。"
    )
    notifications.post(
        [extension.asked_by],
        kind=act,
        key=f"extension:{extension.pk}:decided",
        text=clipped(text, 200),
        submission=submission,
        at=at,
    )
    return extension


def lapse(submissions, *, why, at):
    """Close open requests for ``submissions`` (ids or a query) that were stopped or given the time.

    ``why``: the reason in words, such as “该表已停办”. Call it in the transaction of that act.
    """
    _lapse(Extension.objects.filter(submission__in=submissions, granted=None), why, at)


def lapse_of(submission, *, at):
    """Close the open request for a submission that is handed in, in the transaction of that act."""
    _lapse(_open_requests().of(submission=submission.pk), "该表已提交", at)


@cache
def _open_requests():
    return Prepared(Extension.objects.filter(submission=Given("submission"), granted=None))


def _lapse(extensions, why, at):
    for extension in extensions:
        extension.granted, extension.decided_at = False, at
        extension.answer = f"{why}。"
        extension.save(update_fields=["granted", "decided_at", "answer"])
        audit.append("extension.lapse", about=extension, at=at, detail={"sheet": extension.submission_id})


def reseat(*, at):
    """Pass on open requests that nobody can decide any more, and return how many.

    Running it again changes nothing.
    """
    reseated = 0
    waiting = Extension.objects.filter(granted=None, submission__state__in=EDITABLE)
    for extension in waiting.filter(submission__task__campaign__state="open").order_by("pk"):
        reseated += _pass_up(extension, at=at)
    return reseated


@transaction.atomic
def _pass_up(extension, *, at):
    submission = _locked(extension.submission_id)
    extension = Extension.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=extension.pk)
    extension.submission = submission
    holding = policies.Holding(timezone.localdate(at))
    about = {"person": submission.person_id, "besides": [extension.asked_by_id]}
    turn = holding.turn_at(_role(submission), submission.unit_id, **about)
    if extension.granted is not None or turn.role == extension.role or not turn.people:
        return False
    if holding.is_manned(extension.role, *holding.able(extension.role, submission.unit_id, **about)):
        return False
    left, extension.role = extension.role, turn.role
    extension.save(update_fields=["role"])
    audit.append("extension.reseated", about=extension, at=at, detail={"from": left, "to": turn.role})
    _tell_deciders(extension, at=at)
    return True
