"""催办 of everything that is late at once: one message a person and day, however many sheets wait for him."""

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from registers import audit
from registers.access import policy_of, require
from workflows.models import Campaign, Notification, Submission
from workflows.models.submissions import EDITABLE
from workflows.policies import NOTICE, Holding
from workflows.progress import figures

BATCH = 1000
TEXT = 200  # characters a message holds


@dataclass(frozen=True)
class Nudged:
    """``people`` were told about ``sheets``; ``again`` had been told today; ``vacant`` sheets wait for nobody."""

    people: int = 0
    sheets: int = 0
    again: int = 0
    vacant: int = 0


@transaction.atomic
def nudge_late(sheets, *, campaign, actor, at):
    """Tell everyone who keeps one of ``sheets`` (a queryset) waiting past its deadline; return a ``Nudged``.

    Only sheets of ``campaign`` that are late at the moment ``at`` (aware) and that the actor may urge count; whoever has
    been told today is not told again, so a second click adds nothing. A constant number of queries and one insert a
    thousand people. Raises ``NotAllowed`` when the campaign is over or the actor may urge nobody.
    """
    # Two clicks at once take turns, and a campaign that is being closed is seen to be.
    campaign = Campaign.objects.select_for_update(no_key=True, of=("self",)).get(pk=campaign.pk)
    require(actor, "urge", campaign)
    on = timezone.localdate(at)
    rows = policy_of(Submission).to_nudge(sheets.filter(task__campaign=campaign), actor).filter(figures.late(on))
    rows = rows.exclude(waiting_role=NOTICE).order_by().select_related("task").defer("narrative", "task__campaign")
    waiting, vacant = _by_person(rows, Holding(on))
    key = f"nudge-late:{on:%Y%m%d}"
    told = set(Notification.objects.filter(key=key).values_list("recipient_id", flat=True))
    fresh = {person: mine for person, mine in waiting.items() if person not in told}
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
        len(fresh), len({sheet.pk for mine in fresh.values() for sheet in mine}), len(waiting) - len(fresh), vacant
    )
    if fresh:
        audit.append(
            "submission.nudge_late",
            about=campaign,
            actor=actor,
            at=at,
            detail={"people": nudged.people, "sheets": nudged.sheets},
        )
    return nudged


def _by_person(rows, holding):
    """``{user id: sheets that wait for him}``, and how many wait for nobody."""
    waiting, vacant = {}, 0
    for sheet in rows.iterator(chunk_size=2000):
        people = holding.waited_for(sheet)
        vacant += not people
        for person in people:
            waiting.setdefault(person, []).append(sheet)
    return waiting, vacant


def _text(actor, mine):
    """What one person reads: how many, what, never what a sheet says."""
    filling = sum(sheet.state in EDITABLE for sheet in mine)
    what = [
        f"{filling} 张逾期未交" if filling else "",
        f"{len(mine) - filling} 张逾期未办" if filling < len(mine) else "",
    ]
    papers = Counter(sheet.task.label for sheet in mine).most_common()
    named = "、".join(f"“{label}”{number} 张" for label, number in papers)
    text = f"{actor.user.name}催办：您有 {'，'.join(part for part in what if part)}，请尽快办理：{named}。"
    return text if len(text) <= TEXT else f"{text[: TEXT - 1]}…"
