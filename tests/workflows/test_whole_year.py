"""The demo plays a whole year of four rule books: every dated step opens, reminds, escalates and closes on the day the seed says.

The days below are copied from the documents (domain B3), for a campaign of 2026; the working days from the announced calendar
of 2026: 20 September is a working Sunday, 25 to 27 September and 1 to 7 October are holidays, 10 October is a working Saturday.
What people do in that year is dealt by ``workflows.demo.wholeyear``: most hand in in time, some late, some never.
"""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registers import audit, clock
from registers.actors import Actor
from registers.models import User
from registers.schemes import versions
from registers.schemes.checking import loading
from tests.factories import BEIJING, moment
from tests.walking import ANSWERS, pages_of
from tests.workflows import filed, signed, whole
from tests.workflows.announced import passed, works
from tests.workflows.documented import DAYS, NEVER, PHASES, YEAR, day
from workflows import sweeping
from workflows.campaign import campaigns
from workflows.deadlines import holidays
from workflows.demo import story
from workflows.demo.campus import Campus
from workflows.demo.corpus import Corpus, Vocabulary
from workflows.demo.register import Register
from workflows.demo.wholeyear import WholeYear
from workflows.demo.year import Year
from workflows.messages import reminders
from workflows.models import (
    Assessment,
    Campaign,
    CampaignTask,
    Decision,
    EducationItem,
    Finding,
    Notification,
    Ranking,
    RankingFigure,
    Reminder,
    Submission,
)
from workflows.models.submissions import State

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

AFTER = 21  # days for which the demo goes on after the last deadline, so that the last escalation is reached


POINTS = (-5, -1, 0, 1, 3, 5, 10)


def two_units(campus, *, played):
    """A year in which the others hand nothing in: plenty to be reminded of, and little to play."""
    return WholeYear(campus, played=set())


class Played:
    """A rule book's year as the demo has played it, day by day, and what came of it."""

    def __init__(self, slug):
        self.slug, self.days = slug, DAYS[slug]
        rules, document = loading.read(settings.BASE_DIR / "fixtures" / "schemes" / f"{slug}.yaml")
        self.scheme = versions.store(rules, document, at=moment("2025-01-01 09:00"))[0]
        self.last = max(day(due) for _, due in self.days.values()) + timedelta(days=AFTER)
        holidays.seed(range(YEAR - 1, YEAR + 2))
        corpus, year = Corpus(), Year.of(rules, YEAR, today=self.last)
        self.opening = year.opening
        self.campus = Campus(
            scheme=self.scheme, corpus=corpus, words=Vocabulary(rules, corpus), year=year, size="school", seed=YEAR
        )
        self.campus.make()
        register = Register(self.campus)
        register.make()
        self.refused = story.tell(self.campus, register, director=two_units)
        self.campaign = Campaign.objects.select_related("scheme").get(year=YEAR)
        self.sheets = list(
            Submission.objects.filter(task__campaign=self.campaign, sequence=1)
            .exclude(task__code="succession")
            .select_related("task", "unit", "person")
        )
        told = Notification.objects.filter(kind="submission.opened", submission__in=self.sheets)
        self.opened = {row.submission_id: timezone.localtime(row.created_at) for row in told}
        self.handed_in = {}
        for act in Decision.objects.filter(verdict="submit", round=1).order_by("at"):
            self.handed_in.setdefault(act.submission_id, timezone.localtime(act.at))

    def every_day(self, first):
        while first <= self.last:
            yield first
            first += timedelta(days=1)


ONE_BOOK = "changchun-2016"  # the year that both databases live through
BOOKS = [
    ONE_BOOK,
    *(pytest.param(slug, marks=pytest.mark.database("wide")) for slug in sorted(set(DAYS) - {ONE_BOOK})),
]


