"""What each figure of a ranking counts: one query per figure for all units together.

A figure is a list of things, each of which counts or not. Only what was due before the day of counting is asked. Who
fills in early, reports findings of his own or has many points is neither better nor worse off for it.
"""

from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from registers.models import ControlMeasure
from workflows.deadlines import days
from workflows.models import (
    Decision,
    MeasureCheck,
    MeasureProgress,
    NoticeSheet,
    Objection,
    Rectification,
    RectificationStep,
    RiskWarning,
    Submission,
    Survey,
)
from workflows.models.submissions import State
from workflows.policies.checks import with_latest_check
from workflows.publicity.rankings import score

ABOVE = ("leader_in_charge", "office", "school_group", "party_committee")  # beyond the unit's own review
Verdict = Decision.Verdict
Upheld = (Objection.Finding.UPHELD, Objection.Finding.PARTLY)
FIGURES = {}


@dataclass(frozen=True)
class Thing:
    """One thing that a figure counts: a sheet, a measure, a finding.

    ``counts``: whether it is among the number, else only among those it is taken from. ``kind`` and ``key`` lead to it; ``label``
    names no person and quotes no content, because who reads figures need not read sheets. ``points``: of a thing that is measured
    instead of counted, its points of 100.
    """

    unit: int
    counts: bool
    kind: str
    key: str
    label: str
    note: str
    points: int | None = None

    @property
    def share(self):
        """What it adds to the number, and to what that is taken from."""
        return (int(self.counts), 1) if self.points is None else (self.points, 100)

    @property
    def frozen(self):
        """The thing as a ranking keeps it."""
        return [self.counts, self.kind, self.key, self.label, self.note]


def figure(code):
    """Let a function yield the things of the figure ``code``.

    It is called with the campaign and the day of counting.
    """

    def register(function):
        FIGURES[code] = function
        return function

    return register


def _due(campaign, on):
    """The sheets that were due before the day ``on``. A sheet that could not be opened yet is nobody's fault."""
    sheets = Submission.objects.filter(task__campaign=campaign, due_on__lt=on)
    return sheets.exclude(state__in=[State.CANCELLED, State.WAITING])


def _sheets(rows, **annotated):
    """Rows of ``rows`` with the words that name each, in a fixed order."""
    rows = rows.annotate(place=Coalesce("post__name", "unit__name"), **annotated).order_by("task__position", "pk")
    return rows.values("pk", "unit_id", "task__label", "place", "due_on", "submitted_at", "state", *annotated)


def _sheet(row, counts, note):
    label = f"{row['task__label']}（{row['place']}）"
    return Thing(row["unit_id"], bool(counts), "submission", str(row["pk"]), label, note)


@figure("timely")
def timely(campaign, on):
    """Sheets that were first handed in by their day."""
    # What was withdrawn and handed in again in the first round counts by the last time.
    first = Decision.objects.filter(submission=OuterRef("pk"), verdict=Verdict.SUBMIT, round=1).order_by(
        "-seen_version"
    )
    for row in _sheets(_due(campaign, on), late=Subquery(first.values("days_late")[:1])):
        if row["submitted_at"] is None:
            yield _sheet(row, False, f"应于 {row['due_on']} 前提交，尚未提交")
        elif row["late"]:
            yield _sheet(row, False, f"逾期 {row['late']} 天提交")
        else:
            yield _sheet(row, True, "按时提交")


@figure("coverage")
def coverage(campaign, on):
    """Sheets that are handed in, late ones as well. One that was returned counts again when it is back."""
    for row in _sheets(_due(campaign, on)):
        there = row["state"] in (State.IN_REVIEW, State.FILED)
        yield _sheet(row, there, "已提交" if there else "退回后尚未重报" if row["submitted_at"] else "尚未提交")


@figure("quality")
def quality(campaign, on):
    """Sheets that those above the unit have judged, of which some were sent back.

    What the unit itself sent back does not count: it is its own good review.
    """
    carried = [task.carries for task in campaign.scheme.rules.tasks if task.carries]
    judged = Decision.objects.filter(submission=OuterRef("pk"), acting_role__in=ABOVE)
    sheets = Submission.objects.filter(task__campaign=campaign).exclude(task__code__in=carried)
    sheets = sheets.filter(Exists(judged.filter(verdict__in=[Verdict.AGREE, Verdict.RETURN, Verdict.PART])))
    back = judged.filter(verdict__in=[Verdict.RETURN, Verdict.PART])
    for row in _sheets(sheets, back=Exists(back)):
        yield _sheet(row, row["back"], "曾被单位以上退回" if row["back"] else "未被单位以上退回")


