"""How the tests of routes look at a sheet."""

from registers.models import (
    AuditEntry,
    RiskPoint,
)
from workflows.models import Arrival, Decision, FiledPaper, Notification, ReviewVote, Submission
from workflows.sheets import sheet_for
from workflows.sheets.composing import content_of
from workflows.sheets.documents import digest_of_content


def digest_now(sheet):
    """The digest of the document that would be composed of the sheet today."""
    return digest_of_content(content_of(sheet, sheet_for(sheet).shown(), on=sheet.as_of))


def where(sheet):
    return sheet.state, sheet.step, sheet.waiting_role


def everything(sheet):
    """All that a refused act must leave as it was."""
    row = Submission.objects.filter(pk=sheet.pk).values().get()
    lines = list(sheet.lines.order_by("pk").values())
    return (
        row,
        lines,
        Decision.objects.count(),
        ReviewVote.objects.count(),
        AuditEntry.objects.count(),
        Notification.objects.count(),
        RiskPoint.objects.count(),
        Arrival.objects.count(),
        FiledPaper.objects.count(),
    )


def keys(sheet):
    return [entry.key for entry in sheet_for(sheet).shown()]


def decisions(sheet):
    return list(sheet.decisions.values_list("step", "verdict", "acting_role", "actor__number", "signed"))


def told(user, kind):
    return list(
        Notification.objects.filter(recipient=user, kind=kind).order_by("pk").values_list("submission_id", flat=True)
    )


def verdicts(sheet):
    return [
        (row.risk_point.content, row.verdict, row.comment, row.rounds_returned)
        for row in sheet.lines.select_related("risk_point")
    ]
