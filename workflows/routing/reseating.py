"""Sheets whose step nobody can take any more climb on: its holder left, or the sheet concerns him now (design decision 5)."""

from functools import cache

from django.utils import timezone

from registers.actors import GROUP_MEMBER, SCHOOL_ROLES
from registers.models import Appointment
from workflows import policies
from workflows.models import Submission
from workflows.models.submissions import State
from workflows.routing import routes


def reseat(*, at):
    """Pass every orphaned sheet to whoever acts in its step today; return how many. Running it again changes nothing."""
    on, reseated = timezone.localdate(at), 0
    seat = cache(lambda role, unit: _seat(role, unit, on))
    standins, away = _standins(on)
    waiting = (
        Submission.objects.filter(state=State.IN_REVIEW, task__campaign__state="open")
        .exclude(waiting_role=policies.NOTICE)
        .with_rules()
        .select_related("unit", "person")
    )
    for sheet in waiting.iterator(chunk_size=2000):
        place, holders = seat(sheet.waiting_role, sheet.unit)
        able = holders - {sheet.person_id} - standins.get(sheet.person_id, set())
        able -= away.get((sheet.waiting_role, place), set())  # as in ``acting``: who is away is not waited for
        if sheet.waiting_role in SCHOOL_ROLES:
            able -= policies.concerned(sheet, sheet.waiting_role, on=on)
        enough = 2 if sheet.waiting_role == GROUP_MEMBER else 1
        if len(able) < enough:
            reseated += routes.pass_up(sheet, at=at)
    return reseated


def _seat(role, unit, on):
    place, users = policies.seat(role, unit, on=on)
    return place.pk if place else None, frozenset(users.values_list("pk", flat=True))


def _standins(on):
    """Who stands in for a person, and who is away from a role at a unit: read once for all sheets."""
    standins, away = {}, {}
    found = Appointment.objects.in_force(on).filter(acting_for__isnull=False)
    for user, person, role, unit in found.values_list("user", "acting_for", "role", "unit"):
        standins.setdefault(person, set()).add(user)
        away.setdefault((role, unit), set()).add(person)
    return standins, away
