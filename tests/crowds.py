"""A campus that grows, and sheets of any length: what the tests of costs look at."""

from contextlib import closing
from datetime import date

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers import audit
from registers.models import (
    Appointment,
    ControlMeasure,
    DomainCharge,
    GroupMember,
    PowerItem,
    ProcessStep,
    RiskCategory,
    RiskPoint,
    Unit,
)
from tests import factories, meetings
from tests.access.world import Story
from tests.personas import point
from workflows.models import (
    CampaignTask,
    DeadlineChange,
    Decision,
    Disclosure,
    Extension,
    Notification,
    Objection,
    PublicityNotice,
    Reminder,
    Robot,
    RobotMessage,
    Submission,
    Suggestion,
)
from workflows.sheets import drafts


class Crowd:
    """A campus that grows: every call of ``grow`` adds one of everything to everybody's lists, ``times`` over."""

    def __init__(self, clock):
        self.clock, self.campus = clock, factories.Campus()
        self.year = Story(self.campus, clock)
        self.category = RiskCategory.objects.get(scheme=self.campus.scheme, code="process")
        self.grades = {grade.rank: grade for grade in self.campus.scheme.grades.all()}
        self.tasks = {task.code: task for task in CampaignTask.objects.select_related("campaign__scheme")}
        self.size, self.post = 0, None

    def grow(self, times):
        for _ in range(times):
            self.size += 1
            self._unit_with_people()
            self._sheets()
            self._register()
            self._notices()
            self._terms()
            self._disclosures()
            meetings.one_more(self)
            self._channels()

    def _unit_with_people(self):
        campus, number = self.campus, self.size
        self.unit = Unit.objects.create(
            code=f"U{number}", name=f"单位{number}", unit_type="college", parent=campus.root, position=10 + number
        )
        self.person = factories.make_person(f"人{number}", self.unit)
        factories.appoint(self.person, self.unit, "unit_head")
        factories.appoint(campus.leader, self.unit, "leader_in_charge")
        DomainCharge.objects.create(user=campus.leader, domain=f"领域{number}", since=factories.START)
        factories.appoint(self.person, campus.unit, "party_committee")
        factories.appoint(self.person, campus.root, "party_committee")
        self.posts = {
            user: factories.make_post(campus.unit, f"岗位{number}", user)
            for user in (self.person, campus.head, campus.clerk)
        }
        self.post = self.post or self.posts[self.person]
        GroupMember.objects.create(group=campus.group, user=self.person, seat="member", member_type="中层")

    def _sheet(self, code, user, state, **fields):
        return Submission.objects.create(
            task=self.tasks[code],
            unit=self.campus.unit,
            post=self.posts[user],
            person=user,
            state=state,
            step=fields.pop("step", "fill"),
            due_on=self.clock.today,
            moved_at=self.clock.now,
            **fields,
        )

    def _sheets(self):
        """For the head and the clerk: one to fill, one on its way, one to come; for the head and the office one to decide."""
        campus, moving = self.campus, {"state": "in_review", "submitted_at": self.clock.now}
        for user in (campus.head, campus.clerk):
            self._sheet("personal-search", user, "open")
            self._sheet(
                "personal-grading",
                user,
                "in_review",
                step="propose",
                waiting_role="leader_in_charge",
                submitted_at=self.clock.now,
            )
            self._sheet("personal-control", user, "waiting")
        for code, step, role in (("personal-search", "sign", "unit_head"), ("personal-grading", "file", "office")):
            sheet = self._sheet(code, self.person, step=step, waiting_role=role, **moving)
            for version, actor in enumerate((self.person, campus.head)):
                Decision.objects.create(
                    submission=sheet,
                    round=1,
                    step="fill",
                    step_label="填报",
                    actor=actor,
                    verdict="submit",
                    seen_version=version,
                    at=self.clock.now,
                )
            self._proposed(sheet)
            Notification.objects.create(
                recipient=campus.head,
                key=f"k{sheet.pk}",
                kind="submission.submit",
                submission=sheet,
                text="待办",
                created_at=self.clock.now,
            )
            audit.append("submission.submit", about=sheet, actor=self.year.actor(campus.head))
        self.sheet = sheet

    def _proposed(self, sheet):
        """A line of a sheet, and a suggestion to the clerk."""
        Suggestion.objects.create(
            campaign=sheet.task.campaign,
            unit=self.campus.unit,
            post=self.posts[self.campus.clerk],
            author=self.campus.colleague,
            source="peers",
            peer=True,
            content=f"建议{sheet.pk}",
            digest=f"{sheet.pk}",
            at=self.clock.now,
        )
        sheet.lines.create(
            position=1,
            change="add",
            fingerprint=f"{sheet.pk}",
            risk_point=RiskPoint.objects.create(
                unit=self.campus.unit,
                level="personal",
                post=sheet.post,
                holder=sheet.person,
                category=self.category,
                content="新风险",
            ),
        )

    def _register(self):
        for unit, level, post in ((self.campus.unit, "personal", self.post), (self.unit, "unit", None)):
            fields = {
                "unit": unit,
                "level": level,
                "post": post,
                "holder": self.person if post else None,
                "category": self.category,
            }
            first = RiskPoint.objects.create(
                content=f"风险{self.size}", in_force_from=date(2026, 1, 1), in_force_until=date(2026, 2, 1), **fields
            )
            now = RiskPoint.objects.create(
                content=f"风险{self.size}改",
                in_force_from=date(2026, 2, 1),
                series=first.series,
                final_grade=self.grades[1 + self.size % 3],
                **fields,
            )
            for stage in ("prevention", "monitoring", "disposal"):
                ControlMeasure.objects.create(
                    point_series=now.series, unit=unit, stage=stage, text="措施", in_force_from=date(2026, 2, 1)
                )
            item = PowerItem.objects.create(
                unit=unit,
                name=f"权力{self.size}",
                accountable_post=self.post,
                domain="procurement",
                in_force_from=date(2026, 1, 1),
            )
            for position in (1, 2):
                ProcessStep.objects.create(power_item=item, position=position, procedure="步骤")
        self.point = now

    def _notices(self):
        self.notice = PublicityNotice.objects.create(
            task=self.sheet.task,
            step=next(
                step.code
                for route in self.campus.scheme.rules.routes.values()
                for step in route.steps
                if step.kind == "publicise"
            ),
            drafted_at=self.clock.now,
            released_at=self.clock.now,
            audience="school",
            unit=self.campus.unit,
            title=f"公示{self.size}",
            items=[{"place": "岗位", "category": "类别", "grade": "一级"}] * self.size,
            columns=[["category", "风险类别"], ["grade", "风险等级"]],
            starts_on=self.clock.today,
            ends_on=self.clock.today,
        )
        Objection.objects.create(notice=self.notice, author=self.person, text="异议", at=self.clock.now)
        if self.size > 1:  # the oldest notice, which is looked at, gets one objection more each time
            oldest = PublicityNotice.objects.order_by("pk").first()
            Objection.objects.create(notice=oldest, author=self.person, text="异议", at=self.clock.now)

    def _terms(self):
        """A deadline moved for one person, a longer term that the head is asked for, a stand-in of the leader in charge."""
        campus, now, day = self.campus, self.clock.now, self.clock.today
        given = {"reason": "出差", "due_before": day}
        DeadlineChange.objects.create(
            task=self.tasks["personal-search"], person=self.person, due_on=day, by=campus.office, at=now, **given
        )
        sheet = self._sheet("personal-search", self.person, "open", sequence=2)
        asked = {"asked_by": self.person, "asked_at": now, "until": day, "role": "unit_head"}
        Extension.objects.create(submission=sheet, **asked, **given)
        stand_in = factories.appoint(self.person, self.unit, "leader_in_charge", day)
        Appointment.objects.filter(pk=stand_in.pk).update(acting_for=campus.leader, until=date(2027, 1, 1))

    def _disclosures(self):
        """A matter of the oldest power and one of another unit, each with a part that is late and one that is public."""
        campus, day, oldest = self.campus, self.clock.today, PowerItem.objects.order_by("pk").first()
        for unit, power in ((campus.unit, oldest), (self.unit, None)):
            matter = Disclosure.objects.create(
                scheme=campus.scheme,
                unit=unit,
                title=f"事项{self.size}",
                power=power.series if power else None,
                power_name=power.name if power else "",
                recorded_by=campus.liaison,
                recorded_on=day,
            )
            matter.parts.create(part="procedure", disclosed_on=day, channel="website", content="内容")
            matter.parts.create(part="completion", due_on=date(2026, 9, 1))
        PowerItem.objects.filter(name=f"权力{self.size}").update(touches_vital_interests=True)

    def _channels(self):
        """One digest more for the head, with something to do himself and a delay of his unit; one robot more."""
        day, head = date(2026, 10, self.size), self.campus.head
        own, theirs = (
            self._sheet("personal-search", head, "open", sequence=2),
            self._sheet("personal-search", self.campus.clerk, "open", sequence=2),
        )
        for sheet, heard_as in ((own, ""), (theirs, "unit_head")):
            Reminder.objects.create(
                recipient=head, submission=sheet, step="fill", round=1, due_on=sheet.due_on, moment=0, day=day,
                heard_as=heard_as,
            )  # fmt: skip
        Notification.objects.create(
            recipient=head, key=f"digest:{self.size}", kind="digest", text="提醒",
            created_at=factories.moment(f"{day} 08:00"),
        )  # fmt: skip
        robot = Robot.objects.create(
            unit=self.campus.unit,
            kind="wecom",
            label="群",
            url=f"https://x/{self.size}",
            made_by=head,
            made_at=self.clock.now,
        )
        for key in "ab":
            RobotMessage.objects.create(robot=robot, key=key, day=day, text="x", created_at=self.clock.now)

    def arguments(self, kwargs):
        things = {
            **meetings.oldest(),
            "post": self.post.code if self.post else "",
            "disclosure": Disclosure.objects.order_by("pk").first().pk,
            "power": PowerItem.objects.order_by("pk").first().series,
            "point": RiskPoint.objects.exclude(in_force_from=None).order_by("pk").first().series,
            "person": self.campus.clerk.pk,
            "appointment": self.campus.head.appointments.first().pk,
            "notice": PublicityNotice.objects.order_by("pk").first().pk,
            "scheme": self.campus.scheme.pk,
            "task": self.tasks["personal-search"].pk,
        }
        return {name: things.get(value, value) for name, value in kwargs.items()}

    def queries(self, persona, door, kwargs):
        """What a page costs its reader."""
        arguments = self.arguments(kwargs)
        in_path = {name: value for name, value in arguments.items() if name in ("code", "series", "pk", "part")}
        return asked(getattr(self.campus, persona), reverse(door, kwargs=in_path), {} if in_path else arguments)


