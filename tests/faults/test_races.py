"""Two people at once: exactly one wins, the other is told, nothing is done twice.

Every race runs through ``together``, with the stretch between reading and writing made long (``slowly``). The controls
run the same race with the protection taken away and see it fail. They need PostgreSQL: SQLite lets one writer in
at a time (BEGIN IMMEDIATE), whatever the code does.
"""

import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction

from registers import audit, jobs
from registers.access import NotAllowed
from registers.models import AuditEntry, Job, RiskPoint
from tests.factories import appoint, make_person
from tests.personas import Year, point, unit_point
from workflows import campaigns, drafts, publicity, routes, sweeping
from workflows.models import (
    Campaign,
    Decision,
    Draft,
    FiledPaper,
    Notification,
    Objection,
    PublicityNotice,
    ReviewVote,
    Submission,
)
from workflows.sheets import sheet_for

pytestmark = pytest.mark.django_db(transaction=True)

LOST = (routes.Stale, NotAllowed, IntegrityError)


def together(*acts):
    """Start all acts at the same moment, each in a thread and on a connection of its own; return what became of each."""
    start, outcomes = threading.Barrier(len(acts), timeout=20), [None] * len(acts)

    def run(place, act):
        try:
            start.wait()
            outcomes[place] = act()
        except Exception as error:  # whatever it is, the test looks at it
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return outcomes


def losers(outcomes):
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)]


@pytest.fixture
def slowly(monkeypatch):
    """Between asking whether the act may happen and writing it down, everybody in a thread takes a quarter of a second."""
    digest = routes.documents.digest

    def slow(submission):
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.25)
        return digest(submission)

    monkeypatch.setattr(routes.documents, "digest", slow)


@pytest.fixture
def year(transactional_db, make_campus, clock):
    return Year(make_campus(), clock)


@pytest.fixture
def second_leader(year):
    user = make_person("丁二", year.campus.root)
    appoint(user, year.campus.unit, "leader_in_charge")
    return user


@pytest.fixture
def before_leaders(year):
    """The head's own sheet, waiting for the signature of a leader in charge: a step in the middle of a route."""
    campus = year.campus
    sheet = year.sheet("personal-search", campus.head)
    sheet = year.submit(sheet, year.points(sheet, point()))
    for voter in (campus.member, campus.deputy):
        year.vote(sheet, voter)
    return year.agree(sheet, campus.deputy)


@pytest.fixture
def before_office(year):
    """The clerk's sheet, waiting for the office: the last step."""
    sheet = year.sheet("personal-search")
    return year.review(year.submit(sheet, year.points(sheet, point())))


@pytest.fixture
def second_officer(year):
    user = make_person("戊二", year.campus.office_unit)
    appoint(user, year.campus.root, "office")
    return user


def moves(sheet):
    """How often each version was moved on."""
    return sorted(Decision.objects.filter(submission=sheet).values_list("seen_version", flat=True))


# --- Decisions ------------------------------------------------------------------------------------------


def test_two_signatures_at_once_make_one(year, before_leaders, second_leader, slowly):
    sheet = before_leaders

    outcomes = together(
        *(lambda by=by: year.agree(sheet, by, signed=True) for by in (year.campus.leader, second_leader))
    )

    assert [type(lost) for lost in losers(outcomes)] == [routes.Stale]
    assert (moves(sheet), year.again(sheet).version, year.again(sheet).step) == ([0, 1, 2], 3, "file")
    assert AuditEntry.objects.filter(act="submission.agree", about=f"workflows.submission:{sheet.pk}").count() == 2
    assert audit.verify()[1] == []


@pytest.fixture
def unprotected(monkeypatch):
    """No row lock, no look at the version."""
    plain = Submission.objects.select_related(
        "task__campaign__scheme", "task__phase", "unit", "post", "person", "group", "assigned_to"
    )
    monkeypatch.setattr(routes, "locked", lambda submission_id: plain.all().get(pk=submission_id))
    monkeypatch.setattr(routes, "_fresh", lambda submission, seen_version: None)


@pytest.mark.pg
def test_without_lock_and_version_both_get_in_and_the_constraint_stops_one(
    year, before_leaders, second_leader, slowly, unprotected
):
    """Control: the harness does bring two people to the same place at the same time."""
    sheet = before_leaders

    outcomes = together(
        *(lambda by=by: year.agree(sheet, by, signed=True) for by in (year.campus.leader, second_leader))
    )

    assert [type(lost) for lost in losers(outcomes)] == [IntegrityError]
    assert moves(sheet) == [0, 1, 2]


@pytest.mark.pg
def test_without_the_constraint_as_well_the_sheet_is_signed_twice(
    year, before_leaders, second_leader, slowly, unprotected
):
    """Control: with the last protection gone, the damage is done."""
    sheet, constraint = (
        before_leaders,
        next(rule for rule in Decision._meta.constraints if rule.name == "decision_one_per_version"),
    )
    with connection.schema_editor() as editor:
        editor.remove_constraint(Decision, constraint)
    try:
        outcomes = together(
            *(lambda by=by: year.agree(sheet, by, signed=True) for by in (year.campus.leader, second_leader))
        )

        assert (losers(outcomes), moves(sheet)) == ([], [0, 1, 2, 2])
    finally:
        Decision.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Decision, constraint)


