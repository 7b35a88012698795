"""The signature under the minutes, and what follows: each sheet moves as was decided."""

from functools import cache

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from registers import audit
from registers.access import NotAllowed
from registers.actors import Actor
from registers.prepared import Prepared
from registers.refusals import Refused, Stale
from workflows.compiled import minutes
from workflows.models import Meeting, MeetingItem
from workflows.models.submissions import UNPUBLISHED
from workflows.routing import bulk, routes
from workflows.routing.meetings import recording
from workflows.routing.meetings.agenda import locked
from workflows.sheets import Incomplete

NOT_CARRIED = "传签没有通过，请列入会议审议；改等级、退回在会上决定"
Outcome, Result = MeetingItem.Outcome, MeetingItem.Result


def sign(meeting_id, *, seen_digest, actor, at):
    """Sign the minutes as the chair, let every item take effect, and return items with results.

    ``seen_digest``: of the minutes as the chair had them on screen; his password was entered again for this very act. Raises ``Stale``,
    ``NotAllowed`` or ``Refused``; then nothing is signed. What fails afterwards is named with its reason and waits for another meeting.

    """
    _sign(meeting_id, seen_digest=seen_digest, actor=actor, at=at)
    return apply(meeting_id, actor=actor, at=at)


@transaction.atomic
def _sign(meeting_id, *, seen_digest, actor, at):
    meeting = locked(meeting_id, actor=actor, action="sign")
    protocol = minutes.protocol_of(meeting, on=timezone.localdate(at))
    if minutes.digest_of_minutes(protocol.minutes()) != seen_digest:
        raise Stale(meeting, "会议内容刚有变动，纪要没有签署。请核对后重新签署。")
    if wrong := faults(protocol):
        raise Refused(wrong)
    if meeting.circulates:
        for item in protocol.items:  # what the members did not carry waits for another meeting
            item.outcome = Outcome.AGREE if item.tally.is_passed else Outcome.PUT_OFF
            if item.submission_id and item.outcome == Outcome.AGREE:
                _agree_as_proposed(meeting, item)
            item.save(update_fields=["outcome", "grades", "words"])
    meeting.minutes = protocol.minutes()
    meeting.digest, meeting.signed_at = minutes.digest_of_minutes(meeting.minutes), at
    meeting.version += 1
    meeting.save(update_fields=["minutes", "digest", "signed_at", "version"])
    detail = {"digest": meeting.digest, "items": len(protocol.items), "present": len(protocol.attendance.present)}
    audit.append("meeting.sign", about=meeting, actor=actor, acting_role=meeting.rules.role, at=at, detail=detail)


def _agree_as_proposed(meeting, item):
    """Take the grades as they were proposed; where one wants a reason, nobody can write it in a ballot, and a meeting has to."""
    try:
        item.grades = recording.agreed_grades(meeting, item)
    except Refused as why:
        item.outcome, item.words = Outcome.PUT_OFF, f"{why}传签不能写明理由，请列入会议审议。"


def faults(protocol):
    """Return what keeps the minutes from being signed, as sentences. Source: R1-28."""
    meeting, attendance, rules = protocol.meeting, protocol.attendance, protocol.rules
    found = []
    if not protocol.items:
        found.append("议程是空的，没有可以签署的决定。")
    if attendance.unknown and not meeting.circulates:
        found.append(f"还有成员没有登记出席情况：{protocol.named(attendance.unknown)}。")
    if not attendance.enough(rules):
        needed = rules.needed_present(len(attendance.members))
        found.append(
            f"应到 {len(attendance.members)} 人，实到 {len(attendance.present)} 人，须 {needed} 人以上，不能作出决定。"
        )
    if meeting.chair_id not in attendance.present:
        found.append("主持人没有出席，请另定主持人。" if not meeting.circulates else "主持人尚未表决。")
    for item in protocol.items:
        found += _of_item(protocol, item)
    return found


def _of_item(protocol, item):
    tally = item.tally
    if protocol.meeting.circulates:
        pending = set(tally.entitled) - set(tally.voters)
        if pending and not tally.is_passed:
            return [f"第 {item.position} 项赞成人数未达到规定，还有成员没有表决：{protocol.named(sorted(pending))}。"]
        missing = recording.missing_documents(item, item.submission) if item.submission_id and tally.is_passed else []
    else:
        missing = []
        if item.outcome == Outcome.OPEN:
            return [f"第 {item.position} 项还没有结论。"]
        if item.outcome != Outcome.PUT_OFF and not tally.is_passed:
            return [
                f"第 {item.position} 项赞成 {tally.in_favour} 人，须 {tally.needed} 人以上（且至少 2 人参加表决），不能作出该结论。"
            ]
    return [f"第 {item.position} 项缺少会前材料：{document.label}。" for document in missing]