@pytest.fixture(scope="module", params=BOOKS)
def played(request, django_db_setup, django_db_blocker):
    """One year, lived once for all tests of this file, in a transaction that leaves nothing."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Played(request.param)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(played, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_records_of_the_school_are_those_of_all_its_units(played):
    """Every paper that is compiled about a unit: no zero above what there is below, every row once, every line in its sum."""
    empty = set() if Finding.objects.exists() else {"rectification-ledger"}  # where too few people could inspect
    decided = Assessment.objects.filter(confirmed_at__date__lte=clock.today(), year=clock.today().year)
    empty |= set() if decided.exists() else {"assessment-results"}  # of this year
    planned = EducationItem.objects.filter(year=clock.today().year).exists()
    empty |= {"education-plan"} if played.scheme.rules.duties.education and not planned else set()
    assert {slug for slug, number in whole.compare(played.scheme).items() if not number} == empty
    assert whole.filled_in(played.campaign)


# --- Opens -----------------------------------------------------------------------------------------------


def test_every_task_has_the_days_of_the_document(played):
    tasks = CampaignTask.objects.filter(campaign=played.campaign).exclude(code="succession")
    assert {task.code: (task.opens_on, task.due_on) for task in tasks} == {
        code: (day(opens), day(due)) for code, (opens, due) in played.days.items()
    }
    phases = played.campaign.phases.order_by("position")
    assert [(phase.starts_on, phase.due_on) for phase in phases] == [
        (start and day(start), day(end)) for start, end in PHASES[played.slug]
    ]


def test_every_sheet_opens_on_its_day(played):
    after = {task.code: task.after for task in played.scheme.rules.tasks}
    done = {
        (sheet.task.code, sheet.unit_id, sheet.person_id): timezone.localdate(sheet.filed_at)
        for sheet in played.sheets
        if sheet.filed_at
    }
    wrong, seen = [], 0
    for sheet in played.sheets:
        needed = [done.get((code, sheet.unit_id, sheet.person_id)) for code in after[sheet.task.code]]
        opened = played.opened.get(sheet.pk)
        if None in needed:
            wrong += [f"{sheet} is open before what it follows is filed"] if opened else []
            continue
        seen += 1
        wanted = max([day(played.days[sheet.task.code][0]), played.opening, *needed])
        if opened is None or opened.date() != wanted:
            wrong.append(f"{sheet}: opened {opened}, wanted {wanted}")
    assert (wrong, seen > 20) == ([], True)


# --- Reminds and escalates -------------------------------------------------------------------------------


def test_every_filler_is_reminded_on_every_day_the_rule_says_and_on_no_other(played):
    """The oracle walks day by day; a day's digest is written at eight, and nobody is reminded of what he has handed in."""
    own = defaultdict(set)
    for row in Reminder.objects.filter(heard_as="", step="fill", round=1):
        own[row.submission_id].add((row.day, row.moment))
    extended = set(Submission.objects.filter(extensions__isnull=False).values_list("pk", flat=True))
    wrong, seen = [], 0
    for sheet in played.sheets:
        opened, due = played.opened.get(sheet.pk), sheet.task.due_on
        if opened is None or sheet.pk in extended:
            continue
        wanted, said, done = set(), -100, played.handed_in.get(sheet.pk)
        for on in played.every_day(opened.date()):
            eight = datetime.combine(on, time(8), BEIJING)
            if on == played.last or (done and done <= eight):
                break
            if not works(on) or opened > eight or on == played.opening:
                continue
            reached = max((point for point in POINTS if point <= passed(due, on)), default=None)
            if reached is not None and reached > said:
                wanted.add((on, reached))
                said = reached
        seen += len(wanted)
        if own[sheet.pk] != wanted:
            wrong.append(f"{sheet} due {due}: {sorted(own[sheet.pk] ^ wanted)}")
    assert (wrong, seen > 50) == ([], True)


def test_delay_climbs_from_the_person_to_the_committee_on_the_days_of_the_calendar(played):
    code, days = NEVER[played.slug]
    ordinary = [
        sheet
        for sheet in played.sheets
        if sheet.task.code == code
        and sheet.state == State.OPEN
        and not sheet.person.appointments.exists()
        and not sheet.person.group_seats.exists()
    ]
    assert ordinary, "somebody without a part who never hands in"
    for sheet in ordinary:
        heard = defaultdict(set)
        for row in Reminder.objects.filter(submission=sheet):
            heard[row.day].add(row.heard_as)
        assert dict(heard) == {day(on): roles for on, roles in days.items()}, sheet


def test_nobody_is_reminded_twice_and_everybody_has_one_digest_a_day(played):
    rows = list(Reminder.objects.values_list("recipient", "submission", "step", "round", "due_on", "moment"))
    assert len(rows) == len(set(rows)) > 200
    digests = list(Notification.objects.filter(kind="digest").values_list("recipient", "key"))
    assert len(digests) == len(set(digests))
    reminded = {(person, f"digest:{on:%Y%m%d}") for person, on in Reminder.objects.values_list("recipient", "day")}
    assert reminded == set(digests)
    assert all(works(on) for on in Reminder.objects.values_list("day", flat=True).distinct())


def test_running_every_job_again_on_the_last_day_adds_nothing(played):
    at = timezone.make_aware(datetime.combine(played.last, time(9)))
    reminders.remind(at=at)
    before = Reminder.objects.count(), Notification.objects.count()

    for _ in range(2):
        reminders.remind(at=at)
        sweeping.sweep(at=at)

    assert (Reminder.objects.count(), Notification.objects.count()) == before


# --- Closes ----------------------------------------------------------------------------------------------


