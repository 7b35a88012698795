"""What a move of a submission writes.

The decision, the new state, the audit entry, the messages, and what entering a step starts, inside the transaction of the
act. What people do is in ``routes``; ``carrying`` and the notices move what goes along or goes on by itself.
"""

from functools import cache

from django.utils import timezone

from registers import audit, versions
from registers.actors import GROUP_MEMBER
from registers.inserting import insert_instances
from registers.prepared import Given, Prepared, PreparedUpdate
from registers.schemes import importing
from registers.text import digest_of
from workflows import policies, terms
from workflows.campaign import owing
from workflows.deadlines import days
from workflows.messages import notifications
from workflows.models import Decision, FiledPaper, Submission, SubmissionLine
from workflows.models.submissions import CARRIED, CARRIER, State
from workflows.routing import arrivals, steps
from workflows.sheets import drafts

Change = SubmissionLine.Change

# Kind of step → what starts when a submission enters it, called with (composition, step, role, moment of the act).
# Publicity adds its own: it may import this module, and this module not publicity.
ON_ENTER = {}
# Kind of step → what ends when a submission leaves it, called with (submission, moment of the act) before it is moved.
ON_LEAVE = {}

MOVED = [
    "state",
    "step",
    "waiting_role",
    "assigned_to",
    "version",
    "round",
    "due_on",
    "step_due_on",
    "gravest_rank",
    "submitted_at",
    "moved_at",
    "filed_at",
]
COLUMNS = {name: Submission._meta.get_field(name).attname for name in MOVED}


def locked(submission_id):
    """Return the submission, locked, with all that its rules need. Raises ``Submission.DoesNotExist``."""
    if found := _locked().of(pk=submission_id):
        return found[0]
    raise Submission.DoesNotExist


@cache
def _locked():
    # Without the text of the rule book: it is long, and would be read for every sheet of many.
    rows = Submission.objects.select_for_update(of=("self",)).with_rules().filter(pk=Given("pk")).order_by()
    return Prepared(rows.select_related("task__phase", "unit", "post", "person", "group", "assigned_to"))


@audit.at_the_end()
def move(
    composition,
    verdict,
    *,
    actor,
    at,
    opinion="",
    redo_on=None,
    signed=False,
    outside=None,
    judged_at=None,
    meeting=None,
    again=None,
):
    """Write the decision and take the submission to where its verdict leads.

    Returns the decision. Locks nothing itself.

    ``composition``: the submission with what the act compared or wrote; its digest is recorded, its content is what a
    notice shows and what is frozen at the end. ``outside``: the ``outside_…`` fields of a decision that files the sheet
    outside the institution. ``judged_at``: (role, label of the step) where the sheet is judged with the one that carries it.
    ``meeting``: of the body that has decided. ``again``: an earlier step that the sheet goes back to instead of the next.
    """
    submission = composition.submission
    step = steps.step_of(submission.task.route_rules, submission.step)
    following = steps.Following(again) if again else _following(submission, verdict, by_itself=actor is None)
    if following.is_end and composition.keep_proposed():
        composition = composition.graded()  # where no step has decided the grades, whoever lets it pass has
    decision = _record(
        composition,
        step,
        verdict,
        actor,
        opinion=opinion.strip(),
        redo_on=redo_on,
        at=at,
        signed=signed and step.kind == "sign",
        judged_at=judged_at,
        meeting=meeting,
        **(outside or {}),
    )
    composition.decided = {}  # on record now
    _go(composition, verdict, following, redo_on=redo_on, at=at, decision=decision)
    _moved().of(pk=submission.pk, **{name: getattr(submission, column) for name, column in COLUMNS.items()})
    if submission.state == State.FILED:
        drafts.forget_reviews(submission)
        open_followers([submission, *composition.members], at=at)
    elif actor is not None and verdict in ("agree", "return"):
        drafts.forget_reviews(submission, actor)
    _tell(decision, composition, step, actor=actor, meeting=meeting, at=at)
    if submission.state == State.IN_REVIEW and submission.step_rules.kind == "copy":
        move(composition, "automatic", actor=None, at=at)
    return decision


