"""Reminders: before, on and after each deadline, once each, to whoever has to act and to those above him."""

from datetime import date

import pytest

from registers.access import can
from registers.models import Appointment, User
from tests.factories import appoint, make_person, make_post
from tests.personas import point
from tests.workflows.deciders_oracle import concerned, holders
from tests.workflows.reminder_cases import DUE, SEARCH, lines, reviewed, run, run_days
from workflows import policies
from workflows.deadlines import holidays
from workflows.models import Notification, Reminder, Submission

pytestmark = pytest.mark.database("both")


@pytest.fixture(autouse=True)
def known_calendar(db):
    holidays.seed([2026])


# --- When -----------------------------------------------------------------------------------------------


def test_sheet_is_spoken_of_on_seven_working_days_of_the_whole_year(year):
    run_days(year, date(2026, 7, 12), date(2026, 12, 31), hours=("07:05", "08:05", "17:05"))

    assert lines(year.campus.clerk, SEARCH) == [
        ("09-14", -5),
        ("09-18", -1),
        ("09-20", 0),  # a Sunday that is worked for the holiday
        ("09-21", 1),
        ("09-23", 3),
        ("09-28", 5),  # 25 to 27 September are a holiday
        ("10-10", 10),  # 1 to 7 October as well, and Saturday the 10th is worked
    ]


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        ("09-13 23:59", []),  # a Sunday
        ("09-14 07:59", []),  # before the day begins
        ("09-14 08:00", [("09-14", -5)]),
        ("09-17 23:59", [("09-17", -5)]),
        ("09-19 12:00", []),  # a Saturday
        ("09-20 23:59", [("09-20", 0)]),
        ("10-03 09:00", []),
    ],
)
def test_only_from_eight_on_working_days(year, at, wanted):
    run(year, at)

    assert lines(year.campus.clerk, SEARCH) == wanted


def test_hour_is_a_setting(year, settings):
    settings.REMINDER_HOUR = 14
    assert (run(year, "09-14 13:59"), run(year, "09-14 14:00") > 0) == (0, True)


def test_day_without_an_announced_calendar_goes_by_its_weekday(year):
    from workflows.models import CalendarDay  # noqa: PLC0415 (only here)

    CalendarDay.objects.all().delete()
    run_days(year, date(2026, 9, 1), date(2026, 9, 21))

    assert lines(year.campus.clerk, SEARCH) == [("09-11", -5), ("09-17", -1), ("09-18", 0), ("09-21", 1)]


def test_second_run_of_a_day_writes_nothing(year):
    assert run(year, "09-14 09:00") > 0
    assert run(year, "09-14 10:00") == 0
    assert Notification.objects.filter(kind="digest").count() == Reminder.objects.values("recipient").distinct().count()


def test_job_that_was_down_speaks_of_the_last_point_once(year):
    run(year, "09-14 09:00")
    run(year, "09-24 09:00")  # the 18th, 20th, 21st and 23rd were missed
    run(year, "09-28 09:00")

    assert lines(year.campus.clerk, SEARCH) == [("09-14", -5), ("09-24", 3), ("09-28", 5)]


def test_clock_that_ran_ahead_and_was_set_back_says_nothing_twice_and_loses_nothing(year):
    run(year, "09-14 09:00")
    run(year, "09-18 09:00")  # in truth it is the 15th
    for day in ("09-15", "09-16", "09-17", "09-18", "09-20", "09-21"):
        run(year, f"{day} 09:00")

    assert lines(year.campus.clerk, SEARCH) == [("09-14", -5), ("09-18", -1), ("09-20", 0), ("09-21", 1)]


def test_clock_that_fell_back_a_day_says_nothing_twice(year):
    run(year, "09-21 09:00")
    run(year, "09-20 09:00")
    run(year, "09-21 09:00")
    run(year, "09-22 09:00")

    assert lines(year.campus.clerk, SEARCH) == [("09-21", 1)]


# --- Who ------------------------------------------------------------------------------------------------


def test_delay_climbs_to_liaison_head_leader_and_office(year):
    campus, sheet = year.campus, year.sheet(SEARCH)
    run_days(year, date(2026, 9, 14), date(2026, 10, 30))

    found = {
        number: lines(User.objects.get(number=number), submission=sheet)
        for number in ("liaison", "head", "leader", "office", "chair", "member", "colleague", "other_head")
    }
    assert found == {
        "liaison": [
            ("09-21", 1, "liaison"),
            ("09-23", 3, "liaison"),
            ("09-28", 5, "liaison"),
            ("10-10", 10, "liaison"),
        ],
        "head": [("09-23", 3, "unit_head"), ("09-28", 5, "unit_head"), ("10-10", 10, "unit_head")],
        "leader": [("09-28", 5, "leader_in_charge"), ("10-10", 10, "leader_in_charge")],
        "office": [("10-10", 10, "office")],
        "chair": [],
        "member": [],
        "colleague": [],
        "other_head": [],
    }
    assert campus.clerk.reminders.filter(submission=sheet).count() == 7


