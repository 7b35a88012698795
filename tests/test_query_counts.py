"""What a page costs: the same number of queries for one thing as for thirty, and the number itself (style 15, reliability §6)."""

import re
from datetime import UTC, date

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers import audit
from registers.models import (
    Appointment,
    ControlMeasure,
    GroupMember,
    PowerItem,
    ProcessStep,
    RiskCategory,
    RiskPoint,
    Unit,
)
from tests import factories, meetings
from tests.access.conftest import Story, typed
from tests.conftest import Clock
from tests.personas import point
from workflows import drafts
from workflows.models import (
    CampaignTask,
    DeadlineChange,
    Decision,
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

pytestmark = pytest.mark.django_db

FEW, MANY, ENTRIES = 1, 30, 20
LIMIT = 25

# page → (who opens it, address, queries). Change a number only together with the reason why a page has to ask more.
PAGES = {
    "desk": ("head", "desk", {}, 19),
    "desk of the office": ("office", "desk", {}, 17),
    "desk of a post holder": ("clerk", "desk", {}, 14),
    "review_queue": ("head", "review_queue", {}, 18),
    "comparison": ("head", "comparison", {"unit": "CW"}, 20),
    "suggestion_list": ("clerk", "suggestion_list", {"view": "received"}, 9),
    "suggestion_make": ("clerk", "suggestion_make", {"q": "岗位"}, 10),
    "done_list": ("head", "done_list", {}, 12),
    "inbox": ("head", "inbox", {}, 18),  # five for the lines of its digests
    "robot_list": ("liaison", "robot_list", {}, 12),
    "campaign": ("office", "campaign", {}, 16),
    "campaign_plan": ("office", "campaign_plan", {"year": "2027"}, 20),
    "campaign_enrol": ("office", "campaign_enrol", {}, 20),
    "campaign_people": ("office", "campaign_people", {}, 16),
    "roster_list": ("office", "roster_list", {}, 12),
    "progress_list": ("office", "progress_list", {}, 20),
    "progress_list by unit": ("office", "progress_list", {"view": "units"}, 15),
    "mobilisation_list": ("office", "mobilisation_list", {}, 19),
    "activity_list": ("head", "activity_list", {}, 17),
    "activity_list of the office": ("office", "activity_list", {}, 16),
    "activity_detail": ("head", "activity_detail", {"pk": "activity"}, 16),
    "activity_attendance": ("liaison", "activity_attendance", {"pk": "activity"}, 13),
    "reading_list": ("clerk", "reading_list", {}, 11),
    "reading_list of the office": ("office", "reading_list", {}, 16),
    "reading_detail": ("head", "reading_detail", {"pk": "reading"}, 16),
    "reading_receipts": ("head", "reading_receipts", {"pk": "reading"}, 14),
    "board": ("office", "board", {}, 20),
    "board of a unit": ("office", "board", {"unit": "CW"}, 22),
    "board of a unit by person": ("office", "board", {"unit": "CW", "view": "people"}, 23),
    "risk_list": ("head", "risk_list", {}, 13),
    "risk_list of the office": ("office", "risk_list", {"q": "风险"}, 13),
    "power_list": ("clerk", "power_list", {}, 11),
    "ledger": ("office", "ledger", {"unit": "ROOT"}, 17),
    "unit_list": ("clerk", "unit_list", {}, 9),
    "unit_detail": ("clerk", "unit_detail", {"code": "CW"}, 15),
    "unit_detail of the school": ("registrar", "unit_detail", {"code": "ROOT"}, 20),
    "post_detail": ("head", "post_detail", {"code": "post"}, 19),
    "risk_detail": ("head", "risk_detail", {"series": "point"}, 12),
    "notice_list": ("head", "notice_list", {}, 12),
    "notice_detail": ("office", "notice_detail", {"pk": "notice"}, 13),
    "deadline_change": ("office", "deadline_change", {"pk": "task"}, 13),
    "standin_list": ("registrar", "standin_list", {}, 10),
    "standin_add": ("leader", "standin_add", {}, 10),
    "audit_list": ("auditor", "audit_list", {}, 10),
    "paper_list": ("clerk", "paper_list", {}, 8),
    "record_list": ("head", "record_list", {"code": "CW"}, 12),
    "scheme_list": ("registrar", "scheme_list", {}, 12),
    "scheme_preview, calendar": ("registrar", "scheme_preview", {"pk": "scheme", "part": "calendar"}, 11),
    "scheme_preview, routes": ("registrar", "scheme_preview", {"pk": "scheme", "part": "routes"}, 10),
}
# One sheet with one entry, and with twenty.
SHEETS = {
    "submission_fill": ("clerk", "submission_fill", "points", 13),
    "submission_fill, grades": ("clerk", "submission_fill", "grades", 13),
    "submission_fill, group": ("liaison", "submission_fill", "group", 15),
    "submission_review": ("member", "submission_review", "review", 26),
    "submission_review, grades": ("head", "submission_review", "graded", 24),
    "submission_detail": ("member", "submission_detail", "review", 23),
    "submission_detail, grades": ("head", "submission_detail", "graded", 24),
}


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
            submission=self.sheet,
            round=1,
            audience="school",
            unit=self.campus.unit,
            title=f"公示{self.size}",
            items=[{"place": "岗位", "category": "类别", "content": "", "grade": "一级"}] * self.size,
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

    def _channels(self):
        """One digest more for the head, with something to do himself and a delay of his unit; one robot more."""
        day, head = date(2026, 10, self.size), self.campus.head
        own, theirs = (
            self._sheet("personal-search", head, "open", sequence=2),
            self._sheet("personal-search", self.campus.clerk, "open", sequence=2),
        )
        for sheet, heard_as in ((own, ""), (theirs, "unit_head")):
            Reminder.objects.create(
                recipient=head, submission=sheet, step="fill", round=1, due_on=sheet.due_on, point=0, day=day,
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
            "point": RiskPoint.objects.exclude(in_force_from=None).order_by("pk").first().series,
            "notice": PublicityNotice.objects.order_by("pk").first().pk,
            "scheme": self.campus.scheme.pk,
            "task": self.tasks["personal-search"].pk,
        }
        return {name: things.get(value, value) for name, value in kwargs.items()}

    def queries(self, page):
        persona, door, kwargs, _ = PAGES[page]
        arguments = self.arguments(kwargs)
        in_path = {name: value for name, value in arguments.items() if name in ("code", "series", "pk", "part")}
        return asked(getattr(self.campus, persona), reverse(door, kwargs=in_path), {} if in_path else arguments)


def asked(user, url, data=None, *, post=None):
    """The statements a request costs, without those that begin and end transactions."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url, data or {}) if post is None else client.post(url, post)
    assert answer.status_code == 200, (url, answer.status_code, answer.headers.get("Location"))
    return [
        query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]


class Undone:
    """A stretch of the year of a campus that leaves no trace."""

    def __enter__(self):
        start = factories.moment("2026-09-15 10:00")
        self.travel = time_machine.travel(start.astimezone(UTC), tick=False)
        self.atomic = transaction.atomic()
        traveller = self.travel.start()
        self.atomic.__enter__()
        return Clock(traveller, start)

    def __exit__(self, *error):
        transaction.set_rollback(True)
        self.atomic.__exit__(*error)
        self.travel.stop()


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker):
    """page → its queries with few and with many of everything."""
    with django_db_blocker.unblock(), Undone() as clock:
        crowd = Crowd(clock)
        crowd.grow(FEW)
        crowd.queries("desk")  # what is read once a process is not the page's
        few = {page: crowd.queries(page) for page in PAGES}
        crowd.grow(MANY)
        return {page: (few[page], crowd.queries(page)) for page in PAGES}


@pytest.fixture(scope="module")
def sheets(django_db_setup, django_db_blocker):
    """page → its queries for a sheet of one entry and for one of twenty."""
    found = {}
    with django_db_blocker.unblock():
        for entries in (1, ENTRIES):
            with Undone() as clock:
                stage = Stage(clock, entries)
                for page, (persona, door, name, _) in SHEETS.items():
                    user, url = getattr(stage.campus, persona), reverse(door, args=[stage.sheets[name].pk])
                    asked(user, url)
                    found.setdefault(page, []).append(asked(user, url))
                saving = stage.sheets["points"]
                found.setdefault("saving", []).append(
                    asked(
                        stage.campus.clerk,
                        reverse("submission_save", args=[saving.pk]),
                        post=typed(stage.year.again(saving)),
                    )
                )
    return found


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


def report(few, many):
    """What a failure prints: the statements by their shape, how often each with few and with many; what grew comes last."""
    shapes = {}
    for number, statements in enumerate((few, many)):
        for sql in statements:
            shape = re.sub(r"SELECT .*? FROM", "SELECT … FROM", re.sub(r"'[^']*'|\b\d+\b", "?", sql)).replace('"', "")[
                :200
            ]
            shapes.setdefault(shape, [0, 0])[number] += 1
    lines = [
        f"{first:3} → {second:3}  {shape}"
        for shape, (first, second) in sorted(shapes.items(), key=lambda item: item[1][1] - item[1][0])
    ]
    return "\n".join(["", *lines])


@pytest.mark.parametrize("page", PAGES)
def test_list_costs_the_same_for_one_and_for_thirty(pages, page):
    few, many = pages[page]
    assert (len(few), len(many)) == (PAGES[page][-1],) * 2, report(few, many)
    assert len(few) < LIMIT


@pytest.mark.parametrize("page", SHEETS)
def test_sheet_costs_the_same_for_one_entry_and_for_twenty(sheets, page):
    few, many = sheets[page]
    assert (len(few), len(many)) == (SHEETS[page][-1],) * 2, report(few, many)


def test_saving_while_one_types_writes_once(sheets):
    """Autosave is one statement, whatever the size of the sheet; the session of a reader is not touched."""
    for statements in sheets["saving"]:
        written = [sql for sql in statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
        assert len(written) == 1, written
    few, many = sheets["saving"]
    assert len(few) == len(many), report(few, many)
