"""Sheets whose step nobody can take any more climb on: its holder left, or the sheet concerns him now (design decision 5)."""

from functools import cache

from django.utils import timezone

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from workflows import policies, routes
from workflows.models import Submission
from workflows.models.submissions import State


def reseat(*, at):
    """Pass every orphaned sheet to whoever acts in its step today; return how many. Running it again changes nothing."""
    on, reseated = timezone.localdate(at), 0
    holders = cache(lambda role, unit: frozenset(policies.holders(role, unit, on=on).values_list("pk", flat=True)))
    waiting = (
        Submission.objects.filter(state=State.IN_REVIEW, task__campaign__state="open")
        .exclude(waiting_role=policies.NOTICE)
        .with_rules()
        .select_related("unit", "person")
    )
    for sheet in waiting.iterator(chunk_size=2000):
        able = holders(sheet.waiting_role, sheet.unit) - {sheet.person_id}
        if sheet.waiting_role in SCHOOL_ROLES:
            able -= policies.concerned(sheet, sheet.waiting_role, on=on)
        enough = 2 if sheet.waiting_role == GROUP_MEMBER else 1
        if len(able) < enough:
            reseated += routes.pass_up(sheet, at=at)
    return reseated
