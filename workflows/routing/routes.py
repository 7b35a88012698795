"""What people do with a submission: hand in, take back, vote, decide, hand over, urge.

Every act locks the row, asks again whether the actor may, compares what he saw, and then moves the submission
(``moves``): decision, new state, audit entry and messages in one transaction.
"""

from functools import cache, partial

from django.db import transaction
from django.utils import timezone

from registers import audit, versions
from registers.access import NotAllowed, can, people_who_may, require
from registers.actors import GROUP_MEMBER
from registers.prepared import Given, Prepared
from registers.refusals import Refused, Stale
from workflows import extensions, policies, suggestions, terms
from workflows.messages import notifications
from workflows.models import Campaign, ReviewVote
from workflows.models.submissions import EDITABLE, State
from workflows.policies.deciders import ENOUGH_OF_A_GROUP
from workflows.routing import authority, carrying, conditions, moves, overtaken, steps
from workflows.sheets import Incomplete, changes, drafts, overlaps
from workflows.sheets.base import OUTDATED
from workflows.sheets.documents import Composition


def submit(submission_id, *, actor, seen_version, content, at):
    """Hand in a filled sheet: its content becomes proposed changes and the route begins.

    The document is composed after the lines are written: what was handed in is what is recorded. Lines that did not
    change since they were accepted stay accepted. The sheet takes those along that it carries, and one that waited for this sheet
    to come again goes on. Raises ``Stale``, ``NotAllowed`` or ``Incomplete``; then nothing has changed. Source: R1-17, R1-20.
    """
    decision = _submit(submission_id, actor=actor, seen_version=seen_version, content=content, at=at)
    if carrier := decision.submission.carrier_id:
        carrying.resume(carrier, at=at)  # of its own: whoever judges a carrier locks it before what it carries
    return decision


@transaction.atomic
def _submit(submission_id, *, actor, seen_version, content, at):
    composition = Composition(moves.locked(submission_id))
    submission, sheet = composition.submission, composition.sheet
    _fresh(composition, seen_version)
    _running_still(submission)
    require(actor, "hand_in", submission)
    sheet.write(content)
    suggestions.mark_adopted(submission, content, actor=actor, at=at)
    submission.submitted_at = at
    if composition.members:
        carrying.take_along(submission, composition.members)
    submission.gravest_rank = composition.gravest_rank()
    extensions.lapse_of(submission, at=at)
    composition = composition.handed_in(at=at, values=content["values"])
    try:
        return moves.move(composition, "submit", actor=actor, at=at)
    except versions.Outdated as outdated:  # the route ends at once, and another sheet was filed this very moment
        raise Incomplete({key: {"": OUTDATED} for key in overlaps.named(composition, outdated.conflicts)}) from None


@transaction.atomic
def withdraw(submission_id, *, actor, seen_version, at):
    """Take a sheet back before anyone has reviewed it. Raises ``Stale``, ``NotAllowed`` or ``Refused``."""
    composition = Composition(moves.locked(submission_id))
    submission = composition.submission
    _fresh(composition, seen_version)
    require(actor, "withdraw", submission)
    if submission.votes.filter(round=submission.round).exists():
        raise Refused("已有领导小组成员表决，不能撤回；如需修改，请联系审核人退回。")
    return moves.move(composition, "withdraw", actor=actor, at=at)


