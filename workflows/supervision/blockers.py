"""What speaks against the measures of a point for the time being: they do not lower its grade.

Whoever knows of such things adds a function with ``blocks``. Known today: sheets on a notice, and with them every objection that is
still open, findings of inspections that are not put right, and warnings that are not lifted. An objection that was upheld needs
nothing here: its row goes back.
"""

from functools import cache

from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast

from registers.batches import batches
from registers.prepared import Given, Prepared
from workflows.deadlines import days
from workflows.models import NoticeSheet, Rectification, Submission, SubmissionLine, WarningPoint

SOURCES = []


def blocks(sentence, *, series):
    """Let a function name points of which ``sentence`` is to be said.

    ``function(on, end)`` returns what speaks against points at the ``end`` of the day ``on`` (a moment), as a query. ``series``: where
    it has their series.
    """

    def registered(function):
        SOURCES.append((sentence, series, function))
        return function

    return registered


def on_points(points, on):
    """Return series → sentences: what speaks against each of ``points`` at the end of the day ``on``.

    ``points``: their series. All reasons are asked for in one query for so many of them.
    """
    end = days.due_moment(on)
    return _by_series(said for part in batches(points) for said in _of_points().of(series=part, on=on, end=end))


@cache
def _of_points():
    return Prepared(_said("within", Given("series"), Given("on"), Given("end"), F))


def on_query(points, on):
    """As ``on_points``, for all points of a query, by the text of their series: one statement."""
    return _by_series(_said("in", points.order_by().values("series"), on, days.due_moment(on), as_text))


def as_text(series):
    """Return the column ``series`` as a text: to make a key of each costs more than to read it."""
    return Cast(series, TextField())


def _said(among, points, on, end, series_of):
    rows = [
        function(on, end)
        .filter(**{f"{series}__{among}": points})
        .order_by()
        .values_list(series_of(series), Value(sentence))
        for sentence, series, function in SOURCES
    ]
    return rows[0].union(*rows[1:])


def _by_series(said):
    found = {}
    for series, sentence in said:
        found.setdefault(series, []).append(sentence)
    return found


@blocks("等级正在公示，公示办结以后再计算", series="risk_point__series")
def on_notice(on, end):
    """Name the points whose grades are on notice.

    While an objection is open the sheet stays on its notice. The sentence says no more than that, because the unit concerned is not
    told of an objection.
    """
    rows = NoticeSheet.objects.filter(Q(left_at=None) | Q(left_at__gte=end), notice__starts_on__lte=on)
    sheets = rows.order_by().values("submission")
    # A union, because PostgreSQL uses no index through an OR: it would read points in the order of their keys instead.
    carried = Submission.objects.filter(carrier__in=sheets).order_by().values("pk")
    return SubmissionLine.objects.filter(submission__in=sheets.union(carried), risk_point__isnull=False)


@blocks("检查发现的问题尚未销号，销号以后再计算", series="finding__point_series")
def open_findings(on, end):
    """Name the points about which an inspection has found something that is not put right."""
    ordered = Rectification.objects.filter(Q(closed_at=None) | Q(closed_at__gte=end), issued_at__lt=end)
    return ordered.filter(finding__point_series__isnull=False, finding__withdrawn_at=None)


@blocks("有尚未办结的监督事项，办结以后再计算", series="series")
def open_warnings(on, end):
    """Name the points that an issued warning is about which is not lifted.

    The sentence does not say that it is a warning: whoever reads the point may not read that.
    """
    still = Q(warning__lifted_at=None) | Q(warning__lifted_at__gte=end)
    return WarningPoint.objects.filter(still, warning__issued_at__lt=end)
