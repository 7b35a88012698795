"""What submissions bring, in brief, for whoever approves many at once. A constant number of queries.

A page has many rows and shows little of each, so nothing here is an instance of a model but what many rows share.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace

from django.db.models import Count, F, Q, TextField, Value
from django.db.models.functions import Coalesce

from registers import grading
from registers.access import Seen
from registers.models import Grade, RiskPoint
from registers.papers import faces
from registers.prepared import Given, Prepared
from registers.text import clipped
from workflows.models import Objection, ReviewVote, SubmissionLine, Suggestion
from workflows.models.campaigns import tasks_with_rules
from workflows.models.decisions import agreed
from workflows.models.submissions import subject_of
from workflows.sheets.graded import grade_so_far

Change = SubmissionLine.Change
LONGEST = 120  # characters of one entry
# What is read of a submission.
COLUMNS = ("pk", "version", "round", "step", "waiting_role", "step_due_on", "gravest_rank", "narrative")
COLUMNS += ("task_id", "unit_id", "post_id", "person_id")


@dataclass
class Brief:
    """What a submission brings, in brief.

    It has the submission's own ``COLUMNS``, the names of its unit, post and person, its ``task`` and its step in the
    rule book (``step_rules``).
    ``entries``: (change, category, text, grade or None). ``findings``: what a reviewer should look at.
    ``voters``: ids of those who have voted in its present round.
    """

    columns: dict
    task: object
    entries: list = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    findings: list = field(default_factory=list)
    voters: set = field(default_factory=set)
    agreed: int = 0

    def __post_init__(self):
        vars(self).update(self.columns)
        steps, grades = self.task.route_rules.steps, self.rules.grades
        self.step_rules = next((step for step in steps if step.code == self.step), None)
        self.grade = next((grade for grade in grades if grade.rank == self.gravest_rank), None)

    @property
    def rules(self):
        """The rule book."""
        return self.task.campaign.scheme.rules

    @property
    def subject(self):
        """The subject of the submission in words."""
        return subject_of(person=self.person_name, post=self.post_name, unit=self.unit_name)

    @property
    def changes(self):
        """``(kind, words)`` of the kinds of changes there are, the additions first."""
        return [(kind.value, f"{kind.label} {self.counts[kind]}") for kind in Change if self.counts[kind]]

    @property
    def total(self):
        return len(self.entries)

    @property
    def voted(self):
        """How many have voted."""
        return len(self.voters)


def columns(submissions):
    """Return of a query of submissions what ``briefs`` reads, as plain values by their names."""
    named = submissions.annotate(**{f"{name}_name": F(f"{name}__name") for name in ("unit", "post", "person")})
    return named.values(*COLUMNS, "unit_name", "post_name", "person_name")


def briefs(rows, *, actor):
    """Submission id → ``Brief``. Suggestions count as far as ``actor`` may read them.

    ``rows``: the ``columns`` of each submission.
    """
    if not rows:
        return {}
    tasks = tasks_with_rules({row["task_id"] for row in rows})
    of_submission = {row["pk"]: Brief(row, tasks[row["task_id"]]) for row in rows}
    entries = _entries(of_submission)
    unprintable = _unprintable(entries)
    for pk, found in entries.items():
        for lines in found.values():
            _entry(of_submission[pk], lines, unprintable)
    _votes(of_submission)
    for pk in {pk for (pk,) in _objected().of(sheets=list(of_submission))}:
        of_submission[pk].findings.append("公示期间收到过异议")
    _suggestions(of_submission, actor)
    return of_submission


@cache
def _objected():
    """Return the query for the sheets to which somebody objected."""
    return Prepared(Objection.objects.filter(submission__within=Given("sheets")).order_by().values_list("submission"))


GRADES = ("final_grade", "proposed_grade", "self_grade")


def _entries(of_submission):
    """Submission id → entry key → its lines, after its own those of the sheets that it carries."""
    grouped, lines = {}, _lines().of(sheets=list(of_submission))
    ids = {line[name] for line in lines for name in GRADES} - {None}
    grades = {grade.pk: grade for grade in _grades().of(grades=ids)} if ids else {}
    series = {line["point_series"] for line in lines if line["measure_id"]}
    contents = dict(_contents().of(series=series)) if series else {}
    for line in lines:
        of = line["submission_id"] if line["submission_id"] in of_submission else line["carried_by"]
        record = {name: grades.get(line[name]) for name in GRADES}
        found = SimpleNamespace(**line | record, about=contents.get(line["point_series"], ""))
        grouped.setdefault(of, {}).setdefault(line["entry"], []).append(found)
    return grouped


@cache
def _lines():
    """Return the query for the lines of sheets and of what they carry, each with what is shown of its record.

    ``carried_by``: the sheet that carries a line's own. ``text``: what the record is called. The grades are ids.
    """
    of_sheets = Q(submission__within=Given("sheets")) | Q(submission__carrier__within=Given("sheets"))
    called = Coalesce(
        "risk_point__content", "power_item__name", "post_grade__post__name", Value(""), output_field=TextField()
    )
    lines = SubmissionLine.objects.filter(of_sheets).values(
        *("submission_id", "entry", "change", "rounds_returned", "risk_point_id", "post_grade_id", "measure_id"),
        **{name: Coalesce(f"risk_point__{name}", f"post_grade__{name}") for name in GRADES},
        carried_by=F("submission__carrier"),
        text=called,
        category=F("risk_point__category__label"),
        manifestation=F("risk_point__manifestation"),
        factors=F("risk_point__factors"),
        major_matter=F("risk_point__major_matter"),
        measure_text=F("measure__text"),
        point_series=F("measure__point_series"),
    )
    return Prepared(lines.order_by(F("carried_by").asc(nulls_first=True), "submission", "position", "pk"))


@cache
def _grades():
    """Return the query for grades by their ids."""
    return Prepared(Grade.objects.filter(pk__within=Given("grades")).order_by())


@cache
def _contents():
    """Return the query for what the points of some series say, the latest version last."""
    points = RiskPoint.objects.filter(series__within=Given("series"), in_force_from__isnull=False)
    return Prepared(points.order_by("in_force_from", "pk").values_list("series", "content"))


def _entry(brief, lines, unprintable):
    """Add one entry to a brief. ``unprintable``: characters of the page that no typeface has."""
    first = next((line for line in lines if line.risk_point_id), lines[0])
    changes = {line.change for line in lines}
    change = first.change if first.risk_point_id or len(changes) == 1 else Change.REVISE
    brief.counts[Change(change)] += 1
    text = first.text
    if first.risk_point_id:
        if change in (Change.ADD, Change.REVISE) and _departs(brief, first):
            _say(brief, "自评等级与系统建议不同")
    elif first.measure_id:
        text = f"{first.about}：{'；'.join(line.measure_text for line in lines if line.change != Change.KEEP)}"
    if not unprintable.isdisjoint(text + (first.manifestation or "")):
        _say(brief, "有字库没有的字，打印时印成方框")
    brief.entries.append((change, first.category or "", clipped(text, LONGEST), grade_so_far(first)))
    if any(line.rounds_returned for line in lines):
        _say(brief, "有曾被退回的项目")
    if change == Change.RETIRE:
        _say(brief, "有拟撤销的项目")


def _unprintable(entries):
    """Return the characters of all ``entries`` that no typeface has."""
    lines = [line for of_one in entries.values() for lines in of_one.values() for line in lines]
    shown = [text for line in lines for text in (line.text, line.manifestation, line.measure_text, line.about) if text]
    return set(faces.missing("".join(shown)))


def _departs(brief, point):
    """Does the grade the post holder chose differ from what the rule says of the point's factors?"""
    if point.self_grade is None:
        return False
    forced_by = ["major_matter"] if point.major_matter else []
    proposed = grading.propose(brief.rules, point.factors, forced_by=forced_by).grade
    return proposed is not None and proposed != point.self_grade.code


