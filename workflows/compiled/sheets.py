"""The paper of a submission: find the submission and return its document."""

from registers.papers.compose import source
from registers.papers.given import SHEET
from workflows.models import Submission
from workflows.sheets import columns
from workflows.sheets.documents import document


@source(SHEET, rows=columns.rows_of, fields=columns.fields_of, steps=columns.steps_of, marks=columns.marks_of)
def submission_document(*, submission):
    """The document of one submission, frozen if it has been filed."""
    return document(submission)


def find(*, scheme, paper, unit=None, person=None, year=None):
    """Find the latest submission on a paper for a unit or a person, None when there is none.

    ``paper`` is a slug, ``unit`` a unit code, ``person`` a staff number, as given on the command line.
    """
    submissions = Submission.objects.filter(task__paper=paper, task__campaign__scheme__slug=scheme)
    if unit:
        submissions = submissions.filter(unit__code=unit, person=None)
    if person:
        submissions = submissions.filter(person__number=person)
    if year:
        submissions = submissions.filter(task__campaign__year=year)
    return (
        submissions.select_related("task__campaign__scheme", "unit", "post", "person", "group")
        .order_by("-task__campaign__year", "pk")
        .first()
    )