@cache
def _moved():
    return PreparedUpdate(Submission.objects.filter(pk=Given("pk")), **{name: Given(name) for name in MOVED})


def _following(submission, verdict, *, by_itself):
    route, rank = submission.task.route_rules, submission.gravest_rank
    return steps.step_after(route, submission.step, verdict, gravest_rank=rank, by_itself=by_itself)


def _tell(decision, composition, step, *, actor, meeting, at):
    """Write the audit entry of a move, and the messages about it."""
    submission, verdict = composition.submission, decision.verdict
    detail = {"digest": decision.digest, "step": step.code, "version": submission.version, "signed": decision.signed}
    detail |= {"for": decision.on_behalf_of_id} if decision.on_behalf_of_id else {}
    detail |= {"meeting": meeting.pk} if meeting else {}
    audit.append(
        f"submission.{verdict}", about=submission, actor=actor, acting_role=decision.acting_role, at=at, detail=detail
    )
    act = "submission.filed" if submission.state == State.FILED else f"submission.{verdict}"
    notifications.tell(act, submission, key=f"decision:{decision.pk}", at=at)


def _record(composition, step, verdict, actor, *, at, judged_at=None, **said):
    """Write the decision: who, in which part, upon which document."""
    submission = composition.submission
    acting_role, label = judged_at or (submission.waiting_role or step.role, step.label)
    if said["meeting"] is not None:
        acting_role = said["meeting"].rules.role
    elif acting_role == policies.MEETING:  # taken back or compiled anew while it waited
        acting_role = step.role if actor is None or verdict == "withdraw" else policies.ORGANISER
    elif importing.is_import(submission.task.code) and step.kind == "fill":
        acting_role = "registrar"  # for whom schemes have no word
    part = submission.task.route_rules.steps[0].role if verdict == "withdraw" else acting_role
    # A sheet that is handed in after its day is late; after a return, its day is the redo day.
    due = {"submit": submission.due_on, "agree": submission.step_due_on, "return": submission.step_due_on}.get(verdict)
    decision = Decision(
        submission=submission,
        round=submission.round,
        step=step.code,
        step_label=label,
        actor_id=actor.user_id if actor else None,
        acting_role=acting_role,
        on_behalf_of_id=actor.on_behalf_of(part, submission.unit_id) if actor else None,
        verdict=verdict,
        digest=composition.digest,
        decided=composition.decided,
        seen_version=submission.version,
        days_late=days.days_late(due, at) if actor else None,  # what happens by itself is nobody's delay
        line_verdicts={str(entry): found for entry, found in composition.verdicts()},
        at=at,
        **said,
    )
    insert_instances([decision])
    return decision


def _go(composition, verdict, following, *, redo_on, at, decision):
    """Set where the sheet stands after a verdict, and what entering that place brings."""
    submission = composition.submission
    if ends := ON_LEAVE.get(steps.step_of(submission.task.route_rules, submission.step).kind):
        ends(submission, at)
    submission.version += 1
    submission.moved_at, submission.assigned_to = at, None
    if verdict in steps.BACK and submission.task.rules.carries:
        submission.carried.update(carrier=None)  # they wait for it to be handed in again
    if verdict == "part":
        submission.waiting_role, submission.step_due_on = CARRIED, None
    elif verdict == "return":
        submission.state, submission.step, submission.waiting_role = State.RETURNED, following.step.code, ""
        submission.due_on, submission.step_due_on = redo_on, None
        submission.round += 1
    elif verdict == "withdraw":
        submission.state, submission.step, submission.waiting_role = State.OPEN, following.step.code, ""
        submission.step_due_on, submission.due_on = None, terms.at_least(submission)
    elif following.is_end:
        _end(composition, decision, at=at)
    else:
        voted_on = following.step.kind == "collective_review"  # on rows that are others by now
        submission.round += verdict == "recompile" or (verdict == "resume" and voted_on)
        _enter(composition, following.step, at=at)