def _say(brief, finding):
    if finding not in brief.findings:
        brief.findings.append(finding)


def _votes(of_submission):
    for pk, turn, member, complete, verdicts in _ballots().of(sheets=list(of_submission)):
        brief = of_submission[pk]
        if turn == brief.round:
            brief.voters.add(member)
            brief.agreed += agreed(complete, verdicts)
    for brief in of_submission.values():
        if brief.voted > brief.agreed:
            _say(brief, f"{brief.voted - brief.agreed} 名成员判为不全或不准")


@cache
def _ballots():
    """Return the query for the votes on sheets."""
    rows = ReviewVote.objects.filter(submission__within=Given("sheets")).order_by()
    return Prepared(rows.values_list("submission", "round", "member", "complete", "verdicts"))


def _suggestions(of_submission, actor):
    """Sheets of points whose filler has left suggestions unanswered."""
    searching = [brief for brief in of_submission.values() if brief.task.brings == "points"]
    if not searching:
        return
    open_ = _unanswered().by(actor, campaigns={brief.task.campaign_id for brief in searching})
    counts = {(campaign, post or f"unit {unit}"): number for campaign, unit, post, number in open_}
    for brief in searching:
        if number := counts.get((brief.task.campaign_id, brief.post_id or f"unit {brief.unit_id}")):
            _say(brief, f"{number} 条建议尚未答复")


@cache
def _unanswered():
    """Return the query for how many suggestions of campaigns are unanswered, by unit and post."""
    rows = Suggestion.objects.filter(campaign__within=Given("campaigns"), outcome="", withdrawn_at=None)
    return Seen(rows.order_by().values_list("campaign", "unit", "post").annotate(number=Count("pk")))
