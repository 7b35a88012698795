"""The life of a notice: sheets wait for one, its last day ends it, open objections hold sheets up.

Source: R1-27, R1-28.
"""

from functools import cache, partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from registers import audit, jobs
from registers.prepared import Given, Prepared
from registers.refusals import Refused
from workflows import policies
from workflows.messages import notifications
from workflows.models import Decision, NoticeSheet, Objection, PublicityNotice, Submission
from workflows.models.submissions import State
from workflows.policies.publicity import drafters
from workflows.publicity import attaching
from workflows.routing import arrivals, moves, overtaken
from workflows.sheets.documents import Composition

CHANGED, OVERTAKEN = "本表已变动，重新公示", "登记册已有变动，退回填报人重新核对"
UPHELD = "异议成立，退回更正后重新公示"
WAITING = "“{task}”（{unit}）等待公示，请起草公示。"


def publicise(composition, step, role, at):
    """Let a submission that enters its notice step wait for a notice, and tell who may draft one."""
    submission = composition.submission
    take_off(submission, at)  # it was taken back on a notice of before, which did not hear of that
    submission.waiting_role = policies.UNPUBLISHED
    arrivals.note_arrival(submission, step, role, at)
    ask_for_draft(submission, at=at)


def go_on_notice(notice):
    """Let the locked sheets of a notice that was released this moment wait until its last day."""
    sheets_on(notice).update(waiting_role=policies.NOTICE, step_due_on=notice.ends_on)


def wait_again(bundled, *, outcome, at):
    """Take a sheet off a notice that is withdrawn: it waits for another.

    Those who may draft that are told.
    """
    submission = moves.locked(bundled.submission_id)
    leave(bundled, outcome=outcome, at=at)
    if submission.waiting_role != policies.NOTICE:  # it was taken back on a notice of before
        return
    submission.waiting_role = policies.UNPUBLISHED
    submission.step_due_on = moves.due_at(submission.step_rules, submission, timezone.localdate(at))
    submission.save(update_fields=["waiting_role", "step_due_on"])
    ask_for_draft(submission, at=at)


def ask_for_draft(submission, *, at):
    """Tell those who may draft a notice that a sheet waits for one: of a task and unit once a day."""
    step, on = submission.step_rules, timezone.localdate(at)
    text = WAITING.format(task=submission.task.label, unit=submission.unit)
    people = drafters(policies.Holding(on), step, submission.unit_id)
    key = f"notice:{submission.task_id}:{submission.unit_id}:{on:%Y%m%d}"
    notifications.post_each([(person, key, text, None) for person in people], kind="notice.waiting", at=at)


def take_off(submission, at, *, outcome=CHANGED):
    """Take a locked sheet off the notice that it is on.

    From a draft it goes without a trace, and so does the draft that nothing is left on.
    """
    for bundled in submission.notice_sheets.filter(left_at=None):
        notice = PublicityNotice.objects.select_for_update().filter(pk=bundled.notice_id).first()
        if notice is None:  # a draft that was thrown away this moment
            continue
        if notice.released_at is not None:
            leave(bundled, outcome=outcome, at=at)
            continue
        bundled.delete()
        if not notice.bundled.exists():
            attaching.detach_all(notice, actor=None, at=at)
            notice.delete()


moves.ON_ENTER["publicise"], moves.ON_LEAVE["publicise"] = publicise, take_off


def leave(bundled, *, outcome, at, ended=False):
    """Take a sheet off a released notice. ``ended``: its time on notice is over and nothing holds it up."""
    bundled.left_at, bundled.ended, bundled.outcome = at, ended, outcome
    bundled.save(update_fields=["left_at", "ended", "outcome"])


def open_objections():
    """The objections that are not answered. Suggestions are none."""
    return Objection.objects.filter(handled_at=None).exclude(category=Objection.Category.SUGGESTION)


def counted():
    """The objections that the outcome of a notice counts: no suggestions, and none that were taken back."""
    return Objection.objects.exclude(category=Objection.Category.SUGGESTION).exclude(
        finding=Objection.Finding.RETRACTED
    )


def holding_up(bundled):
    """The open objections that hold a sheet up: to a row of it, and to the notice as a whole.

    A suggestion holds nothing up.
    """
    open_ones = open_objections().filter(notice=bundled.notice_id)
    return open_ones.filter(Q(submission=None) | Q(submission=bundled.submission_id))


def ended(on):
    """Return the notices whose last day is past and of which some sheet may go on, or none is left."""
    return _ended().of(on=on)


