"""What is shown of a sheet's entries, and the words for what they change."""

from dataclasses import dataclass, field
from functools import cache

from registers.models import ControlMeasure, PostGrade, PowerItem, RiskPoint
from registers.prepared import Given, Prepared
from registers.text import digest_of
from workflows.models import SubmissionLine

Change = SubmissionLine.Change
RECORDS = {RiskPoint: "risk_point", PowerItem: "power_item", ControlMeasure: "measure", PostGrade: "post_grade"}
# What stands in an entry's head, or is shown by whoever grades.
SHOWN_APART = ("category", "factors", "self_grade", "proposed_grade", "final_grade", "grade_reason")


@dataclass
class Shown:
    """One entry as reviewers and papers see it.

    ``fields``: (code, label, value) of what is proposed, ``before`` of what is in force. ``submission``: the person's sheet that the
    entry stands on, where another sheet carries it.
    """

    key: str
    number: int
    change: str
    fields: list
    before: list = field(default_factory=list)
    heading: str = ""
    lines: list = field(default_factory=list)
    grade: object = None
    details: dict = field(default_factory=dict)
    submission: object = None

    def concerns(self, people):
        """Whether the entry stands on the sheet of one of ``people`` (ids), who then keep out of it (本人事项)."""
        return self.submission is not None and self.submission.person_id in people

    @property
    def change_label(self):
        return Change(self.change).label

    @property
    def verdict(self):
        verdicts = {line.verdict for line in self.lines}
        if "returned" in verdicts:
            return "returned"
        return "accepted" if verdicts == {"accepted"} else ""

    @property
    def comment(self):
        return next((line.comment for line in self.lines if line.comment), "")

    @property
    def returned_at(self):
        return next((line.returned_at for line in self.lines if line.returned_at), None)

    @property
    def rounds_returned(self):
        return max((line.rounds_returned for line in self.lines), default=0)

    @property
    def reason(self):
        return next((line.reason for line in self.lines if line.reason), "")

    @property
    def fingerprint(self):
        return digest_of([line.fingerprint for line in self.lines])


def lines_of(submission, kind):
    """Return the lines of a submission with what a sheet of this kind (its class) shows of their records."""
    lines = _lines_read(kind).of(submission=submission.pk)
    for line in lines:
        line.submission = submission
    return lines


@cache
def _lines_read(kind):
    return Prepared(kind.lines_read(SubmissionLine.objects.filter(submission=Given("submission"))))
