"""Who reads what: the exact rows of every model for everybody, and every page anybody can reach, looked through for what leaks."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.urls import reverse

from registers import versions
from registers.access import NoPolicy, ScopedQuerySet, policy_of
from registers.actors import Actor
from registers.models import (
    AuditEntry,
    ControlMeasure,
    GroupMember,
    ImportedFile,
    Job,
    LeadingGroup,
    OrganisationChange,
    PlannedChange,
    PostGrade,
    PowerItem,
    Responsibility,
    ResponsibleParty,
    RiskPoint,
    SchemeDraft,
)
from tests import doors
from tests.access import assessed, disclosed, dutied, inspected, organised, ranked, warned
from tests.access.scopes import EVERYBODY, PUBLISHERS, ROWS, SCHOOL, SCHOOL_READERS, THROUGH_ANOTHER
from tests.access.test_matrix import MATRIX, members
from tests.access.world import NOBODY, PEOPLE, STAFF
from tests.factories import make_post
from workflows.models import (
    Activity,
    AssessmentContest,
    AssessmentLine,
    Attachment,
    Attendance,
    ChannelChoice,
    Clue,
    DeadlineChange,
    Extension,
    FiledPaper,
    Finding,
    MeasureCheck,
    MeasureProgress,
    NoticeSheet,
    Notification,
    RankingContest,
    ReadingDocument,
    ReadReceipt,
    Reminder,
    Robot,
    RosterChange,
    Submission,
    Suggestion,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database("wide", "postgresql")]


OPEN_TO_STAFF = [
    "registers.Unit",
    "registers.UnitAlias",
    "registers.User",
    "registers.Post",
    "registers.Incumbency",
    "registers.Appointment",
    "registers.DomainCharge",
    "registers.Regulation",
    "registers.Scheme",
    "workflows.Campaign",
    "workflows.CampaignTask",
    "workflows.Commendation",
    "workflows.Enrolment",
    "workflows.Phase",
]


OWN_MODELS = [model for label in ("registers", "workflows") for model in apps.get_app_config(label).get_models()]


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
    """A model, its rows by name, and who reads each of them.

    People are named as in matrix.yaml. A row that is not listed is readable by nobody.
    """

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
    readers = {"unit point": f"unit {SCHOOL_READERS}"}
    found = {}
    for point in RiskPoint.objects.select_related("final_grade"):
        name = next(name for name, text in world.canaries.items() if text == point.content)
        copied = f" {SCHOOL_READERS}" if point.final_grade and point.final_grade.rank < 3 else ""
        found[point] = readers.get(name, "clerk unit") + copied if point.in_force_from else ""
    assert "" in found.values()
    return found


def _measures(world):
    readers = {"slight": "clerk unit", "grave": f"clerk unit {SCHOOL_READERS}"}
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


def _post_grades(world):
    """One's own post's grade, and what the unit and the school's part answer for; none that is still travelling."""
    post, day = world.campus.post, world.clock.today
    travelling = PostGrade.objects.create(unit=post.unit, post=post)
    [filed] = versions.load_history([PostGrade(unit=post.unit, post=post)], on=day)
    return {travelling: "", filed: f"clerk unit {SCHOOL_READERS}"}


def _moves(world):
    """What was moved for everybody, everybody who watches; for one person, those who answer for his sheet."""
    watchers = f"liaison head other_head {SCHOOL}"
    return {
        change: watchers if change.person_id is None else f"liaison head {SCHOOL}"
        for change in DeadlineChange.objects.all()
    }


def _roster(world):
    """Who came and went in the unit, and in another one; for those who organise the work there."""
    campus = world.campus
    found = {}
    for post, person, readers in (
        (campus.post, campus.clerk, f"liaison head {SCHOOL}"),
        (make_post(campus.other_unit, "采购", campus.other_head), campus.other_head, f"other_head {SCHOOL}"),
    ):
        row = RosterChange.objects.create(
            campaign=world.year.campaign,
            post=post,
            person=person,
            kind="joined",
            reason="风险岗位",
            on=world.clock.today,
        )
        found[row] = readers
    return found


UNIT_WATCHED = f"staff_below unit {SCHOOL}"


def _activities(world):
    return {
        world.activities["unit"]: UNIT_WATCHED,
        world.activities["school"]: EVERYBODY,
        world.disclosed.consultation: UNIT_WATCHED,
    }


def _attendances(world):
    """One's own; a unit's by who watches it; one's people's at the school's meeting by their head and liaison."""
    found = {row: f"{row.user.number} unit {SCHOOL}" for row in world.activities["unit"].attendances.all()}
    for row in world.activities["school"].attendances.select_related("user"):
        led = "liaison head" if row.user.unit_id == world.campus.unit.pk else "other_head"
        found[row] = f"{row.user.number} {led} chair registrar office_staff"
    return found