def test_late_sheets_bear_their_mark_and_those_in_time_none(played):
    """B5-15: the named day counts to its end."""
    marked = dict(Decision.objects.filter(verdict="submit", round=1).values_list("submission", "days_late"))
    late = 0
    for sheet in played.sheets:
        done = played.handed_in.get(sheet.pk)
        if done is None or sheet.extensions.exists():
            continue
        days = (done.date() - sheet.task.due_on).days
        assert marked[sheet.pk] == (days if days > 0 else None), sheet
        late += days > 0
    assert late > 0


def phases_on(played, on):
    """The state of each phase as the calendar page shows it on a day."""
    client = Client()
    office = User.objects.get(number="3001")
    with time_machine.travel(datetime.combine(on, time(12), BEIJING).astimezone(UTC), tick=False):
        client.force_login(office, backend="registers.sessions.People")
        page = client.get(reverse("campaign"))
    return [row["state"] for row in page.context["timeline"]]


def test_phases_begin_and_end_on_their_days(played, monkeypatch):
    monkeypatch.setattr(settings, "DEMO", False)
    for place, (start, end) in enumerate(PHASES[played.slug]):
        if start:
            assert phases_on(played, day(start) - timedelta(days=1))[place] == "next"
            assert phases_on(played, day(start))[place] == "current"
        assert phases_on(played, day(end))[place] == "current"
        assert phases_on(played, day(end) + timedelta(days=1))[place] == "done"


def test_phases_that_overlap_run_side_by_side(played, monkeypatch):
    """B5-5: two phases at once in April; 1 May and 1 December belong to two."""
    if played.slug != "tongliao5-2022":
        pytest.skip("no phases of this rule book overlap")
    monkeypatch.setattr(settings, "DEMO", False)
    assert phases_on(played, day("04-15")) == ["current", "current", "next", "next"]
    assert phases_on(played, day("05-01")) == ["current", "current", "current", "next"]
    assert phases_on(played, day("12-01")) == ["done", "done", "current", "current"]


def test_step_after_the_end_of_its_phase_is_still_worked_on(played):
    """B5-1: 21 to 31 October belong to no phase, and gradings are handed in and reminded of all the same."""
    if played.slug != "changchun-2016":
        pytest.skip("only this rule book has one")
    between = Reminder.objects.filter(submission__task__code="personal-grading", day__gt=day("10-20"))
    assert between.filter(day__lte=day("10-31")).exists()


def test_what_is_filed_and_in_force_is_what_was_signed(played):
    """Recomputed from the kept documents and the decisions made since (T3)."""
    assert signed.faults(played.sheets, before=played.opening) == []


def test_what_a_unit_carries_is_decided_with_it_by_the_same_body(played):
    assert filed.faults_of_carried(played.sheets, carried=[task.carries for task in played.scheme.rules.tasks]) == []


def test_no_cell_of_a_filed_table_is_empty_that_the_rule_book_requires(played):
    assert filed.empty_cells(played.sheets) == []


def test_every_page_opens_at_the_end_of_the_year(played):
    """To the office, which has most of them; under each rule book they show what it asks for."""
    opened = pages_of(User.objects.get(number="3001"))
    assert set(opened.values()) <= ANSWERS
    assert sum(status == 200 for status in opened.values()) > 60


def test_year_ends_with_nothing_lost(played):
    """What is in review goes to its end, then the campaign is closed; the audit chain holds and no rule refused anything."""
    assert played.refused == []
    at = timezone.make_aware(datetime.combine(played.last, time(12)))
    office = Actor(User.objects.get(number="3001"), on=played.last)
    assert Submission.objects.filter(task__campaign=played.campaign, state=State.IN_REVIEW).count() == 0

    undone = campaigns.close(played.campaign, actor=office, at=at)

    states = [sheet.state for sheet in Submission.objects.filter(task__campaign=played.campaign)]
    assert undone == len(states) - states.count("filed") > 0
    assert campaigns.current() is None
    clock.set_demo(at)
    assert audit.verify()[1] == []


def test_year_ends_with_a_ranking_that_two_people_made(played):
    ranking = Ranking.objects.select_related("campaign__scheme").get(campaign=played.campaign)
    assert ranking.released_at
    assert not {ranking.decided_by, ranking.released_by} & {ranking.computed_by, ranking.shown_by}
    listed = [unit["code"] for group in ranking.result["classes"] for unit in group["units"]]
    assert len(listed) == len(set(listed)) == ranking.units.filter(score__isnull=False).count() > 0
    for figure in RankingFigure.objects.filter(ranked__ranking=ranking):
        assert (figure.counted, figure.counted_of) == (sum(one[0] for one in figure.sources), len(figure.sources))