@transaction.atomic
def vote(submission_id, *, actor, seen_version, complete, opinion, verdicts, at, seen_digest=""):
    """Record one member's verdict in a collective review.

    A member may change his mind until the review is concluded. ``verdicts``: entry key → (accurate, comment). A line judged
    inaccurate needs a comment, and every line has to be judged. Source: R1-20, R3-13.
    """
    composition = Composition(moves.locked(submission_id))
    submission = composition.submission
    _fresh(composition, seen_version, seen_digest)
    require(actor, "decide", submission)
    if submission.step_rules.kind != "collective_review" or submission.waiting_role != GROUP_MEMBER:
        raise Refused("该表当前不在集体审核环节。")
    recorded, barred = {}, carrying.not_for(actor, composition)
    for entry in composition.entries:
        if entry.key in barred:
            continue
        accurate, comment = verdicts.get(entry.key, (None, ""))
        if accurate is None:
            raise Refused(f"第 {entry.number} 项还没有判断，请判断后再表决。")
        if not accurate and not comment.strip():
            raise Refused(f"第 {entry.number} 项判为不准，请写明意见。")
        recorded[entry.key] = {"accurate": accurate, "comment": comment.strip(), "fingerprint": entry.fingerprint}
    if not complete and not opinion.strip():
        raise Refused("判为“不全”，请写明缺少什么。")
    ballot, _ = ReviewVote.objects.update_or_create(
        submission=submission,
        round=submission.round,
        member=actor.user,
        defaults={
            "complete": complete,
            "opinion": opinion.strip(),
            "verdicts": recorded,
            "digest": composition.digest,
            "at": at,
        },
    )
    drafts.forget_reviews(submission, actor)
    audit.append(
        "submission.vote",
        about=submission,
        actor=actor,
        acting_role=submission.waiting_role,
        at=at,
        detail={"digest": ballot.digest, "agrees": ballot.agrees},
    )
    return ballot


def decide(submission_id, verdict, *, at, **said):
    """Record one verdict as ``_decide`` does and return the decision.

    Where the sheet's changes start from versions that another sheet has replaced, nothing is recorded of an agreement: the sheet
    goes back to its filler, and the decision that says so, a return by nobody, is returned.
    """
    return overtaken.or_send_back(partial(_decide, submission_id, verdict, at=at, **said), submission_id, at=at)


@audit.at_the_end()
def _decide(
    submission_id,
    verdict,
    *,
    actor,
    seen_version,
    at,
    opinion="",
    redo_on=None,
    returned=None,
    grades=None,
    signed=False,
    outside=None,
    seen_digest="",
    meeting=None,
):
    """Record one verdict (``agree`` or ``return``) and move the submission along its route.

    ``seen_version`` and ``seen_digest`` are what the decider had on screen; ``returned`` maps entry key → comment for lines
    sent back, ``redo_on`` (a date, its end counts) the redo deadline; ``grades`` maps entry key → (grade code,
    reason) at an adjudication; ``signed`` says the password was entered again for this very act. Whoever
    also holds the next step acts once: with ``signed`` the sheet moves on through his consecutive steps. ``outside``: at a
    filing outside the institution, ``{"body": text, "number": text, "on": date}``. ``meeting``: the signed meeting whose decision this
    is; where a body decides nothing moves without it.
    Raises ``Stale``, ``NotAllowed``, ``Refused`` or ``Incomplete``; then nothing has changed.
    Source: R1-20, R1-21, R1-28, R3-13, R4-28.
    """
    composition = Composition(moves.locked(submission_id))
    submission = composition.submission
    _fresh(composition, seen_version, seen_digest)
    step = submission.step_rules
    authority.require(submission, verdict, actor=actor, meeting=meeting)
    if verdict not in steps.verdicts_at(step) or verdict == "automatic":
        raise Refused(f"“{step.label}”环节不能办理该操作。")
    if verdict == "return":
        said = {"opinion": opinion, "redo_on": redo_on, "returned": returned or {}}
        return _return(composition, actor=actor, at=at, meeting=meeting, **said)
    conditions.require_nothing_marked(composition, actor, returned or {})
    overtaken.require_current(composition)
    while True:
        composition, again = _agree(
            composition, step, actor=actor, grades=grades, signed=signed, opinion=opinion, meeting=meeting
        )
        filed = conditions.filed_outside(step, outside, at=at)
        said = {"opinion": opinion, "signed": signed, "outside": filed, "meeting": meeting}
        decision = moves.move(composition, "agree", actor=actor, at=at, again=again, **said)
        step = submission.step_rules
        if meeting is not None or not _goes_on_alone(submission, step, actor, signed):
            return decision
        opinion = ""