def apply(meeting_id, *, actor, at):
    """Let every item of a signed meeting take effect, and return all items with their results.

    Each is a transaction of its own: what fails changes nothing, is named with its reason, and stops no other. Running it again does
    nothing twice.
    """
    meeting = Meeting.objects.select_related("campaign__scheme", "chair").get(pk=meeting_id)
    for pk in meeting.items.filter(result=Result.OPEN).values_list("pk", flat=True):
        try:
            with transaction.atomic():
                _apply(pk, meeting, actor=actor, at=at)
        except (Stale, IntegrityError):
            _fail(pk, f"该表在会议期间已有变动，没有按会议结论办理，请列入下次会议。{_faster(pk)}")
        except Incomplete as incomplete:
            _fail(pk, f"{_named(pk, incomplete)}请列入下次会议，在会上补充。")
        except NotAllowed as refused:
            _fail(pk, refused.reason)
        except Refused as refused:
            _fail(pk, str(refused))
        except DatabaseError:  # a lock that did not come in time: it is tried again with the next run
            continue
    return list(
        meeting.items.select_related("submission__task", "submission__unit", "submission__person", "submission__post")
    )


def _apply(item_id, meeting, *, actor, at):
    item = MeetingItem.objects.select_for_update(of=("self",)).get(pk=item_id)
    if item.result != Result.OPEN:
        return
    item.result, item.result_words = Result.NONE, ""
    if item.submission_id is not None and item.outcome in (Outcome.AGREE, Outcome.RETURN):
        composition = recording.sheet_of(item)
        submission = composition.submission
        if item.outcome == Outcome.AGREE and recording.is_overseen(meeting, submission):
            item.result_words = "会议没有意见，仍由原环节办理"
        else:
            item.result, item.result_words = _decide(item, composition, meeting, actor=actor, at=at)
    elif item.outcome == Outcome.PUT_OFF:
        item.result_words = (item.words or NOT_CARRIED) if meeting.circulates else "缓议，留待下次会议"
    item.save(update_fields=["result", "result_words"])


def _decide(item, composition, meeting, *, actor, at):
    submission, step = composition.submission, composition.submission.step_rules
    decision = routes.decide(
        submission.pk,
        str(item.outcome),
        actor=actor,
        at=at,
        seen_version=item.seen_version,
        opinion=item.words,
        redo_on=item.redo_on,
        returned=item.returned,
        grades=recording.with_reasons(composition, item.grades),
        signed=step is not None and step.kind == "sign",  # the chair's signature under the minutes
        meeting=meeting,
    )
    if decision.meeting_id is None:  # its changes had been overtaken: it went back by itself
        return Result.FAILED, decision.opinion
    if item.outcome == Outcome.RETURN:
        return Result.DONE, f"已退回，限 {item.redo_on:%Y-%m-%d} 前重新提交"
    if decision.submission.waiting_role == UNPUBLISHED and _went_back(decision.submission, step):
        return Result.DONE, f"{decision.step_label}：通过，有的等级与公示不同或尚未公示，重新公示后再列入会议"
    return Result.DONE, f"{decision.step_label}：通过"


def _went_back(submission, step):
    """Whether a sheet stands before ``step`` again: other grades were decided than its notice showed (R1-27)."""
    codes = [one.code for one in submission.task.route_rules.steps]
    return codes.index(submission.step) < codes.index(step.code)


def _named(item_id, incomplete):
    """What was missing, entry by entry: another item of the same meeting may have changed what is asked."""
    return recording.named(recording.sheet_of(MeetingItem.objects.get(pk=item_id)), incomplete.faults)


@transaction.atomic
def _fail(item_id, why):
    item = MeetingItem.objects.select_for_update(of=("self",)).get(pk=item_id)
    if item.result == Result.OPEN:
        item.result, item.result_words = Result.FAILED, why
        item.save(update_fields=["result", "result_words"])


def _faster(item_id):
    item = MeetingItem.objects.get(pk=item_id)
    return bulk.who_was_faster(item.submission_id) if item.submission_id else ""


@cache
def _left():
    """The statement that reads the signed meetings of which some item has not taken effect."""
    left = Meeting.objects.filter(signed_at__isnull=False, items__result=Result.OPEN).distinct()
    return Prepared(left.select_related("chair"))


def finish_all(*, at):
    """Go on with signed meetings of which some item has not taken effect, and return how many.

    A process died, or a lock did not come in time. Running it again changes nothing.
    """
    meetings = _left().of()
    for meeting in meetings:
        apply(meeting.pk, actor=Actor(meeting.chair, on=timezone.localdate(at)), at=at)
    return len(meetings)
