"""Who reads what: the exact rows of every model for everybody, and every page anybody can reach, looked through for what leaks."""

import json
import re
from datetime import timedelta
from functools import cached_property
from html import unescape
from io import BytesIO
from urllib.parse import urljoin

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.urls import resolve, reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from registers import exports
from registers.access import NoPolicy, ScopedQuerySet, policy_of
from registers.actors import Actor
from registers.models import AuditEntry, ControlMeasure, GroupMember, Job, LeadingGroup, PowerItem, RiskPoint
from tests.access.conftest import NOBODY, PEOPLE, STAFF
from tests.access.test_matrix import MATRIX, behind, expected, members
from workflows.models import FiledPaper, Notification, Objection, PublicityNotice, Submission

pytestmark = pytest.mark.django_db

EVERYBODY = " ".join(STAFF)
SCHOOL = "leader chair registrar office_staff"

# Models that nobody asks for by themselves, and what one has to be allowed to read to reach them.
THROUGH_ANOTHER = {
    "registers.GroupMember": "its LeadingGroup",
    "registers.Duty": "its Post",
    "registers.ProcessStep": "its PowerItem",
    "registers.RiskCategory": "its Scheme: the words of the rule book",
    "registers.Grade": "its Scheme: the words of the rule book",
    "registers.AuditHead": "nothing: a counter for registers.audit",
    "registers.DemoClock": "nothing: one number for registers.clock",
    "workflows.Phase": "its Campaign",
    "workflows.CalendarDay": "nothing: the state's calendar of working days",
    "workflows.Draft": "the form of its Submission, which only the filler gets",
    "workflows.SubmissionLine": "its Submission",
    "workflows.ReviewVote": "its Submission",
    "workflows.Decision": "its Submission",
    "workflows.Custody": "nothing: where a sheet has come to, asked by the policy itself",
}
OPEN_TO_STAFF = [
    "registers.Unit",
    "registers.User",
    "registers.Post",
    "registers.Incumbency",
    "registers.Appointment",
    "registers.Scheme",
    "workflows.Campaign",
    "workflows.CampaignTask",
]
OWN_MODELS = [model for label in ("registers", "workflows") for model in apps.get_app_config(label).get_models()]


# --- Policies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model._meta.label)
def test_model_has_a_policy_or_is_reached_through_one_that_has(model):
    label = model._meta.label
    if label in THROUGH_ANOTHER:
        assert not isinstance(model._default_manager.all(), ScopedQuerySet), (
            f"{label} has visible_to but is declared to need none"
        )
        with pytest.raises(NoPolicy):
            policy_of(model)
    else:
        assert isinstance(model._default_manager.all(), ScopedQuerySet), (
            f"{label}: use a ScopedQuerySet, or say in THROUGH_ANOTHER how it is reached"
        )
        assert policy_of(model), f"{label}: write a policy"


def test_every_policy_is_tried_here(world):
    tried = {*OPEN_TO_STAFF, *(table.model._meta.label for table in TABLES)}
    assert tried == {model._meta.label for model in OWN_MODELS} - set(THROUGH_ANOTHER)


# --- Rows ------------------------------------------------------------------------------------------------


def actor(world, persona):
    return Actor(None if persona == NOBODY else getattr(world.campus, persona), on=world.clock.today)


@pytest.mark.parametrize("label", OPEN_TO_STAFF)
def test_facts_of_the_organisation_are_open_to_all_who_are_logged_in(world, label):
    rows = apps.get_model(label).objects.all()
    assert rows.exists()
    for persona in STAFF:
        assert set(rows.visible_to(actor(world, persona))) == set(rows), persona
    assert not rows.visible_to(actor(world, NOBODY)).exists()


class Table:
    """A model, its rows by name, and who reads each: people as in matrix.yaml. Rows nobody names are for nobody."""

    def __init__(self, model, *, listed=False):
        self.model, self.ask = model, "listed_to" if listed else "visible_to"

    def __call__(self, rows_and_readers):
        self.rows_and_readers = rows_and_readers
        return self

    def __repr__(self):
        return f"{self.model.__name__}.{self.ask}"


def _powers(world):
    travelling = PowerItem.objects.create(unit=world.campus.unit, name="尚未备案")
    return {travelling: "", PowerItem.objects.get(name=world.canaries["power"]): EVERYBODY}