@transaction.atomic
def recompile(submission_id, *, actor, seen_version, at):
    """Compose the sheet's document anew, because rows of the register that it lists have changed.

    重新汇编. Votes, signatures and notice start again with the first review. Raises ``Stale``, ``NotAllowed``, or ``Refused`` where nothing
    has changed.
    """
    composition = Composition(moves.locked(submission_id))
    _fresh(composition, seen_version)
    require(actor, "decide", composition.submission)
    if not changes.of_listed(composition):
        raise Refused("所列的登记内容没有变动，不必重新汇编。")
    if composition.sheet.crew is not None:
        carrying.take_along(composition.submission, composition.sheet.crew.ready)
        composition = Composition(composition.submission)
    return moves.move(composition.handed_in(at=at), "recompile", actor=actor, at=at)


@transaction.atomic
def hand_over(submission_id, *, actor, seen_version, to, at):
    """Pass a waiting submission to ``to``, a user who must be able to decide it (转办).

    Raises ``Stale``, ``NotAllowed`` or ``Refused``.
    """
    submission = moves.locked(submission_id)
    _fresh(Composition(submission), seen_version)
    require(actor, "hand_over", submission)
    if to.pk == actor.user_id or not people_who_may("take_over", submission).filter(pk=to.pk).exists():
        raise Refused("只能转给同一环节的其他经办人。")
    submission.assigned_to = to
    submission.save(update_fields=["assigned_to"])
    audit.append(
        "submission.handed_over",
        about=submission,
        actor=actor,
        acting_role=submission.waiting_role,
        at=at,
        detail={"to": to.pk},
    )
    notifications.post(
        [to],
        kind="submission.handed_over",
        key=f"handed:{submission.pk}:{submission.version}",
        at=at,
        submission=submission,
        text=notifications.sentence("submission.handed_over", submission),
    )


@transaction.atomic
def nudge(submission, *, actor, at):
    """Remind whoever the submission waits for, once per submission, step and day (催办).

    Returns how many people were notified.
    """
    require(actor, "nudge", submission)
    people = people_who_may("fill" if submission.state in EDITABLE else "decide", submission)
    notifications.post(
        people,
        kind="submission.nudge",
        key=f"nudge:{submission.pk}:{submission.step}:{timezone.localdate(at):%Y%m%d}",
        text=f"{actor.user.name}催办：“{submission.task.label}”（{submission.unit}），请尽快办理。",
        submission=submission,
        at=at,
    )
    audit.append("submission.nudge", about=submission, actor=actor, at=at)
    return people.count()


def hold_consecutive(submission, actor):
    """The later steps this actor would act on anyway, so that one act can settle them."""
    later = []
    code = submission.step
    while True:
        following = steps.step_after(submission.task.route_rules, code, "agree", gravest_rank=submission.gravest_rank)
        if following.is_end or following.step.kind != "sign" or following.step.body:
            return later
        turn = policies.Holding.of(actor).turn_at(following.step.role, submission.unit_id, person=submission.person_id)
        if actor.user_id not in turn.people:
            return later
        later.append(following.step)
        code = following.step.code


def _goes_on_alone(submission, step, actor, signed):
    """A signature right after one's own verdict; anything else is a judgement of its own."""
    if submission.state != State.IN_REVIEW or not signed or step is None or step.kind != "sign" or step.body:
        return False
    return bool(can(actor, "decide", submission))


def _fresh(composition, seen_version, seen_digest=""):
    """Refuse whoever saw something else. The digest also covers what lies beside the sheet: a post's name, its duties."""
    submission = composition.submission
    if submission.version != seen_version or (seen_digest and seen_digest != composition.digest):
        raise Stale(submission)


def _running_still(submission):
    """Read again whether the campaign runs: whoever closes it holds its sheets, and this one may have waited for him."""
    (submission.task.campaign.state,) = _state().of(campaign=submission.task.campaign_id)


@cache
def _state():
    return Prepared(Campaign.objects.filter(pk=Given("campaign")).order_by().values_list("state", flat=True))


