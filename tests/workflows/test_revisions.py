"""A revision is the version in force with what was asked replaced, on every sheet of every rule book (T2)."""

from datetime import date

import pytest
from django.conf import settings
from django.db import models, transaction

from registers import versions
from registers.differences import CODED, differences, differing_fields, fields_of
from registers.models import (
    ControlMeasure,
    Grade,
    PostGrade,
    PowerItem,
    ProcessStep,
    Regulation,
    RiskCategory,
    RiskPoint,
)
from registers.responsible import together
from tests.workflows.test_every_scheme import Play
from workflows.models import Submission
from workflows.models.submissions import State
from workflows.sheets import sheet_for
from workflows.sheets.shown import Change

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide")]

SLUGS = sorted(path.stem for path in (settings.BASE_DIR / "fixtures" / "schemes").glob("*.yaml"))
DAY = date(2025, 9, 20)
GRADES = {"self_grade", "proposed_grade", "final_grade", "grade_reason"}
OWN = {"post", "holder"}  # a personal sheet is about its own post and person


class Full:
    """Records in force of which every field says something."""

    def __init__(self, campus, rules, scheme):
        self.campus, self.rules, self.scheme = campus, rules, scheme
        self.grade = Grade.objects.filter(scheme=scheme).first()

    def make(self, model, **given):
        values = {}
        for field in model._meta.concrete_fields:
            if (
                field.name in given
                or field.primary_key
                or field.name in ("series", "base", "in_force_from", "in_force_until")
            ):
                continue
            if isinstance(field, models.BooleanField):
                values[field.name] = True
            elif field.choices:
                values[field.name] = field.choices[-1][0]
            elif isinstance(field, models.CharField | models.TextField):
                values[field.name] = f"原{field.name}"
        record = model(**values | {name: value for name, value in given.items() if name != "in_force_from"})
        if model in (RiskPoint, PostGrade):
            record.self_grade = record.proposed_grade = record.final_grade = self.grade
        record.save()
        versions.enter_into_force(record, on=DAY)
        return record

    def point(self, level):
        grading = self.rules.grading
        point = self.make(
            RiskPoint,
            level=level,
            unit=self.campus.unit,
            post=self.campus.post,
            holder=self.campus.clerk,
            category=RiskCategory.objects.get(scheme=self.scheme, code=self.rules.categories_for(level)[0].code),
            factors={factor.code: factor.values[0].code for factor in grading.factors},
            finding_source=self.rules.finding_sources[0].code if self.rules.finding_sources else "原",
            nature=self.rules.natures[0].code if self.rules.natures else "原",
        )
        for stage in self.rules.measure_stages:
            self.make(
                ControlMeasure,
                point_series=point.series,
                unit=self.campus.unit,
                stage=stage.code,
                responsible=together([self.campus.head]),
                due_on=date(2027, 1, 1),
                regulation=self.regulation,
            )
        return point

    @property
    def regulation(self):
        return Regulation.objects.get_or_create(name="制度", unit=self.campus.unit)[0]

    def power(self):
        domain = self.rules.domains[0].code if self.rules.domains else "原"
        item = self.make(PowerItem, unit=self.campus.unit, accountable_post=self.campus.post, domain=domain)
        for position in (1, 2):
            ProcessStep.objects.create(
                power_item=item, position=position, post_name="经办", procedure=f"第{position}步", time_limit="1日"
            )
        return item

    def post_grade(self):
        return self.make(PostGrade, unit=self.campus.unit, post=self.campus.post)


def submission_of(play, task):
    """A sheet of the task as its filler would find it: the clerk's, or the unit's."""
    subject = {"unit": play.campus.unit, "person": None, "post": None}
    if task.level == "personal":
        subject |= {"person": play.campus.clerk, "post": play.campus.post}
    step = task.route_rules.steps[0].code
    sheet, _ = Submission.objects.update_or_create(
        task=task, sequence=1, **subject, defaults={"state": State.OPEN, "step": step}
    )
    return Submission.objects.select_related("task__campaign__scheme", "unit", "post", "person").get(pk=sheet.pk)


def revisions(sheet, base):
    """``(ask, proposal)`` for every field the sheet asks of a record, changed alone."""
    for ask in sheet.task_rules.asks:
        [entry] = [dict(entry) for entry in sheet.offered() if entry["base"] == base.pk]
        options = [value for value, _ in sheet.options(ask.field)]
        now = entry["values"][ask.field]
        wanted = next((value for value in options if value != now), now) if options else "改动"
        entry |= {"change": "revise", "values": {**entry["values"], ask.field: wanted}}
        for record, change in sheet.records(entry):
            if change == "revise" and type(record) is type(base):
                record.save()
                sheet.after_save([(record, entry)])
                yield ask.field, record