def _enter(composition, step, *, at):
    """Put the submission at ``step``: who acts, until when, and what the step's kind starts."""
    submission, on = composition.submission, timezone.localdate(at)
    holding = policies.Holding(on)
    role = (
        policies.MEETING
        if step.body
        else holding.turn_at(step.role, submission.unit_id, person=submission.person_id).role
    )
    submission.state, submission.step, submission.waiting_role = State.IN_REVIEW, step.code, role
    submission.step_due_on = due_at(step, submission, on)
    ON_ENTER.get(step.kind, _wait)(composition, step, role, at)
    if composition.members:
        arrivals.share_arrivals(submission, composition.members)


def due_at(step, submission, on):
    """The last day for whoever acts at ``step`` on what arrives on the day ``on``.

    It is the step's own day, or as many working days as the rule book gives him where that is later: whoever had a sheet
    too long before him does not make him late.
    """
    rules, year = submission.task.campaign.scheme.rules, submission.task.campaign.year
    usual = days.add_working_days(on, rules.days_at(step))
    return max(step.due.on(year), usual) if step.due else usual


def _wait(composition, step, role, at):
    """Let the submission wait for whoever acts at the step, or for the body that decides, whose members may read it now."""
    if step.body:
        arrivals.note_arrival(composition.submission, step, step.role, at)
    arrivals.note_arrival(composition.submission, step, policies.ORGANISER if role == policies.MEETING else role, at)


def _await(composition, step, role, at):
    """Let the submission wait for the one that carries it: it is nobody's turn.

    Where that has been handed in without it, whoever fills the unit's sheets hears of it.
    """
    submission, on = composition.submission, timezone.localdate(at)
    submission.waiting_role, submission.step_due_on = CARRIER, None
    if submission.carrier_id is not None:
        return
    task = submission.task.campaign.scheme.rules.carrier_of(submission.task.code)
    holding = policies.Holding(on)
    gone = Submission.objects.filter(
        task__campaign=submission.task.campaign_id, task__code=task.code, state__in=[State.IN_REVIEW, State.FILED]
    )
    if gone.filter(unit__in=holding.above(submission.unit_id)).exists():
        text = (
            f"{submission.subject}的“{submission.task.label}”已提交，未及列入“{task.label}”，请重新汇编或办理补充表。"
        )
        people = holding.filling(submission.unit_id).people
        messages = [(person, f"late:{submission.pk}:{submission.version}", text, None) for person in people]
        notifications.post_each(messages, kind="submission.late_for_carrier", at=at)


ON_ENTER["await"] = _await


def _copy(composition, step, role, at):
    """Give the sheet's copy to whoever holds the role and notify them; nothing waits for them. Source: R1-30."""
    submission = composition.submission
    arrivals.note_arrival(submission, step, role, at)
    holding = policies.Holding(timezone.localdate(at))
    turn = holding.turn_at(step.role, submission.unit_id, person=submission.person_id)
    text = notifications.sentence("submission.copied", submission)
    messages = [(person, f"copied:{submission.pk}", text, submission) for person in turn.people]
    notifications.post_each(messages, kind="submission.copied", at=at)


ON_ENTER["copy"] = _copy


def reseat(submission, role, *, at):
    """Let the submission wait at its step for ``role`` instead of the role before, and notify them."""
    left, submission.waiting_role, submission.assigned_to = submission.waiting_role, role, None
    submission.save(update_fields=["waiting_role", "assigned_to"])
    arrivals.note_arrival(submission, submission.step_rules, role, at)
    if submission.task.rules.carries:
        arrivals.share_arrivals(submission, submission.carried.all())
    audit.append("submission.reseated", about=submission, at=at, detail={"from": left, "to": role})
    key = f"reseated:{submission.pk}:{submission.version}:{role}"
    notifications.tell("submission.reseated", submission, key=key, at=at)


