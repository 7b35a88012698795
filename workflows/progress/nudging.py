"""Remind everyone who is late (催办): one message per person and day, however many submissions are late."""

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from registers import audit
from registers.access import policy_of, require
from workflows.models import Campaign, Notification, Submission
from workflows.models.submissions import EDITABLE
from workflows.policies import Holding
from workflows.progress import figures

BATCH = 1000
TEXT = 200  # characters a message holds


@dataclass(frozen=True)
class Nudged:
    """The result of urging: how many people got a message, about how many submissions.

    ``again``: people who had got one earlier today. ``vacant``: late submissions that nobody can act on.
    """

    people: int = 0
    submissions: int = 0
    again: int = 0
    vacant: int = 0


@transaction.atomic
def nudge_late(submissions, *, campaign, actor, at):
    """Remind everyone for whom one of ``submissions`` (a queryset) has waited past its deadline.

    Only submissions of ``campaign`` that are late at ``at`` (aware) and that the actor may urge count. A person who was
    reminded today is not reminded again, so a second click adds nothing. Returns a ``Nudged``. A constant number of
    queries, and one insert per thousand people. Raises ``NotAllowed`` when the campaign is over or the actor may urge
    nobody.
    """
    # The lock makes two clicks take turns, and shows a campaign that is being closed meanwhile.
    campaign = Campaign.objects.select_for_update(no_key=True, of=("self",)).get(pk=campaign.pk)
    require(actor, "urge", campaign)
    on = timezone.localdate(at)
    rows = policy_of(Submission).to_nudge(submissions.filter(task__campaign=campaign), actor).filter(figures.late(on))
    rows = rows.order_by().select_related("task").defer("narrative", "task__campaign")
    waiting, vacant = _by_person(rows, Holding(on))
    key = f"nudge-late:{on:%Y%m%d}"
    reminded = set(Notification.objects.filter(key=key).values_list("recipient_id", flat=True))
    fresh = {person: mine for person, mine in waiting.items() if person not in reminded}
    Notification.objects.bulk_create(
        [
            Notification(
                recipient_id=person,
                kind="submission.nudge_late",
                key=key,
                text=_text(actor, mine),
                submission=mine[0] if len(mine) == 1 else None,
                created_at=at,
            )
            for person, mine in sorted(fresh.items())
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    nudged = Nudged(
        len(fresh),
        len({submission.pk for mine in fresh.values() for submission in mine}),
        len(waiting) - len(fresh),
        vacant,
    )
    if fresh:
        audit.append(
            "submission.nudge_late",
            about=campaign,
            actor=actor,
            at=at,
            detail={"people": nudged.people, "sheets": nudged.submissions},
        )
    return nudged


def _by_person(rows, holding):
    """``{user id: submissions that wait for him}``, and how many wait for nobody."""
    waiting, vacant = {}, 0
    for submission in rows.iterator(chunk_size=2000):
        people = holding.turn(submission).people
        vacant += not people
        for person in people:
            waiting.setdefault(person, []).append(submission)
    return waiting, vacant


def _text(actor, mine):
    """The text for one person: how many submissions of which tasks, never what was filled in."""
    filling = sum(submission.state in EDITABLE for submission in mine)
    what = [
        f"{filling} 张逾期未交" if filling else "",
        f"{len(mine) - filling} 张逾期未办" if filling < len(mine) else "",
    ]
    papers = Counter(submission.task.label for submission in mine).most_common()
    named = "、".join(f"“{label}”{number} 张" for label, number in papers)
    text = f"{actor.user.name}催办：您有 {'，'.join(part for part in what if part)}，请尽快办理：{named}。"
    return text if len(text) <= TEXT else f"{text[: TEXT - 1]}…"
