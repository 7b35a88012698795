"""What the rules of a scheme propose, against the same rules in plain words: one row after the other."""

import random
from datetime import date, timedelta

import pytest

from registers.access import NotAllowed
from registers.models import ControlMeasure, Grade, Incumbency, RiskCategory, RiskPoint
from tests.factories import make_person, make_post, moment
from tests.personas import Year
from tests.workflows.test_findings import Found
from tests.workflows.test_inspections import on_record
from workflows.deadlines import days
from workflows.models import (
    CampaignTask,
    Decision,
    Finding,
    Inspection,
    Notification,
    Objection,
    PublicityNotice,
    Rectification,
    RiskWarning,
    Submission,
    WarningPoint,
)
from workflows.supervision import plans
from workflows.supervision.warnings import proposing, steps

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]
TODAY = date(2026, 11, 20)


class Crowd:
    """A school with random sheets, findings, points, objections and holders, some of which a rule should see."""

    def __init__(self, campus, clock, seed):
        self.campus, self.at = campus, moment("2026-11-20 09:00")
        self.dice = random.Random(seed)  # noqa: S311
        self.year = Year(campus, clock)
        clock.set("2026-11-20 09:00")
        self.units = [campus.unit, campus.other_unit, campus.office_unit]
        self.people = [make_person(f"众{number}", self.dice.choice(self.units)) for number in range(5)]
        for make in (self._sheets, self._findings, self._points, self._objections, self._holders):
            make()

    def day(self, least, most):
        return TODAY - timedelta(days=self.dice.randint(least, most))

    def _sheets(self):
        tasks = list(CampaignTask.objects.filter(level="personal")), list(CampaignTask.objects.filter(level="unit"))
        Submission.objects.all().delete()
        for number in range(24):
            person = self.dice.choice([None, *self.people])
            unit = self.dice.choice(self.units)
            sheet = Submission.objects.create(
                task=self.dice.choice(tasks[0] if person else tasks[1]),
                unit=unit,
                person=person,
                post=make_post(unit, f"岗{number}", self.campus.clerk) if person else None,
                sequence=number + 1,
                state=self.dice.choice(["open", "returned", "waiting", "cancelled"]),
                step="fill",
                due_on=self.dice.choice([None, self.day(-1, 3)]),
            )
            if self.dice.random() < 0.4:
                Decision.objects.create(
                    submission=sheet,
                    actor=self.campus.clerk,
                    verdict="submit",
                    days_late=self.dice.choice([None, 2]),
                    round=1,
                    step="fill",
                    seen_version=0,
                    at=self.at,
                )

    def _findings(self):
        actor = {"actor": self.campus.actor(self.campus.office, on=TODAY), "at": self.at}
        plan = plans.plan_of(2026, **actor)
        values = {"kind": "special", "title": "查", "content": "", "methods": [], "team": 3}
        values |= {"starts_on": TODAY, "ends_on": TODAY}
        made = {"made_by": self.campus.office, "made_at": self.at}
        for number in range(8):
            item = plan.items.create(**values | {"title": f"查{number}"}, **made)
            inspection = Inspection.objects.create(
                plan=plan,
                item=item,
                unit=self.dice.choice(self.units),
                number=number,
                starts_on=TODAY,
                ends_on=TODAY,
                **made,
            )
            gone = self.dice.random() < 0.2
            finding = Finding.objects.create(
                inspection=inspection,
                number=1,
                fact="x",
                demand="y",
                due_on=TODAY,
                withdrawn_at=self.at if gone else None,
                withdraw_reason="z" if gone else "",
                **made,
            )
            closed = self.dice.random() < 0.2
            Rectification.objects.create(
                finding=finding,
                issued_at=self.at,
                plan_due_on=TODAY,
                due_on=self.day(3, 8),
                asked_at=self.dice.choice([None, None, self.at]),
                closed_at=self.at if closed else None,
                closed_by=self.campus.office if closed else None,
            )

    def _points(self):
        category = RiskCategory.objects.filter(scheme=self.campus.scheme).first()
        grades = list(Grade.objects.filter(scheme=self.campus.scheme).order_by("rank"))
        for number in range(14):
            point = RiskPoint.objects.create(
                unit=self.dice.choice(self.units),
                level="unit",
                category=category,
                content=f"风险{number}",
                final_grade=self.dice.choice([None, *grades, grades[0], grades[0]]),
                in_force_from=self.day(57, 64),
                in_force_until=self.dice.choice([None, None, TODAY, TODAY + timedelta(days=1)]),
            )
            if self.dice.random() < 0.5:
                ControlMeasure.objects.create(
                    point_series=point.series,
                    unit=point.unit,
                    stage="prevention",
                    text="x",
                    in_force_from=self.day(-1, 30),
                    in_force_until=self.dice.choice([None, TODAY]),
                )

    def _objections(self):
        task = CampaignTask.objects.filter(level="unit").first()
        for number in range(9):
            unit = self.dice.choice(self.units)
            notice = PublicityNotice.objects.create(
                task=task, unit=unit, title="公示", step="x", drafted_at=self.at, audience="school"
            )
            finding = self.dice.choice(["upheld", "partly", "rejected", ""])
            Objection.objects.create(
                notice=notice,
                author=self.campus.clerk,
                row=number,
                text="x",
                at=self.at,
                submission=self.dice.choice([None, Submission.objects.order_by("pk").first()]),
                finding=finding,
                handled_at=self.at if finding else None,
                handling="y" if finding else "",
            )

    def _holders(self):
        for number in range(10):
            post = make_post(
                self.dice.choice(self.units), f"重{number}", self.people[0], is_key_post=self.dice.random() < 0.7
            )
            since = date(2021, 8, 22) + timedelta(days=self.dice.randint(-3, 3))
            until = self.dice.choice([None, None, TODAY])
            Incumbency.objects.filter(post=post).update(since=since, until=until)
            RiskPoint.objects.create(
                unit=post.unit,
                level="personal",
                post=post,
                holder=self.people[0],
                category=RiskCategory.objects.filter(scheme=self.campus.scheme).first(),
                content="岗位风险",
                in_force_from=TODAY,
            )