def _end(composition, decision, *, at):
    """Apply the lines to the register and freeze the paper as it was decided on. Source: R1-20.

    What the sheet carries takes effect with it, by the same body, each on a paper of its own.
    """
    submission, on = composition.submission, timezone.localdate(at)
    document = composition.document(filed=True)  # before the register moves on under it
    carried = list(composition.of_members())
    lines = composition.lines
    retiring = [line.record for line in lines if line.change == Change.RETIRE]
    kept = [line.record for line in lines if line.change == Change.KEEP]
    entering = [line.record for line in lines if line.change not in (Change.RETIRE, Change.KEEP)]
    versions.apply(entering, on=on, retiring=retiring, kept=kept)
    if submission.group_id and submission.task.brings == "group":
        versions.file_group(submission.group, on=on)
        _tell_group(submission, at=at)
    submission.state, submission.waiting_role, submission.step_due_on, submission.filed_at = State.FILED, "", None, at
    FiledPaper.objects.create(
        submission=submission, paper=submission.task.paper, document=document, digest=digest_of(document), filed_at=at
    )
    if carried:
        _file_members(submission, carried, decision, at=at)


def _file_members(submission, carried, decision, *, at):
    """File the sheets that ``submission`` carries, as ``decision`` on it has ended their route too."""
    decisions, papers, messages, members = [], [], [], []
    for member, composition, entries in carried:
        step = steps.step_of(member.task.route_rules, member.step)
        own = Decision(
            submission=member,
            round=member.round,
            step=step.code,
            step_label=step.label,
            actor_id=decision.actor_id,
            acting_role=decision.acting_role,
            on_behalf_of_id=decision.on_behalf_of_id,
            meeting_id=decision.meeting_id,
            verdict=decision.verdict,
            opinion=f"随“{submission.task.label}”一并办结。",
            digest=composition.digest,
            decided=composition.decided,
            seen_version=member.version,
            line_verdicts={entry.key: "accepted" for entry in entries},
            at=at,
        )
        decisions.append(own)
    Decision.objects.bulk_create(decisions)
    for (member, composition, entries), own in zip(carried, decisions, strict=True):
        document = composition.document(filed=True)
        members.append(member)
        papers.append(
            FiledPaper(
                submission=member, paper=member.task.paper, document=document, digest=digest_of(document), filed_at=at
            )
        )
        member.version += 1
        member.state, member.waiting_role, member.step_due_on, member.filed_at = State.FILED, "", None, at
        member.moved_at = at
        member.gravest_rank = min((entry.grade.rank for entry in entries if entry.grade), default=None)
        text = notifications.sentence("submission.filed", member)
        messages.append((member.person_id, f"decision:{own.pk}", text, member))
    FiledPaper.objects.bulk_create(papers)
    SubmissionLine.objects.filter(submission__in=members).exclude(verdict="accepted").update(verdict="accepted")
    Submission.objects.bulk_update(members, MOVED)
    notifications.post_each(messages, kind="submission.filed", at=at)
    detail = {"sheets": {str(own.submission_id): own.digest for own in decisions}}
    audit.append("submission.carried", about=submission, at=at, detail=detail)


def _tell_group(submission, *, at):
    """Sheets that were handed in before there was a group, here or in units below without one, now wait for its members."""
    holding = policies.Holding(timezone.localdate(at))
    units = [unit for unit in holding.parents if holding.seat(GROUP_MEMBER, unit)[0] == submission.unit_id]
    waiting = Submission.objects.filter(
        unit__in=units, state=State.IN_REVIEW, waiting_role=GROUP_MEMBER
    ).select_related("task__campaign__scheme", "unit", "person")
    for other in waiting:
        key = f"group:{submission.group_id}:{other.pk}"
        notifications.tell("submission.submit", other, key=key, at=at)


def open_followers(filed, *, at):
    """Open the same subjects' sheets that waited for those of ``filed``.

    Source: R1-29 (附件4 after grading).
    """
    campaign, filed_tasks = filed[0].task.campaign, {submission.task.code for submission in filed}
    followers = [task.code for task in campaign.scheme.rules.tasks if filed_tasks & set(task.after)]
    if followers:
        people = {row.person_id for row in filed if row.person_id}
        own, units = {row.unit_id for row in filed if not row.person_id}, {row.unit_id for row in filed}
        owing.open_ready(at=at, subjects=(own, units, people), campaign=campaign.pk, code__within=followers)
