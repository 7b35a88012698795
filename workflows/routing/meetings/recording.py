"""What is recorded of a meeting before its minutes are signed: who came, what was decided."""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone

from registers import audit
from registers.refusals import Refused, Stale
from workflows import attachments, terms
from workflows.models import MeetingBallot, MeetingItem, MeetingSeat, Submission
from workflows.policies import Holding
from workflows.policies.meetings import avoiding
from workflows.routing.meetings.agenda import locked
from workflows.sheets import noticed
from workflows.sheets.documents import Composition

Outcome = MeetingItem.Outcome
AGREED_AS_PROPOSED = "会议同意拟定的等级"


@transaction.atomic
def attend(meeting_id, marks, *, rest=False, seen_version, actor, at):
    """Record who came. ``marks``: user id → mark. ``rest``: whoever has no mark yet was present (其余均出席).

    Raises ``Stale``, ``NotAllowed`` or ``Refused``.
    """
    meeting = locked(meeting_id, seen_version, actor=actor, action="record")
    _not_circulated(meeting)
    history = []
    for seat in meeting.seats.all():
        mark = marks.get(seat.user_id, seat.mark) or (MeetingSeat.Mark.PRESENT if rest else seat.mark)
        if mark != seat.mark and mark in MeetingSeat.Mark.values:
            history.append([seat.user_id, seat.mark, mark])
            seat.mark = mark
            seat.save(update_fields=["mark"])
    if history:
        _note(meeting, actor, at, "meeting.attendance", {"marks": history})
    return len(history)


def sheet_of(item):
    """Return the ``Composition`` of an item's sheet as it is now."""
    rows = Submission.objects.with_rules().select_related("task__phase", "unit", "post", "person", "group")
    return Composition(rows.get(pk=item.submission_id))


def is_overseen(meeting, submission):
    """Whether the body may only send the sheet back, because somebody else decides at its step."""
    step = submission.step_rules
    return step is not None and step.body != meeting.body and step.overseen_by == meeting.body


def missing_documents(item, submission, entries=None):
    """Return the documents that the scheme asks for before the body decides and that are not there yet.

    ``entries``: what the sheet shows, where that has been read.
    """
    step = submission.step_rules
    needed = [document for document in (step.documents if step else ()) if document.code not in item.supplied]
    if any(document.when == "major_matter" for document in needed):
        shown = Composition(submission).entries if entries is None else entries
        if not any(getattr(line.record, "major_matter", "") for entry in shown for line in entry.lines):
            needed = [document for document in needed if document.when == "always"]
    return needed


@dataclass(frozen=True)
class Said:
    """What a meeting said of one item beside its outcome.

    ``grades``: entry key → (code, reason), of those that differ from what was proposed. ``returned``: entry key → words. ``against``,
    ``abstained``: how many votes. ``avoid``: ids of members who said that they keep out.
    """

    words: str = ""
    redo_on: date | None = None
    grades: dict = field(default_factory=dict)
    returned: dict = field(default_factory=dict)
    against: int = 0
    abstained: int = 0
    avoid: tuple = ()


@transaction.atomic
def record_outcome(item_id, outcome, said=None, *, seen_version, actor, at):
    """Record what the meeting decided on one item. ``said``: a ``Said``.

    Raises ``Stale``, ``NotAllowed`` or ``Refused``; then nothing is recorded.
    """
    item, meeting = _item(item_id, seen_version, actor=actor)
    said = said or Said()
    _not_circulated(meeting)
    if outcome not in Outcome.values:
        raise Refused("请选择结论：同意、退回或缓议。", "outcome")
    item.avoiding = sorted(set(said.avoid) & set(meeting.seats.values_list("user_id", flat=True)))
    item.against, item.abstained = said.against, said.abstained
    item.words, item.redo_on, item.grades, item.returned = said.words.strip(), None, {}, {}
    if item.submission_id is not None:
        _settle_sheet(meeting, item, outcome, said, on=timezone.localdate(at))
    elif outcome == Outcome.RETURN:
        raise Refused("该议题没有可以退回的表，请选择同意或缓议。", "outcome")
    item.outcome = outcome
    item.save()
    _note(meeting, actor, at, "meeting.outcome", {"item": item.pk, "outcome": outcome})
    return item