def _points(world):
    """By the grade of the version: until it is graded nobody above the unit reads a personal point in the register (R1-30)."""
    readers = {"unit point": f"unit {SCHOOL}"}
    found = {}
    for point in RiskPoint.objects.select_related("final_grade"):
        name = next(name for name, text in world.canaries.items() if text == point.content)
        copied = f" {SCHOOL}" if point.final_grade and point.final_grade.rank < 3 else ""
        found[point] = readers.get(name, "clerk unit") + copied if point.in_force_from else ""
    assert "" in found.values()
    return found


def _measures(world):
    readers = {"slight": "clerk unit", "grave": f"clerk unit {SCHOOL}"}
    found = {}
    for measure in ControlMeasure.objects.all():
        name = next(name for name, text in world.canaries.items() if text == measure.text)
        found[measure] = readers[name.split()[0]]
    travelling = ControlMeasure.objects.create(
        point_series=ControlMeasure.objects.first().point_series,
        unit=world.campus.unit,
        stage="prevention",
        text="尚未备案",
    )
    return found | {travelling: ""}


def _groups(world):
    making = LeadingGroup.objects.create(unit=world.campus.unit)
    GroupMember.objects.create(group=making, user=world.campus.member, seat="leader")
    return {making: "liaison head", world.campus.group: EVERYBODY}


def _sheets(world):
    """Those of matrix.yaml; all others are their fillers' own, and what is filed the unit's and the office's."""
    named = {sheet.pk: MATRIX["sheets"].get(name) for name, sheet in world.sheets.items()}
    found = {}
    for sheet in Submission.objects.select_related("person"):
        readers = named.get(sheet.pk)
        if readers is None:
            filler = (
                sheet.person.number if sheet.person_id else "liaison" if sheet.unit_id == world.campus.unit.pk else ""
            )
            readers = filler
            if sheet.state == "filed":  # all of these went by the office
                readers = f"{filler} group office_staff" if sheet.person_id else "staff_below unit office_staff"
        found[sheet] = readers
    return found


def _listed(world):
    """Where a sheet stands: also for those who organise the work of its unit."""
    unit, school = world.campus.unit.pk, "leader chair registrar office_staff"
    return {
        sheet: f"{sheet.person.number if sheet.person_id else ''} {'unit' if sheet.unit_id == unit else 'other_head'} {school}"
        for sheet in Submission.objects.select_related("person")
    }


def _papers(world):
    sheets = {sheet.pk: readers for sheet, readers in _sheets(world).items()}
    return {paper: sheets[paper.submission_id] for paper in FiledPaper.objects.all()}


def _notices(world):
    """Running ones by their audience; ended ones for who may read the sheet."""
    found = {world.notice: "staff_below unit office_staff", world.school_notice: EVERYBODY}
    sheets = {sheet.pk: readers for sheet, readers in _sheets(world).items()}
    return {
        **{notice: sheets[notice.submission_id] for notice in PublicityNotice.objects.exclude(cleared_at=None)},
        **found,
    }


TABLES = {
    Table(PowerItem): _powers,
    Table(RiskPoint): _points,
    Table(ControlMeasure): _measures,
    Table(LeadingGroup): _groups,
    Table(Submission): _sheets,
    Table(Submission, listed=True): _listed,
    Table(FiledPaper): _papers,
    Table(PublicityNotice): _notices,
    Table(Objection): lambda world: {world.objection: "colleague office"},
    Table(Job): lambda world: {world.job: "head"},
    Table(AuditEntry): lambda world: {
        entry: f"auditor {entry.actor.number if entry.actor else ''}" for entry in AuditEntry.objects.all()
    },
    Table(Notification): lambda world: {
        row: row.recipient.number for row in Notification.objects.select_related("recipient")
    },
}


@pytest.mark.parametrize("table", TABLES, ids=repr)
def test_rows_are_exactly_those_of_the_reader(world, table):
    readers = {row: members(people) for row, people in TABLES[table](world).items()}
    rows = table.model.objects.all()
    assert set(readers) == set(rows), "every row has its readers named"
    assert any(set(people) < set(STAFF) for people in readers.values()), "something could leak"
    for persona in PEOPLE:
        seen = set(getattr(rows, table.ask)(actor(world, persona)))
        expected = {row for row, people in readers.items() if persona in people}
        assert seen == expected, f"{persona} reads too much: {seen - expected}, too little: {expected - seen}"


