"""The world of these tests: a campus in the middle of its year, with something in every state."""

from datetime import date
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from registers import job_kinds, jobs  # noqa: F401 (job_kinds registers the kinds of jobs)
from registers.models import ControlMeasure, Job, Post, Regulation
from registers.papers import pages
from registers.schemes.desk import drafts as scheme_drafts
from tests import doors, dutiful, factories, personas
from tests.access import desks, imported, organised
from tests.access.assessed import Assessed
from tests.access.browsers import Browser
from tests.access.clerks_sheets import ClerksSheets
from tests.access.disclosed import CONSULTATION, Disclosed
from tests.access.dutied import Dutied
from tests.access.inspected import Inspected
from tests.access.published import Published
from tests.access.ranked import RankedYears
from tests.access.warned import Warned
from tests.personas import power, unit_point
from workflows import activities, attachments, controls, extensions, readings, suggestions, terms
from workflows.messages import reminders, robots, standing_in
from workflows.models import ChannelChoice, Objection, Submission
from workflows.publicity import objections
from workflows.sheets import drafts, sheet_for

NOBODY = "nobody"
STAFF = (
    "clerk",
    "colleague",
    "liaison",
    "member",
    "deputy",
    "head",
    "other_head",
    "leader",
    "office",
    "chair",
    "registrar",
    "insider",
    "inspector",
    "student",
    "sys_admin",
    "auditor",
)
PEOPLE = (NOBODY, *STAFF)

# The clerk holds a post for every state a personal sheet can be in: one owner, so that a reader differs by his part alone.
POSTS = ("draft", "review", "returned", "sign", "office", "slight", "grave", "drafted", "notice", "grading", "measures")


class Story(personas.Year):
    """The year of the personas, with sheets named by the post that owes them."""

    def sheet(self, code, owner=None):
        if not isinstance(owner, Post):
            return super().sheet(code, owner)
        return self.again(Submission.objects.get(task__campaign=self.campaign, task__code=code, post=owner))

    def again(self, sheet):
        return personas.read_again(sheet)