@figure("objections")
def objections(campaign, on):
    """Sheets that have been on notice, of which some were objected to with reason."""
    shown = NoticeSheet.objects.filter(submission=OuterRef("pk"), notice__released_at__isnull=False)
    upheld = Objection.objects.filter(submission=OuterRef("pk"), finding__in=Upheld)
    sheets = Submission.objects.filter(task__campaign=campaign).filter(Exists(shown))
    for row in _sheets(sheets, upheld=Exists(upheld)):
        yield _sheet(row, row["upheld"], "异议成立或部分成立" if row["upheld"] else "没有成立的异议")


def _measures(rows, *annotated):
    """Rows of measures with their latest checks, in a fixed order. ``annotated``: what the caller has added."""
    rows = with_latest_check(rows).order_by("unit", "due_on", "pk")
    named = ("unit_id", "unit__name", "series", "stage", "due_on", "checked_as", "checked_at", "undone_at")
    return rows.values(*named, *annotated)


def _measure(row, counts, note, stages):
    due = f"，限 {row['due_on']}" if row["due_on"] else ""
    label = f"{stages.get(row['stage'], row['stage'])}措施（{row['unit__name']}{due}）"
    return Thing(row["unit_id"], bool(counts), "measure", str(row["series"]), label, note)


def _stages(campaign):
    return {stage.code: stage.label for stage in campaign.scheme.rules.measure_stages}


@figure("carried_out")
def carried_out(campaign, on):
    """Measures in force whose day has passed: noted as done, and no check says otherwise."""
    stages = _stages(campaign)
    due = ControlMeasure.objects.in_force(on).filter(due_on__lt=on)
    for row in _measures(due, "noted"):
        if row["noted"] != MeasureProgress.State.DONE:
            yield _measure(row, False, "到期没有记录已落实", stages)
        elif row["checked_as"] == MeasureCheck.Result.NOT_VERIFIED:
            yield _measure(row, False, "记录已落实，核查未通过", stages)
        else:
            yield _measure(row, True, "已落实", stages)


@figure("verified")
def verified(campaign, on):
    """Measures in force that were checked, and that the latest check found carried out.

    A later note that the measure is not done takes that back.
    """
    stages = _stages(campaign)
    checked = MeasureCheck.objects.filter(measure=OuterRef("pk"))
    for row in _measures(ControlMeasure.objects.in_force(on).filter(Exists(checked))):
        undone = row["undone_at"] is not None and row["undone_at"] > row["checked_at"]
        good = row["checked_as"] == MeasureCheck.Result.VERIFIED and not undone
        yield _measure(row, good, "核查通过" if good else "核查后又未落实" if undone else "核查未通过", stages)


@figure("rectified")
def rectified(campaign, on):
    """Findings of the year's inspections that are closed or past their day, put right in time.

    One that came back does not count. In time is what the unit asked to have closed by its day. What still waits
    for the check of others is left out.
    """
    back = RectificationStep.objects.filter(rectification=OuterRef("pk"), kind=RectificationStep.Kind.RECURRED)
    rows = Rectification.objects.filter(
        Q(closed_at__isnull=False) | Q(due_on__lt=on),
        finding__inspection__plan__institution=campaign.institution_id,
        finding__inspection__plan__year=campaign.year,
        finding__withdrawn_at=None,
    )
    rows = rows.annotate(back=Exists(back), unit=F("finding__inspection__unit")).order_by("pk")
    for row in rows.select_related("finding__inspection__plan"):
        in_time = row.asked_at is not None and not days.is_overdue(row.due_on, row.asked_at)
        if in_time and row.closed_at is None:
            continue
        note = "问题反弹" if row.back else "按期申请并销号" if in_time else "没有按期整改"
        yield Thing(row.unit, in_time and not row.back, "finding", str(row.finding_id), str(row.finding), note)


@figure("satisfied")
def satisfied(campaign, on):
    """The last survey of satisfaction of the year about each unit, by its score.

    One without a result counts for nothing.
    """
    rows = Survey.objects.filter(year=campaign.year, score__isnull=False, closed_at__lt=days.start_of(on))
    last = {row.unit_id: row for row in rows.select_related("unit").order_by("closed_at", "pk")}
    for row in last.values():
        points = int(score.rounded(Fraction(row.score), 0))
        yield Thing(row.unit_id, points > 0, "survey", str(row.pk), str(row), f"满意度 {row.score}", points)


@figure("answered")
def answered(campaign, on):
    """Letters to a unit whose answer was due, answered in time. Letters to persons are no unit's figure.

    Only their number is known here: neither what they are nor what they say.
    """
    letters = RiskWarning.objects.filter(
        institution=campaign.institution_id, person=None, issued_at__year=campaign.year, answer_due_on__lt=on
    )
    rows = letters.order_by("unit", "answer_due_on", "pk").values_list(
        "unit", "answer_due_on", "answered_at", "answer_late"
    )
    for unit, due, at, late in rows:
        note = "逾期未答复" if at is None else "逾期答复" if late else "按期答复"
        yield Thing(unit, at is not None and not late, "letter", "", f"须在 {due} 前答复的文书", note)
