"""This year's sheets of the people who were added, and the messages they have had."""

from tests.bench.crowd import STANDING
from tests.bench.scale.organisation import holders
from tests.bench.scale.writing import Table
from workflows.deadlines import days
from workflows.models import Arrival, Notification, Submission

MESSAGES = 3


def make(campaign, places, *, on):
    """Write a self-check for every post with points, in all states, and ``MESSAGES`` messages a person."""
    task = campaign.tasks.get(level="personal", brings="points")
    steps = task.route_rules.steps
    sheets = Table(
        Submission, "id", "task_id", "unit_id", "post_id", "person_id", "state", "step", "waiting_role", "due_on",
        "step_due_on", "submitted_at", "moved_at", "filed_at",
    )  # fmt: skip
    rows, kept, key = [], [], sheets.first_key
    for place, post, user in holders(places):
        state = STANDING[key * 7 % len(STANDING)]
        moved = days.start_of(days.add_days(on, -(key % 40)))
        handed = state in ("filed", "in_review", "returned")
        reviewed = state == "in_review"
        rows.append((
            key, task.pk, place.unit, post, user, state, steps[1].code if reviewed else steps[0].code,
            steps[1].role if reviewed else "", days.add_days(task.due_on, key % 9 - 4),
            days.add_days(on, key % 10 - 4) if reviewed else None,
            moved if handed else None, moved, moved if state == "filed" else None,
        ))  # fmt: skip
        if state == "filed":
            kept.append((key, "office", moved, False))
        key += 1
    sheets.write(rows)
    Table(Arrival, "submission_id", "role", "since", "is_copy").write(kept)
    Table(Notification, "recipient_id", "key", "kind", "submission_id", "text", "created_at", "mailed_at").write(
        (row[4], f"scale-{number}", "submission.opened", row[0], f"{task.label}已开放，请按时填报。", row[11], row[11])
        for row in rows
        for number in range(MESSAGES)
    )
