"""What a sheet holds: from typed content to proposed changes, and from these to what people are shown.

One class per thing a sheet can bring to the register (``brings`` of a task in the scheme): ``points``, ``grades``,
``full`` (both, or measures, in one go), ``measures``, ``powers``, ``post_grades``, ``group``, ``report``,
``succession``, ``adjusting`` (changes at any time), ``imported`` (old ledgers).
What they share: ``base``, ``fields`` (what is asked), ``graded``, ``arrangements`` of a measure and ``naming`` of
its people, ``process`` (steps of a power), ``places`` (on which power a point stands), ``choosing`` (entries on
record).
What is typed: ``drafts``, ``conflicts`` of two windows. How it becomes rows: ``writing``.
What is shown: ``composing`` and ``columns`` (the paper), ``signoffs`` (who has signed it),
``documents`` (composed, kept, decided), ``shown``, ``changes`` and ``noticed`` (beside a kept document),
``previews``, ``carrying`` (sheets aboard), ``overlaps`` with other sheets.
Never here: moving a sheet (``workflows.routing``), who may see it (``workflows.policies``), inputs of a form
(``workflows.forms``).
"""

from registers.schemes import importing
from registers.schemes.adjusting import is_adjustment
from registers.schemes.language import SUCCESSION, Brings
from workflows.sheets.adjusting import PointAdjustment, PowerAdjustment
from workflows.sheets.fields import Incomplete
from workflows.sheets.full import FullPointSheet
from workflows.sheets.grades import GradeSheet
from workflows.sheets.group import GroupSheet
from workflows.sheets.imported import ImportedPoints, ImportedPowers
from workflows.sheets.measures import MeasureSheet
from workflows.sheets.points import PointSheet
from workflows.sheets.post_grades import PostGradeSheet
from workflows.sheets.powers import PowerSheet
from workflows.sheets.report import ReportSheet
from workflows.sheets.succession import SuccessionSheet

_KINDS = {
    Brings.POINTS: PointSheet,
    Brings.GRADES: GradeSheet,
    Brings.POST_GRADES: PostGradeSheet,
    Brings.MEASURES: MeasureSheet,
    Brings.POWERS: PowerSheet,
    Brings.GROUP: GroupSheet,
    Brings.REPORT: ReportSheet,
}


def sheet_for(submission):
    """The sheet of a submission, of the kind its task brings."""
    if is_adjustment(submission.task.code):
        return PowerAdjustment(submission) if submission.task.brings == Brings.POWERS else PointAdjustment(submission)
    if importing.is_import(submission.task.code):
        return ImportedPowers(submission) if submission.task.code == importing.POWERS else ImportedPoints(submission)
    if submission.task.code == SUCCESSION:
        return SuccessionSheet(submission)
    if submission.task.rules.also:
        return FullPointSheet(submission)
    return _KINDS[Brings(submission.task.brings)](submission)


__all__ = ["Incomplete", "sheet_for"]
