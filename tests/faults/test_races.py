"""Two people at once: exactly one wins, the other is told, nothing is done twice.

Every race runs through ``together``, with the stretch between reading and writing made long (``slowly``). The controls
run the same race with the protection taken away and see it fail. They need PostgreSQL: SQLite lets one writer in
at a time (BEGIN IMMEDIATE), whatever the code does.
"""

import pytest
from django.db import IntegrityError, connection

from registers import audit, versions
from registers.access import NotAllowed
from registers.models import AuditEntry, RiskPoint
from registers.refusals import Stale
from tests.factories import appoint, make_person
from tests.faults.races import losers, together
from tests.personas import point
from workflows.models import (
    Decision,
    Draft,
    FiledPaper,
    Notification,
    Submission,
)
from workflows.routing import moves, routes
from workflows.sheets import drafts, sheet_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database("sqlite", "postgresql")]


LOST = (Stale, NotAllowed, IntegrityError)


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


def moved_versions(sheet):
    """Return the versions that were moved on, each as often as it was."""
    return sorted(Decision.objects.filter(submission=sheet).values_list("seen_version", flat=True))


def test_two_signatures_at_once_make_one(year, before_leaders, second_leader, slowly):
    sheet = before_leaders

    outcomes = together(
        *(lambda by=by: year.agree(sheet, by, signed=True) for by in (year.campus.leader, second_leader))
    )

    assert [type(lost) for lost in losers(outcomes)] == [Stale]
    assert (moved_versions(sheet), year.again(sheet).version, year.again(sheet).step) == ([0, 1, 2], 3, "file")
    assert AuditEntry.objects.filter(act="submission.agree", about=f"workflows.submission:{sheet.pk}").count() == 2
    assert audit.verify()[1] == []


@pytest.fixture
def unprotected(monkeypatch):
    """Switch off the row lock and the check of the version."""
    plain = Submission.objects.select_related(
        "task__campaign__scheme", "task__phase", "unit", "post", "person", "group", "assigned_to"
    )
    monkeypatch.setattr(moves, "locked", lambda submission_id: plain.all().get(pk=submission_id))
    monkeypatch.setattr(routes, "_fresh", lambda *seen: None)


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
    assert moved_versions(sheet) == [0, 1, 2]


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

        assert (losers(outcomes), moved_versions(sheet)) == ([], [0, 1, 2, 2])
    finally:
        Decision.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Decision, constraint)