class World(ClerksSheets):
    """``sheets`` by the name of their state; ``meetings``, ``notice``, ``school_notice``, ``objection``, ``job``; a browser for everyone.

    ``canaries``: what was typed where. Every text is found nowhere else, so it shows wherever it leaks.
    """

    def __init__(self, clock, *, personal=POSTS, unit=True):
        factories.make_scheme()
        doors.open_door(at=clock.now, activities=[CONSULTATION])
        scheme = dutiful.ask(at=clock.now)
        self.clock, self.campus, self.canaries = clock, factories.Campus(scheme=scheme), {}
        campus = self.campus
        # One of the office's people works in the unit himself; a second one is there to take over.
        campus.insider = factories.make_person("戊二", campus.unit, number="insider")
        campus.inspector = factories.make_person("子一", campus.other_unit, number="inspector")
        campus.student = factories.make_person("卯一", None, number="student")
        campus.second = factories.make_person("戊三", campus.office_unit, number="second")
        for user in (campus.insider, campus.second):
            factories.appoint(user, campus.root, "office")
        factories.appoint(campus.other_head, campus.root, "discipline")
        self.posts = {
            name: factories.make_post(campus.unit, f"岗位{name}", campus.clerk, domain="finance") for name in personal
        }
        self.year = Story(campus, clock)
        self.sheets = {}
        for name in personal:
            getattr(self, f"_{name}")(self.posts[name])
        if unit:
            self._unit()
        self.year.at("11-05")
        self.year.sweep()
        if unit:
            self._school_notice()
            doors.visited(self)
        if "notice" in personal:
            self._objection()
        self._mobilise()
        self._heads_own()
        if "draft" in personal:
            self._suggestion()
        self._job()
        self._terms()
        self._meetings()
        if "slight" in personal:
            self._evidence()
        self.regulations = {
            name: Regulation.objects.create(unit=unit, name=f"{name}制度")
            for name, unit in (("unit", campus.unit), ("school", campus.root))
        }
        self.scheme_draft = scheme_drafts.begin(
            title="草稿",
            text=scheme_drafts.text_of(campus.scheme),
            actor=self.year.actor(campus.registrar),
            at=clock.now,
            base=campus.scheme,
        )
        self._channels()
        self.inspected = Inspected(self)
        self.assessed = Assessed(self)
        self.warned = Warned(self)
        self.dutied = Dutied(self)
        self.ranked = RankedYears(self)
        self.disclosed = Disclosed(self)
        if unit and "notice" in personal:
            self.published = Published(self)
        self.browsers = {name: Browser(None if name == NOBODY else getattr(campus, name)) for name in PEOPLE}

    def _unit(self):
        """The unit's powers are filed, its points are on notice, its list of group members is being typed."""
        campus, year = self.campus, self.year
        sheet = year.sheet("powers")
        item = power(
            self.text("power"), accountable_post=self.posts["draft"].code if "draft" in self.posts else campus.post.code
        )
        sheet = year.submit(sheet, {"entries": [sheet_for(sheet).new_entry(item)], "values": {}})
        self.sheets["powers"] = year.agree(year.agree(sheet, campus.head, signed=True), campus.office)
        self.sheets["unit search"] = year.searched(
            unit_point(self.text("unit point"), manifestation=self.text("unit manifestation")),
            owner=campus.unit,
            code="unit-search",
        )
        group = year.sheet("group")
        content = year.group(
            group,
            (campus.head, "leader"),
            (campus.member, "member"),
            (campus.deputy, "deputy"),
            work_plan=self.text("unit draft"),
        )
        drafts.save(group, content, actor=year.actor(campus.liaison), seen=0, at=self.clock.now)
        self.sheets["unit draft"] = group
        campus.typist = factories.make_person("乙四", campus.other_unit, number="typist")
        factories.appoint(campus.typist, campus.other_unit, "liaison")
        self.sheets["other powers"] = year.sheet("powers", campus.other_unit)

    def _school_notice(self):
        campus, year = self.campus, self.year
        year.at("11-04")
        sheet = year.sheet("unit-grading")
        sheet = year.submit(sheet, year.grades(sheet, "grade-2"))
        self.sheets["school notice"] = year.agree(sheet, campus.head, grades=year.as_proposed(sheet))
        self.school_notice = self.sheets["school notice"].notices.get()
        year.at("11-05")

    def _objection(self):
        actor = self.year.actor(self.campus.colleague)
        self.objection, _ = objections.object_to(
            self.notice, actor=actor, text=self.text("objection"), at=self.clock.now
        )
        assert Objection.objects.exclude(author=None).count() == 1

    def _mobilise(self):
        """A meeting and a document of the unit, and of the school; a file with each and with the sheet being typed."""
        campus, self.activities, self.readings, self.files = self.campus, {}, {}, {}
        told = {"kind": "mobilisation", "held_on": self.clock.today, "place": "", "host": "", "audience": ""}
        for name, unit, user, expected in (
            ("unit", campus.unit, campus.liaison, "everybody"),
            ("school", campus.root, campus.office, "leaders"),
        ):
            shared = {
                "campaign": self.year.campaign,
                "unit": unit,
                "actor": self.year.actor(user),
                "at": self.clock.now,
            }
            values = {**told, "title": f"{name}动员会", "content": self.text(f"{name} minutes")}
            self.activities[name] = activities.enter(
                **shared, values=values, expected=expected, uploads=[self.workbook(f"{name} sheet")]
            )
            values = {"title": f"{name}文件", "text": self.text(f"{name} circular"), "due_on": None}
            values |= {"audience": expected if name == "unit" else "roles", "roles": ["unit_head"]}
            self.readings[name] = readings.publish(
                **shared, values=values, uploads=[self.workbook(f"{name} enclosure")]
            )
        self.files["activity"] = self.activities["unit"].attachments.get()
        self.files["reading"] = self.readings["school"].attachments.get()
        if "unit draft" in self.sheets:
            group = self.sheets["unit draft"]
            attachments.change_files(
                group.pk,
                uploads=[self.workbook("plan")],
                dropped=[],
                actor=self.year.actor(campus.liaison),
                at=self.clock.now,
            )
            self.files["sheet"] = group.attachments.get()

    def workbook(self, name):
        """An uploaded workbook with a text that is found nowhere else."""
        book, content = Workbook(), BytesIO()
        book.active["A1"] = self.text(f"file {name}")
        book.save(content)
        return SimpleUploadedFile(f"{name}.xlsx", content.getvalue())

    def _suggestion(self):
        """A colleague has suggested something to the post whose sheet is being typed."""
        self.suggestion = suggestions.suggest(
            self.year.campaign,
            unit=self.campus.unit,
            post=self.posts["draft"],
            actor=self.year.actor(self.campus.colleague),
            at=self.clock.now,
            content=self.text("suggestion"),
        )

    def _heads_own(self):
        """The head's own search has climbed past him to the leader in charge."""
        sheet = self.year.submit(
            self.year.sheet("personal-search", self.campus.head),
            self.year.points(self.year.sheet("personal-search", self.campus.head), self._point("head")),
        )
        for voter in (self.campus.member, self.campus.deputy):
            self.year.vote(sheet, voter)
        self.sheets["head"] = self.year.agree(sheet, self.campus.deputy)

    def _channels(self):
        """A morning's reminders; the clerk has made his choice; the unit has a robot."""
        reminders.remind(at=self.clock.now)
        ChannelChoice.objects.create(user=self.campus.clerk, mail="each")
        self.robot = robots.add(
            unit=self.campus.unit,
            kind="wecom",
            label="工作群",
            url=f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={self.text('robot')}",
            secret="",
            actor=self.year.actor(self.campus.liaison),
            at=self.clock.now,
        )

    def _evidence(self):
        """The clerk has recorded how a measure of grade 3 is carried out, with a file."""
        measure = ControlMeasure.objects.get(text=self.canaries["slight prevention"])
        file = SimpleUploadedFile("evidence.pdf", pages.markup_to_pdf(f"<p>{self.text('evidence')}</p>"))
        self.evidence = controls.note(
            measure.pk,
            state="under_way",
            text=self.text("progress"),
            actor=self.year.actor(self.campus.clerk),
            at=self.clock.now,
            uploads=[file],
        )
        self.files["evidence"] = self.evidence.attachments.get()

    def _meetings(self):
        """The school's leading group has met, on a matter and on a sheet that waits for the office; it also circulates a decision."""
        year, sheets, self.meetings = self.year, [self.sheets[name] for name in ("office",) if name in self.sheets], {}
        for form, on_agenda in (("held", sheets), ("circulated", ())):
            meeting = year.meeting(*on_agenda, form=form, matter=self.text(f"{form} matter"))
            if form == "held":
                year.attend(meeting)
                assert year.agree_rest(meeting) == []
            self.meetings[form] = year.met(meeting)

    def _job(self):
        self.job = jobs.create(
            "ledger",
            owner=self.campus.head,
            at=self.clock.now,
            parameters={"unit": self.campus.unit.code, "on": self.clock.today.isoformat()},
        )
        jobs.work(at=self.clock.now)
        self.job = Job.objects.get(pk=self.job.pk)
        assert self.job.file, self.job.error
        self.imported = imported.waiting_file(self)
        self.planned, self.changed = organised.planned_change(self), organised.change_made(self)
        self.charge = desks.charge_of_a_domain(self)

    def _terms(self):
        """A deadline moved for everybody and for a person, a longer term asked for, and a stand-in for the head in December."""
        campus, year = self.campus, self.year
        self.task = year.sheet("personal-grading", campus.head).task
        day, office = date(2026, 12, 1), year.actor(campus.office)
        for person in (None, campus.clerk):
            terms.move(self.task, due_on=day, person=person, reason="寒假提前", actor=office, at=self.clock.now)
            day = day.replace(day=8)
        self.extension = (
            extensions.ask(
                self.sheets["draft"].pk, until=day, reason="出差", actor=year.actor(campus.clerk), at=self.clock.now
            )
            if "draft" in self.sheets
            else None
        )
        [self.standin] = standing_in.set_up(
            [campus.head.appointments.get(role="unit_head").pk],
            to=campus.colleague,
            since=date(2026, 12, 1),
            last=date(2026, 12, 10),
            note="外出学习",
            actor=year.actor(campus.head),
            at=self.clock.now,
        )
