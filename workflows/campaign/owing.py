"""Submissions that are owed: make them, open them on their day, stop those nobody owes any more.

The same functions serve the opening of a campaign, people who come later, and the periodic job. Every function must be
called inside a transaction.
"""

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from registers import audit
from registers.schemes.language import Level
from registers.text import clipped
from workflows import extensions, policies, terms
from workflows.messages import notifications
from workflows.models import CampaignTask, Submission
from workflows.models.campaigns import in_open_phase
from workflows.models.submissions import State

STOPPABLE = (State.WAITING, State.OPEN, State.RETURNED)  # a submission in review goes on to its end
BATCH = 500


def owe(task, subjects, *, due_of):
    """Make the submissions of ``task`` for ``subjects`` that have none, and return how many.

    ``subjects``: dicts of unit, post and person. ``due_of``: subject → its last day. A submission that was stopped
    earlier is owed again, with what had been typed in it.
    """
    first = task.route_rules.steps[0].code
    new, again = [], {}
    for subject, earlier in owed(task, subjects):
        if earlier is None:
            new.append(Submission(task=task, step=first, due_on=due_of(subject), **subject))
        else:
            again.setdefault((subject["unit_id"], due_of(subject)), []).append(earlier)
    Submission.objects.bulk_create(new, batch_size=BATCH)
    for (unit, due_on), pks in again.items():
        Submission.objects.filter(pk__in=pks, state=State.CANCELLED).update(
            state=State.WAITING, unit=unit, step=first, due_on=due_on, cancel_reason=""
        )
    return len(new) + sum(map(len, again.values()))


def owed(task, subjects):
    """Yield ``(subject, sheet)`` for those of ``subjects`` that owe ``task`` and have no sheet for it.

    ``sheet``: the id of one that was stopped earlier, else None.
    """
    existing = {
        _whose(unit, post, person): (pk, state)
        for pk, unit, post, person, state in Submission.objects.filter(task=task, sequence=1).values_list(
            "pk", "unit_id", "post_id", "person_id", "state"
        )
    }
    for subject in subjects:
        earlier = existing.get(_whose(subject["unit_id"], subject.get("post_id"), subject.get("person_id")))
        if earlier is None:
            yield subject, None
        elif earlier[1] == State.CANCELLED:
            yield subject, earlier[0]


def _whose(unit, post, person):
    """The key of a subject: post and person, whichever unit the post belongs to by now, or else the unit."""
    return (post, person) if person else unit


def ready(task, submissions):
    """Keep those of ``submissions`` (of ``task``) for which all earlier tasks are filed.

    What an earlier holder filed for the post counts for a successor who does not owe it himself, because the register
    belongs to the post. Source: R1-29.
    """
    for code in task.rules.after:
        same = Submission.objects.filter(task__campaign=task.campaign_id, task__code=code)
        if task.level == Level.PERSONAL:
            of_post = same.filter(post=OuterRef("post"))
            own = of_post.filter(person=OuterRef("person"))
            inherited = ~Exists(own.exclude(state=State.CANCELLED)) & Exists(of_post.filter(state=State.FILED))
            submissions = submissions.filter(Q(Exists(own.filter(state=State.FILED))) | Q(inherited))
        else:
            submissions = submissions.filter(Exists(same.filter(person=None, unit=OuterRef("unit"), state=State.FILED)))
    return submissions


def open_ready(*, at, tasks=None, submissions=None):
    """Open every waiting submission whose day has come and whose earlier tasks are filed.

    The fillers get a message. ``tasks``, ``submissions``: querysets to look at (None: all). Returns how many were
    opened. Running it again changes nothing.
    """
    on, opened = timezone.localdate(at), 0
    tasks = CampaignTask.objects.all() if tasks is None else tasks
    due = tasks.filter(in_open_phase(), campaign__state="open", opens_on__lte=on)
    for task in due.select_related("campaign__scheme").defer("campaign__scheme__document", "campaign__scheme__source"):
        waiting = (Submission.objects.all() if submissions is None else submissions).filter(
            task=task, state=State.WAITING
        )
        opened += _open(task, ready(task, waiting), at)
    return opened


def _open(task, waiting, at):
    rows = list(waiting.select_related("unit", "person").select_for_update(of=("self",)))
    if not rows:
        return 0
    for start in range(0, len(rows), BATCH):
        Submission.objects.filter(pk__in=[row.pk for row in rows[start : start + BATCH]], state=State.WAITING).update(
            state=State.OPEN, step=task.route_rules.steps[0].code, moved_at=at
        )
    terms.leave_time(task, rows, at=at)
    holding, messages = policies.Holding(timezone.localdate(at)), []
    for row in rows:
        row.task = task
        text = notifications.sentence("submission.opened", row)
        people = holding.filling(row.unit_id, row.person_id).people
        messages += [(person, f"opened:{row.pk}", text, row) for person in people]
    notifications.post_each(messages, kind="submission.opened", at=at)
    # A single opening is logged about the submission, so it shows in that submission's own history.
    audit.append("submission.opened", about=rows[0] if len(rows) == 1 else task, at=at, detail={"count": len(rows)})
    return len(rows)


def stop(submissions, *, reason, at):
    """Cancel those of ``submissions`` (a queryset) that are still with their filler, and return how many.

    ``reason`` is shown to the reader. What was typed is kept.
    """
    submissions = submissions.filter(state__in=STOPPABLE)
    extensions.lapse(submissions.values("pk"), why="该表已停办", at=at)
    return submissions.update(state=State.CANCELLED, cancel_reason=clipped(reason, 100), moved_at=at, step_due_on=None)