def test_head_does_not_hear_of_his_own_delay_as_of_his_units(year):
    campus = year.campus
    run_days(year, date(2026, 9, 20), date(2026, 9, 28))

    own = year.sheet(SEARCH, campus.head)
    assert lines(campus.head, submission=own) == [("09-20", 0), ("09-21", 1), ("09-23", 3), ("09-28", 5)]


def test_unit_sheet_is_the_liaisons_and_its_delay_the_heads(year):
    sheet = year.sheet("unit-search")
    run_days(year, date(2026, 9, 14), date(2026, 9, 23))

    assert lines(year.campus.liaison, submission=sheet)[-2:] == [("09-21", 1), ("09-23", 3)]
    assert lines(year.campus.head, submission=sheet) == [("09-23", 3, "unit_head")]


def test_new_liaison_hears_of_what_is_late_when_he_begins(year):
    run(year, "09-21 09:00")
    successor = make_person("乙九", year.campus.unit)
    appoint(successor, year.campus.unit, "liaison", since=date(2026, 9, 22))
    run(year, "09-22 09:00")
    run(year, "09-22 10:00")

    assert lines(successor, SEARCH) == [("09-22", 1, "liaison")] * 2  # the clerk's and the head's


def test_account_out_of_use_is_not_reminded_but_its_superiors_hear(year):
    campus = year.campus
    User.objects.filter(pk=campus.clerk.pk).update(is_active=False)
    run(year, "09-21 09:00")

    assert lines(campus.clerk) == []
    assert lines(campus.liaison, submission=year.sheet(SEARCH)) == [("09-21", 1, "liaison")]


def test_waiting_sheets_remind_nobody(year):
    run(year, "12-31 09:00")

    waiting = Submission.objects.filter(state="waiting")
    assert waiting.exists()
    assert lines(submission__in=waiting) == []


def test_closed_campaign_reminds_nobody(year):
    year.campaign.state, year.campaign.closed_at = "closed", year.clock.now
    year.campaign.save()

    assert (run(year, "09-21 09:00"), lines()) == (0, [])


# --- Sheets in review -----------------------------------------------------------------------------------


def test_reviewers_are_reminded_of_their_step_and_the_filler_no_more(year):
    sheet = reviewed(year)
    due = sheet.step_due_on
    run_days(year, date(2026, 9, 16), date(2026, 9, 30))

    told = Reminder.objects.filter(submission=sheet, heard_as="")
    assert set(told.values_list("recipient__number", "due_on")) == {(who, due) for who in ("head", "deputy", "member")}
    assert lines(year.campus.clerk, SEARCH) == []


def test_delay_of_a_step_is_not_counted_twice_to_a_head_who_has_to_act_himself(year):
    reviewed(year)
    run_days(year, date(2026, 9, 16), date(2026, 9, 30))

    digest = Notification.objects.get(recipient=year.campus.head, key="digest:20260930")
    assert digest.text == "当日有 1 项提醒：1 项已逾期。"  # not as well as one of his unit's


def test_reviewer_is_not_reminded_of_his_own_sheet(year):
    sheet = reviewed(year, year.campus.head)
    run(year, "09-24 09:00")

    told = Reminder.objects.filter(submission=sheet, heard_as="").values_list("recipient__number", flat=True)
    assert set(told) == {"deputy", "member"}


def test_head_does_not_hear_that_a_step_on_his_own_sheet_is_late(year):
    sheet = reviewed(year, year.campus.head)
    run_days(year, date(2026, 9, 16), date(2026, 10, 12))

    assert lines(year.campus.head, submission=sheet) == []
    assert lines(year.campus.leader, submission=sheet) != []


def test_member_who_has_voted_is_done_and_the_leader_still_has_to_conclude(year):
    sheet = reviewed(year)
    year.vote(sheet, year.campus.member)
    year.vote(sheet, year.campus.head)
    run(year, "09-24 09:00")

    told = Reminder.objects.filter(submission=sheet, heard_as="").values_list("recipient__number", flat=True)
    assert set(told) == {"head", "deputy"}


def test_deputy_has_to_conclude_where_the_leader_stands_in_for_the_subject(year):
    campus = year.campus
    sheet = reviewed(year)
    until = date(2026, 12, 1)
    appoint(campus.clerk, campus.other_unit, "liaison")
    Appointment.objects.create(
        user=campus.head,
        unit=campus.other_unit,
        role="liaison",
        since=date(2026, 9, 15),
        until=until,
        acting_for=campus.clerk,
    )
    year.vote(sheet, campus.member)
    year.vote(sheet, campus.deputy)
    assert can(year.actor(campus.deputy), "conclude", sheet)
    run(year, "09-24 09:00")

    told = Reminder.objects.filter(submission=sheet, heard_as="").values_list("recipient__number", flat=True)
    assert set(told) == {"deputy"}