def test_role_that_has_ended_opens_nothing(world):
    """The day after an appointment ends, its reader is a colleague like any other."""
    campus = world.campus
    campus.head.appointments.update(until=world.clock.today)
    GroupMember.objects.filter(user=campus.head).delete()
    before = set(Submission.objects.visible_to(Actor(campus.head, on=world.clock.today - timedelta(days=1))))

    after = set(Submission.objects.visible_to(Actor(campus.head, on=world.clock.today)))

    assert world.sheets["sign"] in before - after
    assert {sheet.person_id for sheet in after} <= {campus.head.pk, None}


def test_disabled_account_is_out_with_the_next_request(world):
    browser = world.browsers["head"]
    with browser.undone():
        assert browser.client.get(reverse("desk")).status_code == 200
        type(browser.user).objects.filter(pk=browser.user.pk).update(is_active=False)
        assert browser.client.get(reverse("desk")).status_code == 302


# --- Pages -----------------------------------------------------------------------------------------------

# Who may come across what was typed, on any page or in any file.
SEEN_BY = {
    "draft": "clerk",
    "draft manifestation": "clerk",
    "redone": "clerk",
    "redone manifestation": "clerk",
    "unit draft": "liaison",
    "vote": "group",  # the clerk reads the ballots when the review is concluded
    "return": "clerk group",
    "review": "clerk group",
    "returned": "clerk group",
    "sign": "clerk group",
    "office": "clerk group office_staff",
    # The office filed these sheets before anybody knew the grade; the liaison reads the register.
    "slight": "clerk unit office_staff",
    "notice": "clerk unit office_staff",
    "grading": "clerk unit office_staff",
    "measures": "clerk unit office_staff",
    # Measures of grade 3 stay in the unit (R1-30), those of grade 1 are copied.
    "slight prevention": "clerk unit",
    "slight monitoring": "clerk unit",
    "slight disposal": "clerk unit",
    "grave": f"clerk unit {SCHOOL}",
    "grave prevention": f"clerk unit {SCHOOL}",
    "grave monitoring": f"clerk unit {SCHOOL}",
    "grave disposal": f"clerk unit {SCHOOL}",
    "head": "group leader",
    "power": EVERYBODY,
    "unit point": EVERYBODY,  # on notice in the whole school, which shows a unit's points
    "unit manifestation": f"staff_below unit {SCHOOL}",
    "objection": "colleague office",
}
SKIP = {"logout", "paper_blank", "paper_file", "password_change", "password_change_done"}  # the same for everybody


class Crawl:
    """Everything one persona gets to see: follows the links of every page, opens every address of the site, reads every file.

    Links with filters are not followed, there is no end to their combinations; those that show the most are guessed.
    """

    def __init__(self, world, persona):
        self.world, self.persona, self.browser = world, persona, world.browsers[persona]
        self.texts, self.opened = [], set()
        waiting = [reverse("desk"), *self._guessed()]
        while waiting:
            url = waiting.pop()
            if url not in self.opened:
                self.opened.add(url)
                waiting.extend(self._open(url))

    def _guessed(self):
        """Addresses nobody linked to: what the matrix opens to this persona, every other sheet, lists with their filters."""
        for door in MATRIX["doors"]:
            for name, (kwargs, _) in behind(self.world, door).items():
                if door not in SKIP and expected(door, "GET", name, self.persona) in (200, 302):
                    yield reverse(door, kwargs=kwargs)
        tried = {sheet.pk for name, sheet in self.world.sheets.items() if name in MATRIX["sheets"]}
        for pk in Submission.objects.exclude(pk__in=tried).values_list("pk", flat=True):
            yield reverse("submission_detail", args=[pk])
        for unit in ("ROOT", "CW", "ZS"):
            yield reverse("ledger") + f"?unit={unit}"
        yield reverse("risk_list") + "?q=暗记"
        yield reverse("progress_list") + "?view=units"
        yield reverse("progress_list") + "?state=waiting"

    def _open(self, url):
        answer = self.browser.get(url)
        assert answer.status_code < 500, f"{self.persona}: {url} answers {answer.status_code}"
        if answer.status_code in (301, 302):
            return [answer.headers["Location"]]
        kind = answer.headers["Content-Type"]
        text = cells(answer.content) if "spreadsheet" in kind else answer.content.decode()
        self.texts.append((url, unescape(text)))
        if answer.status_code != 200 or "html" not in kind:
            return []
        return {
            found
            for found in (urljoin(url, unescape(link)) for link in re.findall(r'href="([^"#?]+)"', text))
            if self._leads_on(found)
        }

    def _leads_on(self, url):
        return (
            url.startswith("/")
            and not url.startswith("/static/")
            and resolve(url).url_name not in SKIP
            and not url.endswith(("pdf", "docx"))
        )

    @cached_property
    def seen(self):
        """Name of what was typed → where it was found first."""
        everything = [(url, re.sub(r"\s", "", text)) for url, text in self.texts]
        return {
            name: next(url for url, text in everything if typed in text)
            for name, typed in self.world.canaries.items()
            if any(typed in text for _, text in everything)
        }