def in_force(row):
    return (
        row.in_force_from is not None
        and row.in_force_from <= TODAY
        and not (row.in_force_until and row.in_force_until <= TODAY)
    )


def plainly(rules):
    """What should be proposed: ``{(trigger, unit, person, points)}``, row by row."""
    said, found = {rule.trigger: rule for rule in rules.warnings.rules}, set()
    late = {}
    for sheet in Submission.objects.select_related("task__campaign"):
        owed = sheet.state in ("open", "returned") and sheet.due_on is not None and sheet.due_on < TODAY
        came_late = any(one.verdict == "submit" and one.days_late for one in sheet.decisions.all())
        if sheet.state != "cancelled" and (owed or came_late):
            late.setdefault((sheet.person_id, None if sheet.person_id else sheet.unit_id), []).append(sheet.unit_id)
    found |= {("overdue", min(units), who[0], ()) for who, units in late.items() if len(units) >= said["overdue"].times}
    for row in Rectification.objects.select_related("finding__inspection"):
        left = row.closed_at is None and row.asked_at is None and row.finding.withdrawn_at is None
        if left and (TODAY - row.due_on).days > said["rectification"].days:
            found.add(("rectification", row.finding.inspection.unit_id, None, ()))
    bare, measured = {}, {one.point_series for one in ControlMeasure.objects.all() if in_force(one)}
    for point in RiskPoint.objects.select_related("final_grade").order_by("pk"):
        grave = point.final_grade is not None and point.final_grade.rank in said["no_measure"].grades
        long = point.in_force_from and (TODAY - point.in_force_from).days > said["no_measure"].days
        if in_force(point) and grave and long and point.series not in measured:
            bare.setdefault(point.unit_id, []).append(point.series)
    found |= {("no_measure", unit, None, tuple(series)) for unit, series in bare.items()}
    upheld = {}
    for row in Objection.objects.select_related("submission", "notice"):
        if row.finding in ("upheld", "partly"):
            unit = row.submission.unit_id if row.submission else row.notice.unit_id
            upheld[unit] = upheld.get(unit, 0) + 1
    found |= {("objection", unit, None, ()) for unit, number in upheld.items() if number >= said["objection"].times}
    for held in Incumbency.objects.select_related("post"):
        began = held.since <= TODAY and not (held.until and held.until <= TODAY)
        over = held.since.replace(year=held.since.year + rules.rotation.post_years) + timedelta(days=said["term"].days)
        if held.post.is_key_post and began and over < TODAY:
            points = tuple(
                one.series for one in RiskPoint.objects.filter(post=held.post).order_by("pk") if in_force(one)
            )
            found.add(("term", held.post.unit_id, None, points))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_rules_propose_exactly_what_they_say_in_plain_words(campus, clock, seed, django_assert_max_num_queries):
    crowd = Crowd(campus, clock, seed)
    rules = campus.scheme.rules

    with django_assert_max_num_queries(7):  # however many rows there are
        proposed = proposing.proposals(campus.scheme, campus.root, on=TODAY)

    seen = [(one.trigger, one.unit, one.person, one.points) for _, one in proposed]
    assert set(seen) == plainly(rules)
    assert len({one.key for _, one in proposed}) == len(proposed), "each has a key of its own"
    assert len({trigger for trigger, *_ in seen}) >= 4
    assert proposing.propose(at=crowd.at) == len(proposed)
    assert proposing.propose(at=crowd.at) == 0  # once
    written = {
        (row.trigger, row.unit_id, row.person_id, tuple(point.series for point in row.points.all()))
        for row in RiskWarning.objects.all()
    }
    assert written == set(seen)
    assert not RiskWarning.objects.exclude(issued_at=None, made_by=None, number=None).exists(), "a rule only proposes"
    told = Notification.objects.filter(kind="warning.propose")
    units = {one.unit for _, one in proposed}
    expected = {campus.office} if units - {campus.office_unit.pk} else set()
    expected |= {campus.chair} if campus.office_unit.pk in units else set()  # what concerns all of the office
    assert {row.recipient for row in told} == expected


