"""The papers this app can fill: finds the sheet and hands over its document."""

from registers.papers.compose import source
from workflows.models import Submission
from workflows.sheets.documents import document


@source("submission")
def submission_document(*, submission):
    """The document of one submission, frozen if it has been filed."""
    return document(submission)


def find(*, scheme, paper, unit=None, person=None, year=None):
    """The latest submission on ``paper`` (a slug) of a unit or a person, as they are named on the command line.

    ``unit`` is a unit code, ``person`` a staff number. Returns None when there is none.
    """
    found = Submission.objects.filter(task__paper=paper, task__campaign__scheme__slug=scheme)
    if unit:
        found = found.filter(unit__code=unit, person=None)
    if person:
        found = found.filter(person__number=person)
    if year:
        found = found.filter(task__campaign__year=year)
    return (
        found.select_related("task__campaign__scheme", "unit", "post", "person", "group")
        .order_by("-task__campaign__year", "pk")
        .first()
    )
