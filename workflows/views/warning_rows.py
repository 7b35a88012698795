"""Rows of the list of warnings as plain values, so that rows that are alike are drawn once."""

from collections import namedtuple
from functools import cache

from django.db.models import Q

from registers.access import Seen
from workflows.deadlines import days
from workflows.models import RiskWarning

# A row of the list. ``colour`` and ``level``: of its level, empty where it has none. ``person``: whether it is addressed to one.
Row = namedtuple("Row", "pk is_over text colour level recipient person unit trigger because due stage tone")
Due = namedtuple("Due", "text relative tone")


NARROWED = {
    "": Q(dismissed_at=None, lifted_at=None),
    "proposed": Q(made_by=None, dismissed_at=None, issued_at=None),
    "drafts": Q(made_by__isnull=False, dismissed_at=None, issued_at=None),
    "lifted": Q(lifted_at__isnull=False),
    "dismissed": Q(dismissed_at__isnull=False),
}


@cache
def listed():
    """Return the query for the warnings that somebody reads, which the tabs narrow."""
    # The rule book is long, and its types are kept by the process.
    rows = RiskWarning.objects.select_related("scheme", "unit", "person").defer("scheme__document", "scheme__source")
    return Seen(rows, choices=NARROWED)


def shown(warning, now):
    """Return what the list shows of a warning."""
    waiting = warning.answer_due_on and warning.answered_at is None and warning.lifted_at is None
    due, level = days.shown(warning.answer_due_on, now) if waiting else None, warning.level_rules
    return Row(
        warning.pk,
        bool(warning.dismissed_at or warning.lifted_at),
        str(warning),
        *((level.colour, level.label) if level else ("", "")),
        warning.recipient,
        bool(warning.person_id),
        warning.unit.name,
        warning.get_trigger_display(),
        warning.because,
        due and Due(due.text, due.relative, due.tone),
        *warning.stage,
    )
