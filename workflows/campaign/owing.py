"""Submissions that are owed: make them, open them on their day, stop those nobody owes any more.

The same functions serve the opening of a campaign, people who come later, and the periodic job. Every function must be
called inside a transaction.
"""

from functools import cache

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from registers import audit
from registers.prepared import Given, Prepared
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


def open_ready(*, at, subjects=None, **of):
    """Open every waiting submission whose day has come and whose earlier tasks are filed.

    The fillers get a message. ``of``: columns of the tasks to look at, with their values (none: all tasks). ``subjects``: ids of
    units for their own sheets, of units and of people for the sheets of people (None: all). Returns how many were opened. Running it
    again changes nothing.
    """
    among = {} if subjects is None else dict(zip(SUBJECTS, map(list, subjects), strict=True))
    return sum(
        _open(task, _ready(task.level, tuple(task.rules.after), bool(among)), among, at)
        for task in _due(tuple(of)).of(on=timezone.localdate(at), **of)
    )


SUBJECTS = ("own_units", "units", "people")


@cache
def _due(columns):
    """The statement that reads the tasks that have begun, by those of their ``columns`` that are given."""
    tasks = CampaignTask.objects.filter(in_open_phase(), campaign__state="open", opens_on__lte=Given("on"))
    tasks = tasks.filter(**{name: Given(name) for name in columns}).select_related("campaign__scheme")
    return Prepared(tasks.defer("campaign__scheme__document", "campaign__scheme__source"))


@cache
def _ready(level, after, among):
    """The statement that reads, and locks, the waiting submissions of a task for which all earlier tasks are filed.

    The task is of ``level`` and follows those with the codes ``after``. ``among``: it looks at some ``SUBJECTS`` only. What an earlier
    holder filed for the post counts for a successor who does not owe it himself, because the register belongs to the post.
    Source: R1-29.
    """
    submissions = Submission.objects.filter(task=Given("task"), state=State.WAITING)
    if among:
        of_people = Q(unit__within=Given("units"), person__within=Given("people"))
        submissions = submissions.filter(Q(unit__within=Given("own_units"), person=None) | of_people)
    for code in after:
        same = Submission.objects.filter(task__campaign=Given("campaign"), task__code=code)
        if level == Level.PERSONAL:
            of_post = same.filter(post=OuterRef("post"))
            own = of_post.filter(person=OuterRef("person"))
            inherited = ~Exists(own.exclude(state=State.CANCELLED)) & Exists(of_post.filter(state=State.FILED))
            submissions = submissions.filter(Q(Exists(own.filter(state=State.FILED))) | Q(inherited))
        else:
            submissions = submissions.filter(Exists(same.filter(person=None, unit=OuterRef("unit"), state=State.FILED)))
    return Prepared(submissions.select_related("unit", "person").select_for_update(of=("self",)))


def _open(task, waiting, among, at):
    campaign = {"campaign": task.campaign_id} if task.rules.after else {}
    rows = waiting.of(task=task.pk, **campaign, **among)
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