def sheets_that_revise(play, full):
    """``(task, sheet, base, fields it may set whatever was asked)`` of every task that revises records by what it asks."""
    for task in play.campaign.tasks.order_by("position"):
        sheet = sheet_for(submission_of(play, task))
        if sheet.model is None or not task.rules.asks:
            continue
        base = full.power() if sheet.model is PowerItem else full.point(task.rules.points or task.level)
        grades = GRADES | {"factors"} if sheet.proposes else set()
        yield task, sheet_for(submission_of(play, task)), base, grades | (OWN if task.level == "personal" else set())


@pytest.mark.parametrize("slug", SLUGS)
def test_revision_changes_what_was_asked_and_nothing_else(make_campus, clock, slug):
    play = Play(make_campus(scheme=slug), clock)
    full, seen = Full(play.campus, play.rules, play.campus.scheme), set()
    for task, sheet, base, free in sheets_that_revise(play, full):
        for asked, record in revisions(sheet, base):
            differing = set(differing_fields(base, record))
            also = {"holder"} if asked == "post" else set()  # whoever holds the post answers for its points
            assert differing <= {asked} | also | free, (task.code, asked)
            assert record.base == base
            seen.add((task.code, asked))
    assert seen


@pytest.mark.parametrize("slug", SLUGS)
def test_comparison_shows_every_field_that_differs(make_campus, clock, slug):
    """Whatever a proposal changes, asked for or not, stands on both sides of the reviewer's comparison."""
    play = Play(make_campus(scheme=slug), clock)
    full = Full(play.campus, play.rules, play.campus.scheme)
    for task, sheet, base, _ in sheets_that_revise(play, full):
        graded = GRADES | {"factors", "category"}
        for name in set(fields_of(type(base))) - graded - {"level", "procedure"}:
            field = type(base)._meta.get_field(name)
            if field.is_relation or field.choices or isinstance(field, models.BooleanField) or name in CODED:
                continue
            proposal = base.revised(**{name: "别样"})
            proposal.save()
            sheet.submission.lines.all().delete()
            line = {"risk_point": proposal} if isinstance(proposal, RiskPoint) else {"power_item": proposal}
            sheet.submission.lines.create(position=1, change="revise", fingerprint="x", **line)
            [entry] = sheet_for(sheet.submission).shown()
            [change] = differences(base, proposal, rules=play.rules, only=[name])
            assert change.before in [value for _, _, value in entry.before], (task.code, name)
            assert change.after in [value for _, _, value in entry.fields], (task.code, name)


def without(base, name):
    """Take one thing out of a record in force, as an older ledger may lack it."""
    if name == "procedure":
        base.steps.all().delete()
    else:
        field = base._meta.get_field(name)
        type(base).objects.filter(pk=base.pk).update(**{name: None if field.is_relation else ""})


@pytest.mark.parametrize("slug", SLUGS)
def test_record_that_lacks_what_is_required_now_is_not_kept(make_campus, clock, slug):
    """Whatever a form requires of a new record, it requires of one that is kept (T4)."""
    play = Play(make_campus(scheme=slug), clock)
    full, tried = Full(play.campus, play.rules, play.campus.scheme), 0
    for task, sheet, base, _ in sheets_that_revise(play, full):
        if Change.KEEP not in dict(sheet.choices_offered):
            continue
        [entry] = [entry for entry in sheet.offered() if entry["key"] == str(base.series)]
        assert (sheet.choice(entry).help, "keep" in dict(sheet.choice(entry).options)) == ("", True)
        for ask in (ask for ask in task.rules.asks if ask.required):
            with transaction.atomic():
                without(base, ask.field)
                again = sheet_for(sheet.submission)
                [entry] = [dict(entry) for entry in again.offered() if entry["key"] == str(base.series)]
                wrong = again.faults({"entries": [entry | {"change": "keep"}], "values": {}}).get(entry["key"], {})
                choice = again.choice(entry)
                transaction.set_rollback(True)
            assert (choice.help, "keep" in dict(choice.options)) == (wrong.get("change"), False)
            assert f"现行登记没有“{ask.label}”，不能沿用" in wrong.get("change", ""), (task.code, ask.field, wrong)
            tried += 1
    assert tried