def test_what_was_put_aside_is_not_proposed_again_and_a_lifted_one_is(warned, clock):
    campus = warned.campus
    category = RiskCategory.objects.filter(scheme=campus.scheme).first()
    grade = Grade.objects.get(scheme=campus.scheme, rank=1)
    point = RiskPoint.objects.create(
        unit=campus.unit,
        level="unit",
        category=category,
        content="风险",
        final_grade=grade,
        in_force_from=date(2026, 1, 1),
    )
    assert proposing.propose(at=clock.now) == 1
    warned.made = RiskWarning.objects.get()
    assert WarningPoint.objects.get().series == point.series
    clock.set("2026-09-22 10:00")
    assert proposing.propose(at=clock.now) == 0
    with pytest.raises(NotAllowed, match="核对系统建议"):
        warned.act("hand_in", campus.office)
    steps.act(warned.made.pk, "dismiss", words="措施正在报送", seen_version=0, **warned.by(campus.office))
    assert proposing.propose(at=clock.now) == 0
    RiskWarning.objects.update(
        dismissed_at=None, issued_at=clock.now, issued_by=warned.second, handed_in_by=campus.office
    )
    RiskWarning.objects.update(lifted_at=clock.now, lifted_by=campus.office)
    assert proposing.propose(at=clock.now) == 1
    assert proposing.propose(at=clock.set("2026-09-23 05:00")) == 0


def test_finding_is_proposed_when_its_day_is_past_and_nobody_has_asked_to_close_it(warned, clock):
    campus = warned.campus
    on_record(campus)
    found = Found(campus, clock)
    found.begin()
    found.find()
    found.conclude()
    rule = next(one for one in campus.scheme.rules.warnings.rules if one.trigger == "rectification")
    late = days.add_days(found.row().due_on, rule.days + 1)
    proposed = lambda: RiskWarning.objects.filter(trigger="rectification").count()  # noqa: E731
    proposing.propose(at=clock.set(f"{days.add_days(late, -1)} 10:00"))
    assert proposed() == 0
    clock.set(f"{late} 10:00")
    Rectification.objects.update(asked_at=clock.now, asked_by=campus.head)
    proposing.propose(at=clock.now)
    assert proposed() == 0  # it waits for others
    Rectification.objects.update(asked_at=None, asked_by=None)
    proposing.propose(at=clock.now)
    assert RiskWarning.objects.get(trigger="rectification").finding == found.finding
