"""A campus in the middle of its year, with sheets in every state, and a browser for every persona.

The world is made once, inside a transaction that is rolled back in the end. What a test does to it is undone after the test, what
it sends through a browser at once (`Browser`), so the tests cannot disturb one another.
"""

from contextlib import contextmanager
from datetime import UTC

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from registers import clock as clocks
from registers import exports, jobs  # noqa: F401 (exports registers the kinds of jobs)
from registers.models import ControlMeasure, Job, Post, Regulation
from registers.papers import pages
from registers.schemes import drafts as scheme_drafts
from tests import factories, personas
from tests.conftest import Clock
from tests.personas import MEASURES, point, power, unit_point
from workflows import controls, drafts, publicity
from workflows.models import Objection, PublicityNotice, Submission
from workflows.sheets import sheet_for

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
    "sys_admin",
    "auditor",
)
PEOPLE = (NOBODY, *STAFF)
PASSWORD = "password-for-tests"

# The clerk holds a post for every state a personal sheet can be in: one owner, so that a reader differs by his part alone.
POSTS = ("draft", "review", "returned", "sign", "office", "slight", "grave", "notice", "grading", "measures")


class Story(personas.Year):
    """The year of the personas, with sheets named by the post that owes them."""

    def sheet(self, code, owner=None):
        if not isinstance(owner, Post):
            return super().sheet(code, owner)
        return self.again(Submission.objects.get(task__campaign=self.campaign, task__code=code, post=owner))

    def again(self, sheet):
        return Submission.objects.select_related(
            "task__campaign__scheme", "task__phase", "unit", "post", "person", "group"
        ).get(pk=sheet.pk)


class World:
    """``sheets`` by the name of their state; ``notice``, ``school_notice``, ``objection``, ``job``; a browser for everyone.

    ``canaries``: what was typed where. Every text is found nowhere else, so it shows wherever it leaks.
    """

    def __init__(self, clock, *, personal=POSTS, unit=True):
        self.clock, self.campus, self.canaries = clock, factories.Campus(), {}
        campus = self.campus
        # One of the office's people works in the unit himself; a second one is there to take over.
        campus.insider = factories.make_person("戊二", campus.unit, number="insider")
        campus.second = factories.make_person("戊三", campus.office_unit, number="second")
        for user in (campus.insider, campus.second):
            factories.appoint(user, campus.root, "office")
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
        if "notice" in personal:
            self._objection()
        self._heads_own()
        self._job()
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
        self.browsers = {name: Browser(None if name == NOBODY else getattr(campus, name)) for name in PEOPLE}

    def text(self, name):
        """A text that is typed in one place only."""
        return self.canaries.setdefault(name, f"暗记{len(self.canaries):02d}{name.replace(' ', '')}")

    def _point(self, name):
        return point(self.text(name), manifestation=self.text(f"{name} manifestation"))

    # -- the clerk's sheets ----------------------------------------------------------------------------
    def _draft(self, post):
        sheet = self.year.sheet("personal-search", post)
        content = self.year.points(sheet, self._point("draft"))
        drafts.save(sheet, content, actor=self.year.actor(self.campus.clerk), seen=0, at=self.clock.now)
        self.sheets["draft"] = sheet

    def _submitted(self, name, post):
        sheet = self.year.sheet("personal-search", post)
        return self.year.submit(sheet, self.year.points(sheet, self._point(name)))

    def _review(self, post):
        sheet = self._submitted("review", post)
        self.year.vote(sheet, self.campus.member, opinion=self.text("vote"))
        self.year.vote(sheet, self.campus.head)
        self.sheets["review"] = self.year.again(sheet)

    def _concluded(self, name, post):
        sheet = self._submitted(name, post)
        for voter in (self.campus.member, self.campus.head):
            self.year.vote(sheet, voter)
        return self.year.agree(sheet, self.campus.head)

    def _returned(self, post):
        sheet = self.year.send_back(self._concluded("returned", post), self.campus.head, opinion=self.text("return"))
        content = (
            sheet_for(sheet).content()
            if getattr(sheet, "draft", None)
            else self.year.points(sheet, self._point("redone"))
        )
        drafts.save(sheet, content, actor=self.year.actor(self.campus.clerk), seen=0, at=self.clock.now)
        self.sheets["returned"] = self.year.again(sheet)

    def _sign(self, post):
        self.sheets["sign"] = self._concluded("sign", post)

    def _office(self, post):
        self.sheets["office"] = self.year.agree(self._concluded("office", post), self.campus.head, signed=True)

    def _searched(self, name, post):
        sheet = self.year.agree(self._concluded(name, post), self.campus.head, signed=True)
        return self.year.agree(sheet, self.campus.office)

    def _controlled(self, name, post, grade):
        self.year.at("09-15")
        self.sheets[f"{name} search"] = self._searched(name, post)
        self.year.graded(grade, owner=post)
        texts = {stage: self.text(f"{name} {stage}") for stage in MEASURES}
        self.sheets[name] = self.year.controlled(owner=post, **texts)
        self.year.at("09-15")

    def _slight(self, post):
        self._controlled("slight", post, "grade-3")

    def _grave(self, post):
        self._controlled("grave", post, "grade-1")

    def _grading(self, post):
        self._searched("grading", post)
        self.sheets["grading"] = self.year.sheet("personal-grading", post)

    def _measures(self, post):
        self._searched("measures", post)
        self.year.graded("grade-3", owner=post)
        self.sheets["measures"] = self.year.sheet("personal-control", post)
        self.year.at("09-15")

    def _notice(self, post):
        self._searched("notice", post)
        self.year.at("11-04")
        sheet = self.year.sheet("personal-grading", post)
        sheet = self.year.submit(sheet, self.year.grades(sheet, "grade-2"))
        self.sheets["notice"] = self.year.agree(sheet, self.campus.head, grades=self.year.as_proposed(sheet))
        self.notice = PublicityNotice.objects.get(submission=sheet)
        self.year.at("09-15")

    # -- everybody else's ------------------------------------------------------------------------------
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
        self.school_notice = PublicityNotice.objects.get(submission=sheet)
        year.at("11-05")

    def _objection(self):
        actor = self.year.actor(self.campus.colleague)
        self.objection, _ = publicity.object_to(
            self.notice, actor=actor, text=self.text("objection"), at=self.clock.now
        )
        assert Objection.objects.count() == 1

    def _heads_own(self):
        """The head's own search has climbed past him to the leader in charge."""
        sheet = self.year.submit(
            self.year.sheet("personal-search", self.campus.head),
            self.year.points(self.year.sheet("personal-search", self.campus.head), self._point("head")),
        )
        for voter in (self.campus.member, self.campus.deputy):
            self.year.vote(sheet, voter)
        self.sheets["head"] = self.year.agree(sheet, self.campus.deputy)

    def _evidence(self):
        """The clerk has recorded how a measure of grade 3 is carried out, with a file."""
        measure = ControlMeasure.objects.get(text=self.canaries["slight prevention"])
        file = SimpleUploadedFile("evidence.pdf", pages.markup_to_pdf(f"<p>{self.text('evidence')}</p>"))
        self.evidence = controls.record(
            measure.pk,
            state="under_way",
            text=self.text("progress"),
            actor=self.year.actor(self.campus.clerk),
            at=self.clock.now,
            uploads=[file],
        )

    def _job(self):
        self.job = jobs.create(
            "ledger",
            owner=self.campus.head,
            at=self.clock.now,
            parameters={"unit": self.campus.unit.code, "on": self.clock.today.isoformat()},
        )
        jobs.work(at=self.clock.now)
        self.job = Job.objects.get(pk=self.job.pk)
        assert self.job.content, self.job.error


