"""Who is reminded of what on a day: before, on and after each deadline, once each. Source: R1-12 and all dated steps."""

from functools import cache

from django.utils import timezone

from workflows import deadlines, policies
from workflows.models import Notification, Submission
from workflows.models.submissions import EDITABLE, State

DAYS_BEFORE = 3
BATCH = 1000


def remind(*, at):
    """Write the reminders that are due at the moment ``at`` (aware); return how many are new.

    Three days before, on the day, and once overdue (the unit's head is told as well). The key names sheet,
    step, round, deadline and kind, so running again, late or twice at once adds nothing.
    """
    on = timezone.localdate(at)
    before = Notification.objects.filter(kind="reminder").count()
    rows, holders = [], cache(lambda role, unit: list(policies.holders(role, unit, on=on).values_list("pk", flat=True)))
    for submission in _open_tasks(on):
        rows.extend(_reminders(submission, on, at, holders))
        if len(rows) >= BATCH:
            _store(rows)
            rows = []
    _store(rows)
    return Notification.objects.filter(kind="reminder").count() - before


def _store(rows):
    Notification.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _open_tasks(on):
    """Unfinished sheets whose deadline, or whose present step's deadline, is near or past."""
    near = deadlines.horizon(on, days_before=DAYS_BEFORE)
    unfinished = Submission.objects.filter(task__campaign__state="open").with_rules().select_related("unit", "person")
    yield from unfinished.filter(state__in=EDITABLE, due_on__lte=near).iterator(chunk_size=2000)
    yield from (
        unfinished.filter(state=State.IN_REVIEW, step_due_on__lte=near)
        .exclude(waiting_role=policies.NOTICE)
        .iterator(chunk_size=2000)
    )


def _reminders(submission, on, at, holders):
    due = submission.due_on if submission.state in EDITABLE else submission.step_due_on
    kind = "overdue" if due < on else "today" if due == on else "soon"
    day = f"{due.month}月{due.day}日"
    when = {"overdue": "已逾期，请尽快办理", "today": "今天 24:00 截止", "soon": f"将于{day} 24:00 截止"}[kind]
    what = "填报" if submission.state in EDITABLE else submission.step_rules.label
    text = f"“{submission.task.label}”（{what}，{submission.unit}）{when}。"
    key = f"remind:{submission.pk}:{submission.step}:{submission.round}:{due:%Y%m%d}:{kind}"
    people = set(_responsible(submission, on, holders))
    if kind == "overdue":
        people |= set(holders("unit_head", submission.unit))
    return [
        Notification(recipient_id=person, kind="reminder", key=key, text=text, submission=submission, created_at=at)
        for person in sorted(people)
    ]


def _responsible(submission, on, holders):
    if submission.state in EDITABLE:
        return [submission.person_id] if submission.person_id else holders("liaison", submission.unit)
    barred = policies.concerned(submission, submission.waiting_role, on=on)
    return [person for person in holders(submission.waiting_role, submission.unit) if person not in barred]