@cache
def _ended():
    there = NoticeSheet.objects.filter(notice=OuterRef("pk"), left_at=None)
    open_ones = open_objections().filter(notice=OuterRef("pk"))
    on_sheet = (
        open_objections()
        .filter(notice=OuterRef("notice"))
        .filter(Q(submission=None) | Q(submission=OuterRef("submission")))
    )
    past = PublicityNotice.objects.filter(ends_on__lt=Given("on"), cleared_at=None, withdrawn_at=None)
    return Prepared(past.filter(Exists(there.exclude(Exists(on_sheet))) | (~Exists(there) & ~Exists(open_ones))))


def locked(notice, sheets=None):
    """Return the notice as it is now, locked. Raises ``Refused`` when it was a draft and is gone.

    ``sheets``: those on it that are concerned, as a query. A sheet is locked before its notice, and of two the older one first.
    """
    if sheets is not None:
        list(sheets.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    rows = PublicityNotice.objects.with_rules().select_related("unit").select_for_update(of=("self",))
    found = rows.filter(pk=notice.pk).first()
    if found is None:
        raise Refused("该草稿已被删除，所列的表仍待公示。")
    return found


def sheets_on(notice):
    """The sheets that are on a notice."""
    there = NoticeSheet.objects.filter(notice=notice, left_at=None)
    return Submission.objects.filter(pk__in=there.values("submission"))


def finish(notice, *, at):
    """Move the sheets of an ended notice on and clear it, and return whether it is cleared now.

    Each sheet goes in a transaction of its own: not when it went already, or when an objection is open. Where another sheet has
    changed the same records meanwhile, it goes back to its filler instead.
    """
    for bundled in notice.bundled.filter(left_at=None):
        moved = overtaken.or_send_back(partial(_finish_sheet, bundled, at=at), bundled.submission_id, at=at)
        if isinstance(moved, Decision):
            NoticeSheet.objects.filter(pk=bundled.pk).update(outcome=OVERTAKEN)
    return _clear(notice, at=at)


@audit.at_the_end()
def _finish_sheet(bundled, *, at):
    submission, notice = moves.locked(bundled.submission_id), locked(bundled.notice)
    bundled = NoticeSheet.objects.get(pk=bundled.pk)
    if bundled.left_at is not None or notice.withdrawn_at is not None or holding_up(bundled).exists():
        return False
    if submission.waiting_role != policies.NOTICE:  # it was taken back on a notice of before
        leave(bundled, outcome=CHANGED, at=at)
        return True
    raised = counted().filter(Q(submission=None) | Q(submission=submission.pk), notice=notice)
    leave(bundled, outcome=_outcome(raised.count()), at=at, ended=True)
    moves.move(Composition(submission), "automatic", actor=None, at=at)
    return True


def _outcome(number):
    return f"收到异议 {number} 件，均已处理" if number else "无异议"


@transaction.atomic
def _clear(notice, *, at):
    """Close a notice that no sheet is on any more and no open objection is about, and return whether it was done now."""
    now = locked(notice)
    if now.cleared_at is not None or now.withdrawn_at is not None:
        return False
    if now.bundled.filter(left_at=None).exists() or open_objections().filter(notice=now).exists():
        return False
    last = now.bundled.filter(ended=False).order_by(F("left_at").desc()).first()
    regular = now.bundled.filter(ended=True).exists()
    now.outcome = _outcome(counted().filter(notice=now).count()) if regular or last is None else last.outcome
    now.cleared_at = at
    now.save(update_fields=["outcome", "cleared_at"])
    forget_copies(now)
    audit.append("notice.clear", about=now, at=at)
    return True


def forget_copies(notice):
    """Delete the files of a notice that were written for somebody and are kept to be fetched."""
    jobs.forget_copies(f"/notices/{notice.pk}/")


def locked_on(notice, sheet):
    """Return the sheet with the id ``sheet`` as ``notice`` lists it, locked, as a ``Composition``.

    It waits there, or, since that was withdrawn, for another notice. None where it has moved since.
    """
    submission = moves.locked(sheet)
    bundled = NoticeSheet.objects.filter(notice=notice, submission=submission).first()
    as_listed = bundled is not None and (bundled.left_at is None or bundled.version == submission.version)
    waits = submission.state == State.IN_REVIEW and submission.waiting_role in (policies.UNPUBLISHED, policies.NOTICE)
    return Composition(submission) if as_listed and waits else None


def send_back(composition, reasons, *, why, handling, at, outcome=UPHELD):
    """Send a locked sheet back because of what was found wrong on its notice, and take it off.

    ``reasons``: entry key → what is wrong; a row that is no proposal of the sheet joins the opinion. ``outcome``: why it left the notice.
    """
    take_off(composition.submission, at, outcome=outcome)
    known = {entry.key for entry in composition.entries if entry.lines}
    named = {key: reason for key, reason in reasons.items() if key in known}
    overtaken.return_rows(composition, named, why=why if named else f"{why}\n{handling}", at=at)