def test_two_officers_file_a_sheet_once(year, before_office, second_officer, slowly):
    outcomes = together(*(lambda by=by: year.agree(before_office, by) for by in (year.campus.office, second_officer)))

    assert len(losers(outcomes)) == 1
    assert isinstance(losers(outcomes)[0], LOST)
    assert (moves(before_office), FiledPaper.objects.count(), RiskPoint.objects.in_force(year.clock.today).count()) == (
        [0, 1, 2, 3],
        1,
        1,
    )
    assert Notification.objects.filter(kind="submission.filed").count() == 1


def test_agreement_and_return_at_once_leave_one_of_them(year, before_office, second_officer, slowly):
    outcomes = together(
        lambda: year.agree(before_office, year.campus.office), lambda: year.send_back(before_office, second_officer)
    )

    sheet = year.again(before_office)
    assert [type(lost) for lost in losers(outcomes)] == [routes.Stale]
    assert (moves(sheet), sheet.state) == ([0, 1, 2, 3], "returned" if isinstance(outcomes[0], Exception) else "filed")
    assert FiledPaper.objects.count() == (sheet.state == "filed")


def test_signature_and_withdrawal_at_once_leave_one_of_them(year, slowly):
    year.searched(point())
    year.graded("grade-3")
    year.at("11-03")
    year.sweep()
    sheet = year.sheet("personal-control")
    sheet = year.submit(sheet, year.measures(sheet))

    outcomes = together(lambda: year.agree(sheet, year.campus.head, signed=True), lambda: year.withdraw(sheet))

    assert [type(lost) for lost in losers(outcomes)] == [routes.Stale]
    assert (moves(sheet), year.again(sheet).state) == (
        [0, 1],
        "open" if isinstance(outcomes[0], Exception) else "filed",
    )


def test_two_adjudicators_with_different_grades_leave_one_grade(year, slowly):
    campus = year.campus
    second = make_person("己二", campus.root)
    appoint(second, campus.root, "school_group")
    year.searched(unit_point(), code="unit-search")
    sheet = year.sheet("unit-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-2"))
    sheet = year.agree(sheet, campus.head, grades=year.as_proposed(sheet))
    year.at("09-28")
    year.sweep()
    sheet, key = year.again(sheet), sheet_for(sheet).shown()[0].key

    outcomes = together(
        lambda: year.agree(sheet, campus.chair, grades={key: ("grade-1", "加重")}),
        lambda: year.agree(sheet, second, grades={key: ("grade-3", "减轻")}),
    )

    assert [type(lost) for lost in losers(outcomes)] == [routes.Stale]
    grade = RiskPoint.objects.in_force(year.clock.today).get().final_grade.code
    assert grade == ("grade-3" if isinstance(outcomes[0], Exception) else "grade-1")


def test_handing_over_and_deciding_at_once_leave_one_of_them(year, before_office, second_officer, slowly):
    outcomes = together(
        lambda: year.agree(before_office, year.campus.office),
        lambda: year.hand_over(before_office, year.campus.office, second_officer),
    )

    assert len(losers(outcomes)) == 1
    assert isinstance(losers(outcomes)[0], LOST)
    sheet = year.again(before_office)
    assert (sheet.state, sheet.assigned_to_id) in (("filed", None), ("in_review", second_officer.pk))


# --- Submitting -----------------------------------------------------------------------------------------


def test_double_click_submits_once(year, slowly):
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point("甲"), point("乙"))

    outcomes = together(*[lambda: year.submit(sheet, content)] * 3)

    assert [type(lost) for lost in losers(outcomes)] == [routes.Stale] * 2
    assert (moves(sheet), sheet.lines.count(), RiskPoint.objects.count()) == ([0], 2, 2)
    assert Notification.objects.filter(kind="submission.submit").count() == 3  # one for each member of the group


@pytest.mark.pg
def test_without_protection_a_double_click_meets_the_constraint(year, slowly, unprotected):
    """Control of the test above."""
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point("甲"), point("乙"))

    outcomes = together(*[lambda: year.submit(sheet, content)] * 3)

    assert [type(lost) for lost in losers(outcomes)] == [IntegrityError] * 2


@pytest.mark.parametrize("seen", [0, 1])
def test_two_windows_that_save_at_once_keep_one_text_and_tell_the_other(year, seen):
    sheet, actor = year.sheet("personal-search"), year.actor(year.campus.clerk)
    texts = [{"entries": [], "values": {"narrative": text}} for text in "甲乙丙丁"]
    if seen:
        drafts.save(sheet, {"entries": [], "values": {}}, actor=actor, seen=0, at=year.clock.now)

    outcomes = together(
        *(lambda text=text: drafts.save(sheet, text, actor=actor, seen=seen, at=year.clock.now) for text in texts)
    )

    draft = Draft.objects.get()
    winner = next(place for place, outcome in enumerate(outcomes) if not isinstance(outcome, Exception))
    assert [type(lost) for lost in losers(outcomes)] == [drafts.Conflict] * 3
    assert (outcomes[winner], draft.version, draft.content) == (seen + 1, seen + 1, texts[winner])
    assert [lost.draft.content for lost in losers(outcomes)] == [texts[winner]] * 3