def cells(content):
    """All the text of a workbook."""
    book = load_workbook(BytesIO(content), read_only=True)
    return "\n".join(
        str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None
    )


def expected_for(world, persona):
    """The names of the texts a persona may come across; a manifestation goes where its content goes unless it is named."""
    found = set()
    for name in world.canaries:
        people = SEEN_BY[name] if name in SEEN_BY else SEEN_BY[name.removesuffix(" manifestation")]
        if persona in members(people):
            found.add(name)
    return found


@pytest.mark.parametrize("persona", STAFF)
def test_nobody_comes_across_what_is_not_his_to_read(world, persona):
    crawl = Crawl(world, persona)

    expected = expected_for(world, persona)
    leaked = {name: url for name, url in crawl.seen.items() if name not in expected}
    assert not leaked, f"{persona} reads what he must not: {leaked}"
    assert set(crawl.seen) == expected, f"{persona} nowhere finds {expected - set(crawl.seen)}"
    assert len(crawl.opened) > 30


def test_canaries_could_leak(world):
    """The crawl would be worth nothing if everybody could read everything, or somebody nothing."""
    for name in world.canaries:
        readers = [persona for persona in STAFF if name in expected_for(world, persona)]
        assert readers, name
    kept = [
        name
        for name in world.canaries
        if len([persona for persona in STAFF if name in expected_for(world, persona)]) < len(STAFF)
    ]
    assert len(kept) > 30


@pytest.mark.parametrize("persona", ["liaison", "head", "leader", "office", "chair", "registrar"])
def test_ledger_as_a_file_holds_what_its_reader_may_read(world, persona):
    unit = world.campus.unit if persona in ("liaison", "head", "leader") else world.campus.root
    _, content = exports.ledger(
        {"unit": unit.code, "on": world.clock.today.isoformat()}, getattr(world.campus, persona)
    )

    text = cells(content)
    found = {name for name, typed in world.canaries.items() if typed in text}
    in_ledger = {
        name
        for name in world.canaries
        if name.split()[0] in ("slight", "grave", "notice", "grading", "measures")
        or name in ("unit point", "unit manifestation")
    }
    if persona == "office":  # it has read the search sheets of these, which is not the register
        in_ledger = {name for name in in_ledger if name.split()[0] in ("grave", "unit")}
    assert found == in_ledger & expected_for(world, persona)


def test_paper_as_a_file_shows_what_the_page_shows(world):
    """The three kinds of files come from one document; the PDF stands for the two that the crawl leaves out."""
    answer = world.browsers["office"].get(reverse("submission_file", args=[world.sheets["grave"].pk, "pdf"]))

    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages))
    found = {name for name, typed in world.canaries.items() if typed in text}
    assert found == {"grave", "grave manifestation", "grave prevention", "grave monitoring", "grave disposal"}


def test_what_was_typed_is_in_no_message_log_or_session(world):
    """Messages, the audit chain, job arguments and sessions hold ids, digests and the words of the system."""
    kept = [
        *Notification.objects.values_list("text", "key"),
        *Job.objects.values_list("parameters", "file_name"),
        *AuditEntry.objects.values_list("detail", "about"),
        *((row.get_decoded(),) for row in Session.objects.all()),
    ]
    text = json.dumps(kept, ensure_ascii=False, default=str)
    assert len(kept) > 100
    assert [name for name, typed in world.canaries.items() if typed in text] == []