def _receipts(world):
    found = {}
    for row in ReadReceipt.objects.select_related("user"):
        led = "liaison head" if row.user.unit_id == world.campus.unit.pk else "other_head"
        found[row] = f"{row.user.number} {led} {SCHOOL}"
    return found


def _documents(world):
    return {
        world.readings["unit"]: UNIT_WATCHED,
        world.readings["school"]: f"liaison head other_head {SCHOOL}",
    }


def files(world):
    """Whoever may read what holds a file may read it; what nothing holds is nobody's."""
    held = {
        **_activities(world),
        **_documents(world),
        world.sheets["unit draft"]: "liaison",
        world.evidence: "clerk unit",
        **inspected.ROWS[Finding](world),
        **assessed.ROWS[AssessmentLine](world),
        **assessed.ROWS[AssessmentContest](world),
        **ranked.ROWS[RankingContest](world),
        world.warned.answered: warned.UNIT,
        world.disclosed.part: disclosed.READERS["unit"],
    }
    found = {file: people for holder, people in held.items() for file in holder.attachments.all()}
    lost = Attachment.objects.create(
        name="a.pdf",
        kind="pdf",
        size=1,
        digest="0" * 64,
        content=b"x",
        uploaded_by=world.campus.liaison,
        uploaded_at=world.clock.now,
    )
    return found | {lost: ""}


def _written(world, model, **said):
    """A note or check on the measure of each grade; read like the measure."""
    found, said = {}, said | {"text": "查过", "at": world.clock.now, "by": world.campus.head}
    for name, readers in (("slight", "clerk unit"), ("grave", f"clerk unit {SCHOOL_READERS}")):
        measure = ControlMeasure.objects.get(text=world.canaries[f"{name} prevention"])
        found[model.objects.create(measure=measure, **said)] = readers
    return found


def _records(world):
    return {world.evidence: "clerk unit"} | _written(world, MeasureProgress, state="done")


TABLES = {
    Table(Activity): _activities,
    Table(Attendance): _attendances,
    Table(ReadingDocument): _documents,
    Table(ReadReceipt): _receipts,
    Table(MeasureProgress): _records,
    Table(MeasureCheck): lambda world: _written(
        world, MeasureCheck, result="verified", on=world.clock.today, outside=False
    ),
    Table(Attachment): files,
    Table(PowerItem): _powers,
    Table(RiskPoint): _points,
    Table(ControlMeasure): _measures,
    Table(PostGrade): _post_grades,
    Table(SchemeDraft): lambda world: {world.scheme_draft: "registrar"},
    Table(LeadingGroup): _groups,
    Table(Submission): _sheets,
    Table(Submission, listed=True): _listed,
    Table(FiledPaper): _papers,
    Table(DeadlineChange): _moves,
    Table(Extension): lambda world: {world.extension: "clerk head"},
    Table(NoticeSheet): lambda world: dict.fromkeys(NoticeSheet.objects.all(), PUBLISHERS),
    **{Table(model): rows for model, rows in doors.ROWS.items()},
    Table(Clue, listed=True): lambda world: {world.clue: "other_head"},
    Table(Suggestion): lambda world: {world.suggestion: "colleague clerk group office"},
    Table(Job): lambda world: {world.job: "head"},
    Table(ImportedFile): lambda world: {world.imported: "registrar"},
    Table(OrganisationChange): lambda world: {world.changed: "registrar"},
    Table(PlannedChange): organised.planned_rows,
    Table(Responsibility): organised.responsibilities,
    Table(ResponsibleParty): organised.parties,
    Table(AuditEntry): lambda world: {
        entry: f"auditor {entry.actor.number if entry.actor else ''}" for entry in AuditEntry.objects.all()
    },
    Table(Notification): lambda world: {
        row: row.recipient.number for row in Notification.objects.select_related("recipient")
    },
    Table(Reminder): lambda world: {row: row.recipient.number for row in Reminder.objects.select_related("recipient")},
    Table(ChannelChoice): lambda world: {row: row.user.number for row in ChannelChoice.objects.select_related("user")},
    Table(RosterChange): _roster,
    **{
        Table(model): rows
        for model, rows in (
            inspected.ROWS | assessed.ROWS | warned.ROWS | dutied.ROWS | ranked.ROWS | disclosed.ROWS | ROWS
        ).items()
    },
    Table(Robot): lambda world: {world.robot: "liaison head registrar office_staff"},
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