def test_two_officers_file_a_sheet_once(year, before_office, second_officer, slowly):
    outcomes = together(*(lambda by=by: year.agree(before_office, by) for by in (year.campus.office, second_officer)))

    assert len(losers(outcomes)) == 1
    assert isinstance(losers(outcomes)[0], LOST)
    assert (
        moved_versions(before_office),
        FiledPaper.objects.count(),
        RiskPoint.objects.in_force(year.clock.today).count(),
    ) == (
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
    assert [type(lost) for lost in losers(outcomes)] == [Stale]
    assert (moved_versions(sheet), sheet.state) == (
        [0, 1, 2, 3],
        "returned" if isinstance(outcomes[0], Exception) else "filed",
    )
    assert FiledPaper.objects.count() == (sheet.state == "filed")


def test_signature_and_withdrawal_at_once_leave_one_of_them(year, slowly):
    year.searched(point())
    year.graded("grade-3")
    year.at("11-03")
    year.sweep()
    sheet = year.sheet("personal-control")
    sheet = year.submit(sheet, year.measures(sheet))

    outcomes = together(lambda: year.agree(sheet, year.campus.head, signed=True), lambda: year.withdraw(sheet))

    assert [type(lost) for lost in losers(outcomes)] == [Stale]
    assert (moved_versions(sheet), year.again(sheet).state) == (
        [0, 1],
        "open" if isinstance(outcomes[0], Exception) else "filed",
    )


def test_two_signatures_under_the_minutes_decide_once(year, slowly):
    """A double click, or two windows: one signs and everything takes effect once."""
    sheet = year.before_body()
    meeting = year.meeting(sheet)
    year.attend(meeting)
    year.agree_rest(meeting)

    outcomes = together(lambda: year.sign_minutes(meeting), lambda: year.sign_minutes(meeting))

    [lost] = losers(outcomes)
    assert isinstance(lost, LOST)
    assert year.met(meeting).signed_at is not None
    assert sheet.decisions.filter(step="decide").count() == 1
    assert (year.again(sheet).state, meeting.items.get().result) == ("filed", "done")


def test_handing_over_and_deciding_at_once_leave_one_of_them(year, before_office, second_officer, slowly):
    outcomes = together(
        lambda: year.agree(before_office, year.campus.office),
        lambda: year.hand_over(before_office, year.campus.office, second_officer),
    )

    assert len(losers(outcomes)) == 1
    assert isinstance(losers(outcomes)[0], LOST)
    sheet = year.again(before_office)
    assert (sheet.state, sheet.assigned_to_id) in (("filed", None), ("in_review", second_officer.pk))


def test_double_click_submits_once(year, slowly):
    sheet = year.sheet("personal-search")
    content = year.points(sheet, point("甲"), point("乙"))

    outcomes = together(*[lambda: year.submit(sheet, content)] * 3)

    assert [type(lost) for lost in losers(outcomes)] == [Stale] * 2
    assert (moved_versions(sheet), sheet.lines.count(), RiskPoint.objects.count()) == ([0], 2, 2)
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
    assert [type(lost) for lost in losers(outcomes)] == [Stale] * 3
    assert (outcomes[winner], draft.version, draft.content) == (seen + 1, seen + 1, texts[winner])
    assert [lost.current.content for lost in losers(outcomes)] == [texts[winner]] * 3


# --- Two sheets about one record --------------------------------------------------------------------------


@pytest.fixture
def both_before_office(year):
    """Two sheets that revise the same point, both signed and waiting for the office."""
    first = year.searched(point("甲"))
    waiting = []
    for sequence in (2, 3):
        sheet = Submission.objects.create(
            task=first.task,
            unit=first.unit,
            post=first.post,
            person=first.person,
            sequence=sequence,
            state="open",
            step="fill",
        )
        content = sheet_for(sheet).content()
        content["entries"][0] |= {"change": "revise"}
        content["entries"][0]["values"] |= {"content": f"改{sequence}"}
        clerk, head = year.actor(first.person), year.actor(year.campus.head)
        routes.submit(sheet.pk, actor=clerk, seen_version=0, content=content, at=year.clock.now)
        for voter in (year.campus.member, year.campus.head):
            year.vote(Submission.objects.get(pk=sheet.pk), voter)
        routes.decide(sheet.pk, "agree", actor=head, seen_version=1, at=year.clock.now, signed=True)
        waiting.append(Submission.objects.get(pk=sheet.pk))
    return waiting


def file_both(year, sheets, people):
    def act(sheet, by):
        return routes.decide(
            sheet.pk, "agree", actor=year.actor(by), seen_version=sheet.version, at=year.clock.now
        ).verdict

    return together(*(lambda pair=pair: act(*pair) for pair in zip(sheets, people, strict=True)))


def test_two_sheets_filed_at_once_about_one_point_leave_one_in_force(year, both_before_office, second_officer, slowly):
    outcomes = file_both(year, both_before_office, [year.campus.office, second_officer])

    assert sorted(map(str, outcomes)) == ["agree", "return"]
    assert sorted(Submission.objects.filter(sequence__gt=1).values_list("state", flat=True)) == ["filed", "returned"]
    filed = Submission.objects.get(sequence__gt=1, state="filed")
    assert RiskPoint.objects.open().get() == filed.lines.get().risk_point


@pytest.mark.pg
def test_without_the_check_of_the_base_the_constraint_stops_one(
    year, both_before_office, second_officer, slowly, monkeypatch
):
    """Control: both do come to the register at once."""
    monkeypatch.setattr(versions, "_conflicts", lambda *changes: [])

    outcomes = file_both(year, both_before_office, [year.campus.office, second_officer])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["IntegrityError", "str"]