# --- Votes ----------------------------------------------------------------------------------------------


def test_votes_of_all_members_at_once_all_count(year, slowly):
    campus, sheet = year.campus, year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))

    outcomes = together(*(lambda by=by: year.vote(sheet, by) for by in (campus.head, campus.deputy, campus.member)))

    assert losers(outcomes) == []
    assert sorted(ReviewVote.objects.values_list("member__number", flat=True)) == ["deputy", "head", "member"]


def test_vote_sent_three_times_at_once_is_one_vote(year, slowly):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))

    outcomes = together(*[lambda: year.vote(sheet, year.campus.member)] * 3)

    assert (losers(outcomes), ReviewVote.objects.count()) == ([], 1)


# --- Notices, campaigns, jobs ---------------------------------------------------------------------------


@pytest.fixture
def notice(year):
    year.searched(point())
    sheet = year.sheet("personal-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-1"))
    year.agree(sheet, year.campus.head, grades=year.as_proposed(sheet))
    return PublicityNotice.objects.get()


def test_two_sweeps_at_once_end_a_notice_once(year, notice, slowly):
    year.at("09-28")

    outcomes = together(*[lambda: sweeping.sweep(at=year.clock.now)["notices"]] * 2)

    assert sorted(outcomes) == [0, 1]
    assert AuditEntry.objects.filter(act="notice.clear").count() == 1
    assert Decision.objects.filter(step="publicise").count() == 1


def test_two_sweeps_at_once_open_a_sheet_once(year):
    year.at("12-16")

    outcomes = together(*[lambda: campaigns.open_due(at=year.clock.now)] * 2)

    assert sorted(outcomes) == [0, 2]
    assert Notification.objects.filter(kind="submission.opened", submission__task__code="self-inspection").count() == 1


def test_same_colleague_objects_once_however_fast_he_clicks(year, notice):
    year.at("09-17")
    actor = year.actor(year.campus.colleague)

    outcomes = together(*[lambda: publicity.object_to(notice, actor=actor, text="偏低", at=year.clock.now)[1]] * 3)

    assert sorted(outcomes) == [False, False, True]
    assert (Objection.objects.count(), AuditEntry.objects.filter(act="notice.object").count()) == (1, 1)


def test_campaign_opened_by_two_at_once_is_opened_once(year):
    outcomes = together(
        *[
            lambda: campaigns.open_campaign(
                scheme=year.campus.scheme, institution=year.campus.root, year=2027, at=year.clock.now
            )
        ]
        * 2
    )

    assert len(losers(outcomes)) == 1
    assert isinstance(losers(outcomes)[0], campaigns.AlreadyOpen | IntegrityError)
    assert Campaign.objects.filter(year=2027).count() == 1
    assert Submission.objects.filter(task__campaign__year=2027, task__code="group").count() == 2


def test_two_workers_do_each_job_once(year, monkeypatch):
    done = []

    def work(parameters, owner):
        time.sleep(0.05)
        done.append(parameters["number"])
        return "a.txt", b"a"

    monkeypatch.setitem(jobs.KINDS, "test", work)
    for number in range(6):
        Job.objects.create(
            kind="test", owner=year.campus.office, parameters={"number": number}, created_at=year.clock.now
        )

    outcomes = together(*[lambda: jobs.work(at=year.clock.now)] * 2)

    assert (sum(outcomes), sorted(done)) == (6, list(range(6)))


# --- The audit chain ------------------------------------------------------------------------------------

WRITERS, EACH = 8, 5


def write_entries(year):
    def write():
        for _ in range(EACH):
            with transaction.atomic():
                audit.append("organisation.change", about=year.campus.unit, at=year.clock.now)

    return together(*[write] * WRITERS)


@pytest.fixture
def slow_digest(monkeypatch):
    digest = audit._digest

    def slow(entry):
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.01)
        return digest(entry)

    monkeypatch.setattr(audit, "_digest", slow)


def test_chain_of_many_writers_does_not_fork(year, slow_digest):
    before = AuditEntry.objects.count()

    assert losers(write_entries(year)) == []

    count, breaks = audit.verify()
    assert (count, breaks) == (before + WRITERS * EACH, [])


@pytest.mark.pg
def test_without_its_lock_the_chain_would_fork(year, slow_digest, monkeypatch):
    """Control: two writers take the same predecessor; only the unique sequence keeps the second out."""
    plain = audit.AuditHead.objects.all()
    monkeypatch.setattr(audit.AuditHead.objects, "select_for_update", lambda: plain, raising=False)

    refused = losers(write_entries(year))

    assert {type(error) for error in refused} == {IntegrityError}