class Stage:
    """Sheets of ``entries`` entries: being filled, in review, being graded, judged."""

    def __init__(self, clock, entries):
        self.campus = campus = factories.Campus()
        posts = {
            name: factories.make_post(campus.unit, name, campus.clerk)
            for name in ("points", "grades", "review", "graded")
        }
        self.year = year = Story(campus, clock)
        self.sheets = {}
        for name in ("grades", "graded"):
            year.searched(*self._typed(entries), owner=posts[name])
            sheet = self.sheets[name] = year.sheet("personal-grading", posts[name])
            if name == "graded":
                self.sheets[name] = year.submit(sheet, year.grades(sheet, *["grade-2"] * entries))
        sheet = year.sheet("personal-search", posts["review"])
        self.sheets["review"] = year.submit(sheet, year.points(sheet, *self._typed(entries)))
        self.sheets["points"] = year.sheet("personal-search", posts["points"])
        self._draft(self.sheets["points"], campus.clerk, year.points(self.sheets["points"], *self._typed(entries)))
        people = [factories.make_person(f"员{number}", campus.unit) for number in range(entries)]
        self.sheets["group"] = year.sheet("group")
        self._draft(
            self.sheets["group"],
            campus.liaison,
            year.group(self.sheets["group"], *((person, "member") for person in people)),
        )

    def _typed(self, entries):
        return [point(f"风险{number}") for number in range(entries)]

    def _draft(self, sheet, user, content):
        drafts.save(sheet, content, actor=self.year.actor(user), seen=0, at=self.year.clock.now)


def analyse_too_early():
    """Let PostgreSQL take every table for empty, as in the minute after an import: another session does not see these rows."""
    with closing(connection.get_new_connection(connection.get_connection_params())) as other:
        other.autocommit = True
        other.cursor().execute("ANALYZE")


BYTES_OF_FILES = '"workflows_attachment"."content"'


def asked(user, url, data=None, *, post=None):
    """The statements a request costs, without those that begin and end transactions."""
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url, data or {}) if post is None else client.post(url, post)
    assert answer.status_code == 200, (url, answer.status_code, answer.headers.get("Location"))
    told = [
        query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
    assert [sql for sql in told if BYTES_OF_FILES in sql] == [], f"{url} reads files whole to name them"
    return told