class Browser:
    """A persona's browser. Whatever a request changes, in the database or among the cookies, is undone after it."""

    def __init__(self, user, **options):
        self.user, self.client = user, Client(raise_request_exception=False, **options)
        if user is not None:
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self._cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}

    @contextmanager
    def undone(self):
        """What happens inside leaves no trace."""
        with transaction.atomic():
            try:
                yield self
            finally:
                transaction.set_rollback(True)
                self.client.cookies.clear()
                for name, value in self._cookies.items():
                    self.client.cookies[name] = value

    def get(self, url, data=None, **more):
        return self.request("get", url, data, **more)

    def post(self, url, data=None, **more):
        return self.request("post", url, data, **more)

    def request(self, method, url, data=None, **more):
        with self.undone():
            return getattr(self.client, method)(url, data or {}, **more)


@contextmanager
def made(blocker, **options):
    """A world inside a transaction that is rolled back."""
    start = factories.moment("2026-09-15 10:00")
    with blocker.unblock(), time_machine.travel(start.astimezone(UTC), tick=False) as traveller:
        with transaction.atomic():
            try:
                yield World(Clock(traveller, start), **options)
            finally:
                transaction.set_rollback(True)
        assert not connection.in_atomic_block


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker):
    """The world, shared by all tests of this folder."""
    with made(django_db_blocker) as world:
        assert clocks.today() == world.clock.today
        yield world


def typed(sheet, **more):
    """What the form of ``sheet`` posts when its page is opened and sent off as it is."""
    content = sheet_for(sheet).content()
    draft = getattr(sheet, "draft", None)
    data = {
        "entry": [entry["key"] for entry in content["entries"]],
        "seen_version": sheet.version,
        "draft_version": draft.version if draft else 0,
        **content["values"],
    }
    for entry in content["entries"]:
        data |= {
            f"e-{entry['key']}-{name}": value for name, value in {**entry["values"], "change": entry["change"]}.items()
        }
    return {**data, **more}


def judged(sheet, verdict="agree", **more):
    """What a reviewer posts: a verdict with all that any step may ask for."""
    data = {
        "seen_version": sheet.version,
        "verdict": verdict,
        "opinion": "意见",
        "remark": "意见",
        "password": PASSWORD,
        "complete": "yes",
    }
    for entry in sheet_for(sheet).shown():
        data |= {f"v-{entry.key}": "yes", f"c-{entry.key}": ""}
        if "proposal" in entry.details:
            data |= {f"g-{entry.key}": entry.details["proposal"].grade, f"r-{entry.key}": ""}
    return {**data, **more}
