"""What speaks against the measures of a point for the time being, so that they do not lighten it.

Whoever knows of such things adds a function with ``blocks``. Known today: sheets on a notice, and with them every objection that is
still open, and findings of inspections that are not put right. An objection that was upheld needs nothing here: its row goes back.
"""

from django.db.models import Q, Value

from workflows.deadlines import days
from workflows.models import NoticeSheet, Rectification, SubmissionLine

SOURCES = []


def blocks(sentence):
    """Let a function name points of which ``sentence`` is to be said.

    ``function(on)`` returns the series of the points at the end of the day ``on``, as a query of one column.
    """

    def registered(function):
        SOURCES.append((sentence, function))
        return function

    return registered


def on_points(on):
    """Return series → sentences: what speaks against each point at the end of the day ``on``.

    All reasons are asked for in one query.
    """
    rows = [function(on).order_by().annotate(sentence=Value(sentence)) for sentence, function in SOURCES]
    found = {}
    for series, sentence in rows[0].union(*rows[1:]):
        found.setdefault(series, []).append(sentence)
    return found


@blocks("等级正在公示，公示办结以后再计算")
def on_notice(on):
    """Name the points whose grades are on notice.

    While an objection is open the sheet stays on its notice. The sentence says no more than that, because the unit concerned is not
    told of an objection.
    """
    end = days.due_moment(on)
    rows = NoticeSheet.objects.filter(Q(left_at=None) | Q(left_at__gte=end), notice__starts_on__lte=on)
    sheets = rows.order_by().values("submission")
    lines = SubmissionLine.objects.filter(Q(submission__in=sheets) | Q(submission__carrier__in=sheets))
    return lines.filter(risk_point__isnull=False).values_list("risk_point__series")


@blocks("检查发现的问题尚未销号，销号以后再计算")
def open_findings(on):
    """Name the points about which an inspection has found something that is not put right."""
    end = days.due_moment(on)
    ordered = Rectification.objects.filter(Q(closed_at=None) | Q(closed_at__gte=end), issued_at__lt=end)
    about = ordered.filter(finding__point_series__isnull=False, finding__withdrawn_at=None)
    return about.values_list("finding__point_series")
