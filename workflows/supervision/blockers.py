"""What speaks against the measures of a point for the time being, so that they do not lighten it.

Whoever knows of such things adds a function with ``blocks``. Known today: notices that have not ended, and with them every objection
that is still open. Objections that were upheld, open findings and warnings on a point belong here once they are recorded as such.
"""

from django.db.models import Q

from workflows.deadlines import days
from workflows.models import PublicityNotice, SubmissionLine
from workflows.models.submissions import State

SOURCES = []


def blocks(function):
    """Let ``function`` name blockers: ``function(on)`` yields ``(series of a point, sentence)``.

    It asks the database once. ``on``: the day at whose end they are looked for.
    """
    SOURCES.append(function)
    return function


def on_points(on):
    """Return series → the sentences of what speaks against the point at the end of the day ``on``."""
    found = {}
    for function in SOURCES:
        for series, sentence in function(on):
            found.setdefault(series, []).append(sentence)
    return found


@blocks
def running_notices(on):
    """Yield the points whose grades are on notice.

    While an objection is open the notice does not end. The sentence says no more than that, because the unit concerned is not told
    of an objection.
    """
    end = days.start_of(days.add_days(on, 1))
    open_still = Q(cleared_at=None, submission__state=State.IN_REVIEW) | Q(cleared_at__gte=end)
    sheets = PublicityNotice.objects.filter(open_still, starts_on__lte=on).order_by().values("submission")
    lines = SubmissionLine.objects.filter(Q(submission__in=sheets) | Q(submission__carrier__in=sheets))
    on_record = lines.filter(risk_point__isnull=False).order_by().values_list("risk_point__series", flat=True)
    for series in on_record.distinct():
        yield series, "等级正在公示，公示办结以后再计算"