def _agree(composition, step, *, actor, grades, signed, opinion, meeting):
    """Check and write what an agreement demands at the kind of step; return the composition to record, and a step or None.

    It is the one that was compared, except at an adjudication: the grades decided there are part of what is recorded. The step is
    the notice that has to be repeated, because other grades were decided than it showed (R1-27, R1-28).
    """
    submission, again = composition.submission, None
    barred = carrying.not_for(actor, composition, meeting)
    if step.kind == "collective_review" and submission.waiting_role == GROUP_MEMBER:
        require(actor, "conclude", submission)
        eligible, ballots = conditions.ballots_that_count(submission, actor)
        needed = max(min(step.quorum, len(eligible)), ENOUGH_OF_A_GROUP)
        if len(ballots) < needed:
            raise Refused(f"集体审核至少应有 {needed} 名成员表决，现有 {len(ballots)} 名，请提醒其他成员先行表决。")
        if len([ballot for ballot in ballots if ballot.agrees]) * 2 <= len(ballots):
            raise Refused("同意的成员未过半数，不能通过，请退回填报人重新查找。")
    if step.kind == "discuss" and not opinion.strip():
        raise Refused("集体讨论的环节，请写明讨论情况和意见。")  # what was said is the step's outcome
    if step.kind == "adjudicate":
        notice = steps.notice_before(submission.task.route_rules, step.code, submission.gravest_rank)
        again = notice if composition.set_grades(step, grades or {}, skip=barred, repeats=bool(notice)) else None
        composition = composition.graded()
        submission.gravest_rank = composition.gravest_rank()
    if step.kind == "sign" and not signed:
        raise NotAllowed("签字须重新输入登录密码。", "sign", f"workflows.submission:{submission.pk}")
    composition.accept(without=barred)
    return composition, again


def _return(composition, *, actor, at, opinion, redo_on, returned, meeting=None):
    """Send a sheet back: lines named with a reason are returned, all others stay accepted. Source: R1-21."""
    submission = composition.submission
    entries = {entry.key: entry for entry in composition.entries}
    returned = {
        key: comment.strip() or conditions.words_of_members(submission, key) for key, comment in returned.items()
    }
    for key, comment in returned.items():
        if key in entries and not comment.strip():
            raise Refused(f"第 {entries[key].number} 项退回，请写明原因。")
    if not opinion.strip():
        raise Refused("退回必须写明原因。")
    if fault := terms.redo_day_fault(redo_on, timezone.localdate(at)):
        raise Refused(fault, "redo_on")
    if submission.step_rules.kind == "collective_review":
        require(actor, "conclude", submission)
        conditions.ballots_that_count(submission, actor)
    lines, barred = composition.line_rows, carrying.not_for(actor, composition, meeting)
    carrying.require_not_own(barred, composition, returned)
    marked = {key for key in returned if key in entries and entries[key].lines}
    composition.accept(without=barred | marked)
    for key, entry in entries.items():
        if key not in returned:
            continue
        if not entry.lines:  # a row that is no proposal (a group's member) has no line; its comment joins the reason
            opinion += f"\n第 {entry.number} 项：{returned[key].strip()}"
            continue
        lines.filter(entry=key).update(
            verdict="returned", comment=returned[key].strip(), returned_at=at, rounds_returned=entry.rounds_returned + 1
        )
    return carrying.send_back(
        composition, returned, actor=actor, at=at, opinion=opinion, redo_on=redo_on, meeting=meeting
    )


@transaction.atomic
def pass_up(submission, *, at):
    """Give a submission that nobody can take to whoever acts in its step today.

    False when there is nobody, or it has moved meanwhile.
    """
    seen, submission = submission.version, moves.locked(submission.pk)
    holding = policies.Holding(timezone.localdate(at))
    turn = holding.turn_at(submission.step_rules.role, submission.unit_id, person=submission.person_id)
    if submission.version != seen or turn.role == submission.waiting_role or not turn.people:
        return False
    moves.reseat(submission, turn.role, at=at)
    return True
