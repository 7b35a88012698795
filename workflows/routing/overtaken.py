"""A sheet goes back to its filler when another sheet has replaced what its changes start from."""

from django.db import transaction
from django.utils import timezone

from registers import versions
from registers.refusals import Stale
from workflows import terms
from workflows.models.submissions import State
from workflows.routing import carrying, moves
from workflows.sheets import overlaps
from workflows.sheets.documents import Composition


def or_send_back(act, submission_id, *, at):
    """Do ``act`` in one transaction and return what it returns.

    Where it finds that the sheet's changes are outdated, nothing of it is done: the sheet goes back to its filler, and the decision
    that says so is returned. Raises what ``act`` raises otherwise.
    """
    try:
        with transaction.atomic():
            return act()
    except versions.Outdated:
        return _send_back(submission_id, at=at)


def require_current(composition):
    """Raise ``Outdated`` when a line of the sheet starts from a version that is no longer in force."""
    if conflicts := overlaps.conflicts_of(composition.lines):
        raise versions.Outdated(conflicts)


@transaction.atomic
def _send_back(submission_id, *, at):
    """Return the sheet by itself: each line that is outdated with what has happened to its record, the others as they were."""
    composition = Composition(moves.locked(submission_id))
    submission, found = composition.submission, overlaps.of_submitted(composition)
    if not found or submission.state != State.IN_REVIEW:
        raise Stale(submission)
    reasons = {key: f"{outdated.sentence}，请按现行登记重新核对。" for key, outdated in found.items()}
    return return_rows(composition, reasons, why="登记册已有变动，本表不能按原样生效。", at=at)


def return_rows(composition, reasons, *, why, at):
    """Send a sheet back although nobody decides at its step, and return the decision, which is nobody's.

    ``reasons``: entry key → what is wrong with the row. ``why``: the first line of the opinion. The sheet is locked by the caller.
    """
    opinion, returned = [why], {}
    for entry in composition.entries:
        if entry.key in reasons:
            returned[entry.key] = reasons[entry.key]
            opinion.append(f"第 {entry.number} 项：{reasons[entry.key]}")
            composition.line_rows.filter(entry=entry.key).update(
                verdict="returned",
                comment=reasons[entry.key],
                returned_at=at,
                rounds_returned=entry.rounds_returned + 1,
            )
    redo_on = terms.usual_redo_day(composition.submission.step_rules, timezone.localdate(at))
    return carrying.send_back(composition, returned, actor=None, at=at, opinion="\n".join(opinion), redo_on=redo_on)