def test_sheet_that_was_handed_over_reminds_whoever_has_it(year, second):
    sheet = year.review(reviewed(year))
    year.hand_over(sheet, year.campus.office, second)
    run(year, "09-24 09:00")

    told = Reminder.objects.filter(submission=sheet).values_list("recipient__number", flat=True)
    assert set(told) == {"second"}


def test_office_keeps_out_of_its_own_unit(year):
    """The second member of the office works in the unit: what waits for the office there waits for the other one."""
    insider = make_person("戊二", year.campus.unit, number="insider")
    appoint(insider, year.campus.root, "office")
    sheet = year.review(reviewed(year))
    run(year, "09-24 09:00")

    assert set(Reminder.objects.filter(submission=sheet).values_list("recipient__number", flat=True)) == {"office"}


def test_running_notice_reminds_nobody(year):
    year.searched(point())
    sheet = year.sheet("personal-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-1"))
    year.agree(sheet, year.campus.head, grades=year.as_proposed(sheet))
    run_days(year, date(2026, 9, 16), date(2026, 10, 12))

    assert lines(submission=sheet) == []


# --- Done, returned, moved ------------------------------------------------------------------------------


def test_finished_sheets_remind_nobody(year):
    sheet, other = year.searched(point()), year.sheet(SEARCH, year.campus.head)
    run_days(year, date(2026, 9, 16), date(2026, 10, 30))

    assert lines(submission=sheet) == []
    assert lines(submission=other)


def test_sheet_handed_in_after_its_first_reminder_gets_no_second(year):
    run(year, "09-14 09:00")
    reviewed(year)
    run_days(year, date(2026, 9, 14), date(2026, 10, 30))

    assert lines(year.campus.clerk, SEARCH) == [("09-14", -5)]


def test_redo_deadline_has_reminders_of_its_own(year):
    campus, sheet = year.campus, year.sheet(SEARCH)
    run(year, "09-14 09:00")
    sheet = year.submit(sheet, year.points(sheet, point()))
    year.send_back(sheet, campus.head, redo_on=date(2026, 9, 24))
    run_days(year, date(2026, 9, 15), date(2026, 9, 29))

    assert lines(campus.clerk, SEARCH) == [
        ("09-14", -5),  # of the 20th, which is none any more
        ("09-18", -5),  # of the 24th: 18 and 20 to 23 September are worked
        ("09-23", -1),
        ("09-24", 0),
        ("09-28", 1),
    ]


def test_second_return_to_the_same_day_reminds_again(year):
    campus, day = year.campus, date(2026, 9, 28)
    sheet = year.sheet(SEARCH)
    content = year.points(sheet, point())
    for today in ("09-21", "09-22"):
        year.at(today)
        sheet = year.send_back(year.submit(sheet, content), campus.head, redo_on=day)
        run(year, f"{today} 10:00")

    assert lines(campus.clerk, SEARCH) == [("09-21", -5), ("09-22", -5)]


def test_deadline_that_was_moved_reminds_afresh_and_only_of_the_new_day(year):
    run_days(year, date(2026, 9, 14), date(2026, 9, 20))
    Submission.objects.filter(pk=year.sheet(SEARCH).pk).update(due_on=date(2026, 10, 15))
    run_days(year, date(2026, 9, 21), date(2026, 10, 16))

    assert lines(year.campus.clerk, SEARCH, due_on=DUE) == [("09-14", -5), ("09-18", -1), ("09-20", 0)]
    assert lines(year.campus.clerk, SEARCH, due_on=date(2026, 10, 15)) == [
        ("10-09", -5),
        ("10-14", -1),
        ("10-15", 0),
        ("10-16", 1),
    ]


# --- Who holds what, read at once -----------------------------------------------------------------------


def test_roles_read_at_once_are_those_that_are_asked_for_one_by_one(year):
    campus, on = year.campus, date(2026, 9, 15)
    section = type(campus.unit).objects.create(code="KS", name="科室", unit_type="section", parent=campus.unit)
    User.objects.filter(pk=campus.deputy.pk).update(is_active=False)
    insider = make_person("戊二", campus.unit, number="insider")
    appoint(insider, campus.root, "office")
    make_post(campus.other_unit, "兼职", campus.chair)
    holding = policies.Holding(on)

    for unit in (campus.root, campus.unit, campus.other_unit, campus.office_unit, section):
        sheet = Submission(unit=unit, person=campus.head)
        for role in ("liaison", *policies.CLIMB[1:]):
            expected = holders(role, unit, on=on)
            assert set(holding.holders(role, unit.pk)) == expected, (role, unit)
            able = expected - concerned(sheet, role, on=on)
            assert set(holding.deciders(role, unit.pk, person=campus.head.pk)) == able, (role, unit)