def _settle_sheet(meeting, item, outcome, said, *, on):
    composition = sheet_of(item)
    submission, step = composition.submission, composition.submission.step_rules
    if submission.version != item.seen_version:
        raise Stale(submission, "该表在列入议程后有变动，请移出议程后重新列入。")
    if outcome == Outcome.RETURN:
        _check_return(composition, item, said, on=on)
        item.redo_on, item.returned = said.redo_on, {key: text.strip() for key, text in said.returned.items()}
    elif outcome == Outcome.AGREE:
        if said.returned:
            raise Refused("有的项目标为退回，不能同意：请退回该表，或取消标记。")
        if missing := missing_documents(item, submission, composition.entries):
            raise Refused(f"缺少会前材料：{'、'.join(document.label for document in missing)}。请先上传，再作结论。")
        if step.kind == "discuss" and not item.words:
            raise Refused("请写明讨论情况和意见。", "words")
        if step.kind == "adjudicate" and not is_overseen(meeting, submission):
            item.grades = _grades(composition, said.grades)


def _check_return(composition, item, said, *, on):
    if not composition.submission.step_rules.may_return:
        raise Refused(f"“{composition.submission.step_rules.label}”环节不能退回。", "outcome")
    if not item.words:
        raise Refused("退回必须写明原因。", "words")
    if fault := terms.redo_day_fault(said.redo_on, on):
        raise Refused(fault, "redo_on")
    for entry in composition.entries:
        if entry.key in said.returned and not said.returned[entry.key].strip():
            raise Refused(f"第 {entry.number} 项退回，请写明原因。", f"c-{entry.key}")
        code, _ = said.grades.get(entry.key, ("", ""))
        if code and code != noticed.proposed_grade(composition, entry, composition.submission.step_rules):
            raise Refused(
                f"退回的表重新提交后再定等级，本次不登记第 {entry.number} 项改的等级：请取消改动，"
                "把意见写入审议意见，重新提交后在下次会议改定。",
                f"g-{entry.key}",
            )


def _grades(composition, chosen):
    """The grade of every entry: the one chosen with its reason, else the one proposed.

    Whatever would be refused after the signature is refused here, while a reason can still be written.
    """
    step, known = composition.submission.step_rules, composition.sheet.grade_rows
    found = {}
    for entry in composition.entries:
        if not entry.details.get("to_grade"):
            continue
        proposed = noticed.proposed_grade(composition, entry, step)
        code, reason = chosen.get(entry.key, ("", ""))
        if code and code not in known:
            raise Refused(f"第 {entry.number} 项的等级不在方案之内，请重新选择。", f"g-{entry.key}")
        if code and code != proposed and not reason.strip():
            raise Refused(f"第 {entry.number} 项改了等级，请写明理由。", f"r-{entry.key}")
        if not (code or proposed):
            raise Refused(f"第 {entry.number} 项没有拟定等级，请选择等级。", f"g-{entry.key}")
        found[entry.key] = [code or proposed, reason.strip()]
    if faults := composition.decision_faults(step, with_reasons(composition, found)):
        controls = {"grade": "g", "reason": "r"}
        raise Refused(
            named(composition, faults),
            fields={f"{controls[name]}-{key}": text for key, said in faults.items() for name, text in said.items()},
        )
    return found


def named(composition, faults):
    """Return the faults of ``Incomplete`` in one sentence that names each entry by its number."""
    texts = {entry.key: f"第 {entry.number} 项：" for entry in composition.entries}
    return "".join(f"{texts.get(key, '')}{text}" for key, fields in faults.items() for text in fields.values())


def with_reasons(composition, grades):
    """Return the grades of an item as ``routes.decide`` takes them, each departure with its reason.

    The unit has given its reason for departing, and the body agrees with it. The rule is asked now: what was decided on another item of
    the same meeting may have changed what it proposes.
    """
    reasoned = {}
    for entry in composition.entries:
        if entry.key not in grades:
            continue
        code, reason = grades[entry.key]
        if not reason and code != entry.details["proposal"].grade:
            reason = "；".join(filter(None, [entry.details.get("grade_reason", ""), AGREED_AS_PROPOSED]))
        reasoned[entry.key] = (code, reason)
    return reasoned


def agreed_grades(meeting, item):
    """Return the grades of a sheet that the body agrees to as it was proposed."""
    composition = sheet_of(item)
    step = composition.submission.step_rules
    adjudicates = step is not None and step.kind == "adjudicate" and not is_overseen(meeting, composition.submission)
    return _grades(composition, {}) if adjudicates else {}


