"""The life of a notice: a route opens it, its last day ends it, open objections block it.

Source: R1-27, R1-28.
"""

from functools import partial

from django.db import transaction
from django.utils import timezone

from registers import audit
from workflows import policies
from workflows.campaign.repeated import TITLE
from workflows.deadlines import days
from workflows.models import Decision, PublicityNotice
from workflows.publicity import showing
from workflows.routing import custody, moves, overtaken
from workflows.sheets.documents import Composition


def open_notice(submission, step, *, at, items):
    """Publish ``items`` of a submission for ``step.days`` working days, from the day after ``at``.

    ``items``: the rows of ``showing.items``, the only fields shown. Returns the ``PublicityNotice``. Source: domain D1.
    """
    today = timezone.localdate(at)
    starts_on = days.add_days(today, 1)
    return PublicityNotice.objects.create(
        submission=submission,
        round=submission.round,
        audience=step.audience,
        unit=submission.unit,
        title=TITLE.format(unit=submission.unit, task=submission.task.label),
        items=items,
        columns=showing.columns(submission),
        starts_on=starts_on,
        ends_on=days.add_working_days(today, step.days),
    )


def publicise(composition, step, role, at):
    """Open the notice of a submission that enters its notice step, and let it wait there.

    The notice shows what the act recorded.
    """
    submission = composition.submission
    notice = open_notice(submission, step, at=at, items=showing.items(composition))
    submission.waiting_role, submission.step_due_on = policies.NOTICE, notice.ends_on
    custody.give_custody(submission, step, role, at)


moves.ON_ENTER["publicise"] = publicise


def ended(on):
    """The notices whose last day is past, with no open objection, that are still to be cleared."""
    return PublicityNotice.objects.filter(ends_on__lt=on, cleared_at=None).exclude(
        objections__handled_at=None, objections__isnull=False
    )


def has_open_objections(notice):
    """Return whether somebody has objected and the office has not handled it yet."""
    return notice.objections.filter(handled_at=None).exists()


def locked(notice):
    """Return the notice as it is now, locked, so that none ends while somebody objects to it."""
    return PublicityNotice.objects.select_for_update(of=("self",)).select_related("submission").get(pk=notice.pk)


@transaction.atomic
def clear(notice, *, at):
    """Close an ended notice and write its outcome."""
    objections = notice.objections.count()
    notice.outcome = f"收到异议 {objections} 件，均已处理" if objections else "无异议"
    notice.cleared_at = at
    notice.save(update_fields=["outcome", "cleared_at"])
    audit.append("notice.clear", about=notice, at=at)


@transaction.atomic
def finish(notice, *, at):
    """Clear an ended notice and move its submission on.

    Return whether that was done: not when it was done already, or when an objection is open.

    Where another sheet has changed the same records meanwhile, the submission goes back to its filler instead.
    """
    moved = overtaken.or_send_back(partial(_finish, notice, at=at), notice.submission_id, at=at)
    if isinstance(moved, Decision):
        notice.outcome, notice.cleared_at = "登记册已有变动，退回填报人重新核对", at
        notice.save(update_fields=["outcome", "cleared_at"])
        audit.append("notice.clear", about=notice, at=at)
    return bool(moved)


@audit.at_the_end()
def _finish(notice, *, at):
    submission, now = moves.locked(notice.submission_id), locked(notice)
    if now.cleared_at is not None or submission.waiting_role != policies.NOTICE or has_open_objections(now):
        return False
    clear(notice, at=at)
    moves.move(Composition(submission), "automatic", actor=None, at=at)
    return True
