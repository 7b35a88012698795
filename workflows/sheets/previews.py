"""What submissions bring, in brief, for whoever approves many at once. A constant number of queries."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from django.db.models import Count, F, Q

from registers import grading
from registers.models import RiskPoint
from registers.papers import faces
from registers.prepared import Given, Prepared
from registers.text import clipped
from workflows.models import Objection, ReviewVote, SubmissionLine, Suggestion
from workflows.sheets.graded import grade_so_far

Change = SubmissionLine.Change
LONGEST = 120  # characters of one entry


@dataclass
class Brief:
    """What a submission brings, in brief.

    ``entries``: (change, category, text, grade or None). ``findings``: what a reviewer should look at.
    """

    submission: object
    entries: list = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    grade: object = None
    findings: list = field(default_factory=list)
    agreed: int = 0
    voted: int = 0

    @property
    def step(self):
        """The step where the submission is, in the rule book."""
        return self.submission.step_rules

    @property
    def changes(self):
        """``(kind, words)`` of the kinds of changes there are, the additions first."""
        return [(kind.value, f"{kind.label} {self.counts[kind]}") for kind in Change if self.counts[kind]]

    @property
    def total(self):
        return len(self.entries)


def briefs(submissions, *, actor):
    """Submission id → ``Brief``. Suggestions count as far as ``actor`` may read them."""
    of_submission = {row.pk: Brief(row) for row in submissions}
    for pk, entries in _entries(of_submission).items():
        for lines in entries.values():
            _entry(of_submission[pk], lines)
    _votes(of_submission)
    objected = Objection.objects.filter(submission__in=of_submission).values_list("submission", flat=True)
    for pk in set(objected):
        of_submission[pk].findings.append("公示期间收到过异议")
    _suggestions(of_submission, actor)
    for brief in of_submission.values():
        rank = brief.submission.gravest_rank
        grades = brief.submission.task.campaign.scheme.rules.grades
        brief.grade = next((grade for grade in grades if grade.rank == rank), None)
    return of_submission


def _entries(of_submission):
    """Submission id → entry key → its lines, after its own those of the sheets that it carries."""
    grouped, series = {}, set()
    for line in _lines().of(sheets=list(of_submission)) if of_submission else ():
        of = line.submission_id if line.submission_id in of_submission else line.carried_by
        grouped.setdefault(of, {}).setdefault(line.entry, []).append(line)
        if line.measure_id:
            series.add(line.measure.point_series)
    contents = dict(
        RiskPoint.objects.filter(series__in=series, in_force_from__isnull=False)
        .order_by("in_force_from", "pk")
        .values_list("series", "content")
    )
    for entries in grouped.values():
        for lines in entries.values():
            for line in lines:
                line.about = contents.get(line.measure.point_series, "") if line.measure_id else ""
    return grouped


@cache
def _lines():
    """Return the query for the lines of sheets and of what they carry. ``carried_by``: the sheet that carries a line's own."""
    of_sheets = Q(submission__within=Given("sheets")) | Q(submission__carrier__within=Given("sheets"))
    lines = SubmissionLine.objects.filter(of_sheets).annotate(carried_by=F("submission__carrier"))
    own_first = F("submission__carrier").asc(nulls_first=True)
    return Prepared(
        lines.order_by(own_first, "submission", "position", "pk").select_related(
            "risk_point__category",
            "risk_point__self_grade",
            "risk_point__proposed_grade",
            "risk_point__final_grade",
            "power_item",
            "measure",
            "post_grade__post",
            "post_grade__self_grade",
            "post_grade__proposed_grade",
            "post_grade__final_grade",
        )
    )


def _entry(brief, lines):
    first = next((line for line in lines if line.risk_point_id), lines[0])
    changes = {line.change for line in lines}
    change = first.change if first.risk_point_id or len(changes) == 1 else Change.REVISE
    brief.counts[Change(change)] += 1
    category, text, grade = "", str(first.record), None
    if (point := first.risk_point) is not None:
        category, text, grade = point.category.label, point.content, grade_so_far(point)
        if change in (Change.ADD, Change.REVISE) and _departs(brief, point):
            _say(brief, "自评等级与系统建议不同")
    elif first.post_grade_id:
        text, grade = first.post_grade.post.name, grade_so_far(first.post_grade)
    elif first.measure_id:
        text = f"{first.about}：{'；'.join(line.measure.text for line in lines if line.change != Change.KEEP)}"
    if faces.missing(text + getattr(first.record, "manifestation", "")):
        _say(brief, "有字库没有的字，打印时印成方框")
    brief.entries.append((change, category, clipped(text, LONGEST), grade))
    if any(line.rounds_returned for line in lines):
        _say(brief, "有曾被退回的项目")
    if change == Change.RETIRE:
        _say(brief, "有拟撤销的项目")


def _departs(brief, point):
    """Does the grade the post holder chose differ from what the rule says of the point's factors?"""
    if point.self_grade is None:
        return False
    rules = brief.submission.task.campaign.scheme.rules
    proposed = grading.propose(rules, point.factors, forced_by=["major_matter"] if point.major_matter else []).grade
    return proposed is not None and proposed != point.self_grade.code


def _say(brief, finding):
    if finding not in brief.findings:
        brief.findings.append(finding)


def _votes(of_submission):
    for vote in ReviewVote.objects.filter(submission__in=of_submission):
        brief = of_submission[vote.submission_id]
        if vote.round == brief.submission.round:
            brief.voted += 1
            brief.agreed += vote.agrees
    for brief in of_submission.values():
        if brief.voted > brief.agreed:
            _say(brief, f"{brief.voted - brief.agreed} 名成员判为不全或不准")


def _suggestions(of_submission, actor):
    """Sheets of points whose filler has left suggestions unanswered."""
    searching = [brief for brief in of_submission.values() if brief.submission.task.brings == "points"]
    if not searching:
        return
    open_ = (
        Suggestion.objects.visible_to(actor)
        .filter(campaign__in={brief.submission.task.campaign_id for brief in searching}, outcome="", withdrawn_at=None)
        .order_by()
        .values_list("campaign", "unit", "post")
        .annotate(number=Count("pk"))
    )
    counts = {(campaign, post or f"unit {unit}"): number for campaign, unit, post, number in open_}
    for brief in searching:
        submission = brief.submission
        if number := counts.get((submission.task.campaign_id, submission.post_id or f"unit {submission.unit_id}")):
            _say(brief, f"{number} 条建议尚未答复")