@transaction.atomic
def agree_rest(meeting_id, *, seen_version, actor, at):
    """Record that everything not decided otherwise is agreed (其余均同意).

    The one act for what nobody spoke against. Returns what could not be agreed like this: ``[(item, why)]``. Sheets that a body only
    oversees are noted without comment.
    """
    meeting = locked(meeting_id, seen_version, actor=actor, action="record")
    _not_circulated(meeting)
    left, agreed = [], []
    for item in meeting.items.filter(outcome=Outcome.OPEN).select_for_update():
        try:
            with transaction.atomic():
                if item.submission_id is not None:
                    _settle_sheet(meeting, item, Outcome.AGREE, Said(), on=timezone.localdate(at))
                item.outcome = Outcome.AGREE
                item.save()
                agreed.append(item.pk)
        except (Refused, Stale) as why:
            left.append((item, str(why)))
    if agreed:
        _note(meeting, actor, at, "meeting.outcome", {"items": agreed, "outcome": Outcome.AGREE})
    return left


@transaction.atomic
def supply(item_id, code, upload, *, actor, at):
    """Store a document that the scheme asks for before the body decides.

    Raises ``NotAllowed`` or ``Refused``. Source: R4-03, R4-04.
    """
    item = MeetingItem.objects.select_related("submission").get(pk=item_id)
    meeting = locked(item.meeting_id, actor=actor)
    item = meeting.items.select_for_update(of=("self",)).get(pk=item_id)
    step = sheet_of(item).submission.step_rules if item.submission_id else None
    if upload is None:
        raise Refused("请选择要上传的文件。", "files")
    if code not in {document.code for document in (step.documents if step else ())}:
        raise Refused("请选择这是哪一份材料。", "code")
    kept = attachments.keep(upload, actor=actor, at=at)
    if (before := item.supplied.get(code)) is not None:
        attachments.drop(item, [before], actor=actor, at=at)
    item.attachments.add(kept)
    item.supplied = item.supplied | {code: kept.pk}
    item.save(update_fields=["supplied"])
    return kept


@transaction.atomic
def vote(meeting_id, ballots, *, actor, at):
    """Give one's votes on the items of a circulated decision, and return how many are recorded.

    ``ballots``: item id → (vote, words). A member may change his mind until the decision is signed. Whoever votes against says why.
    Raises ``Stale``, ``NotAllowed`` or ``Refused``; then nothing is recorded.
    """
    meeting = locked(meeting_id, actor=actor, action="vote")
    items = {item.pk: item for item in meeting.items.select_related("submission__unit")}
    holding, members = Holding(timezone.localdate(at)), list(meeting.seats.values_list("user_id", flat=True))
    for pk, (choice, words) in ballots.items():
        item = items.get(pk)
        if item is None or (item.submission_id and item.submission.version != item.seen_version):
            raise Stale(meeting)
        if actor.user_id in avoiding(holding, meeting, item, members):
            raise Refused(f"第 {item.position} 项与您有关，须回避，不参加表决。")
        if choice not in MeetingBallot.Vote.values:
            raise Refused(f"第 {item.position} 项还没有表决。")
        if choice == MeetingBallot.Vote.AGAINST and not words.strip():
            raise Refused(f"第 {item.position} 项不同意，请写明意见。")
        digest = sheet_of(item).digest if item.submission_id else ""
        MeetingBallot.objects.update_or_create(
            item=item,
            member=actor.user,
            defaults={"vote": choice, "words": words.strip(), "digest": digest, "at": at},
        )
    audit.append("meeting.vote", about=meeting, actor=actor, at=at, detail={"items": sorted(ballots)})
    return len(ballots)


def _not_circulated(meeting):
    if meeting.circulates:
        raise Refused("传签由成员各自表决，出席和结论由系统按表决得出，无须登记。")


def _item(item_id, seen_version, *, actor):
    """The item and its meeting, both locked."""
    meeting_id = MeetingItem.objects.values_list("meeting_id", flat=True).get(pk=item_id)
    meeting = locked(meeting_id, seen_version, actor=actor, action="record")
    return meeting.items.select_for_update(of=("self",)).get(pk=item_id), meeting


def _note(meeting, actor, at, act, detail):
    meeting.version += 1
    meeting.save(update_fields=["version"])
    audit.append(act, about=meeting, actor=actor, at=at, detail=detail)
