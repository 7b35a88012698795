"""From days to moments: the end of the named day in Beijing, working days with their holidays."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import moment
from workflows.deadlines import days
from workflows.models import CalendarDay

pytestmark = pytest.mark.database("both")

DAY = date(2026, 9, 20)


def test_deadline_is_the_end_of_the_named_day_in_beijing():
    assert days.due_moment(DAY) == datetime(2026, 9, 20, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "overdue"),
    [
        (datetime(2026, 9, 20, 15, 59, 59, 999999, tzinfo=UTC), False),
        (datetime(2026, 9, 20, 16, 0, tzinfo=UTC), True),
        (moment("2026-09-20 23:59:59"), False),
        (moment("2026-09-21 00:00"), True),
    ],
)
def test_sheet_is_overdue_from_the_first_instant_after_its_day(at, overdue):
    assert days.is_overdue(DAY, at) is overdue


@pytest.mark.parametrize(
    ("at", "relative", "tone"),
    [
        ("2026-09-16 10:00", "还剩 4 天", "calm"),
        ("2026-09-17 00:00", "还剩 3 天", "soon"),
        ("2026-09-19 23:59", "还剩 1 天", "soon"),
        ("2026-09-20 00:00", "今天截止", "soon"),
        ("2026-09-20 23:59", "今天截止", "soon"),
        ("2026-09-21 00:00", "逾期 1 天", "late"),
        ("2026-10-01 12:00", "逾期 11 天", "late"),
    ],
)
def test_deadline_is_shown_as_far_off_as_it_is(at, relative, tone):
    assert days.shown(DAY, moment(at)) == days.Due(DAY, "2026年9月20日 24:00 截止", relative, tone)


def test_what_has_no_deadline_shows_none():
    assert days.shown(None, moment("2026-09-16 10:00")) is None


@pytest.mark.parametrize(("day", "too_far"), [(date(2027, 9, 21), False), (date(2027, 9, 22), True)])
def test_deadline_lies_at_most_a_year_and_a_day_ahead(day, too_far):
    assert days.is_too_far(day, DAY) is too_far


# --- Working days ---------------------------------------------------------------------------------------

NATIONAL_DAY = [date(2026, 10, day) for day in (1, 2, 5, 6, 7)]


@pytest.fixture
def calendar(db):
    """National Day 2026 and the two days worked for it."""
    CalendarDay.objects.bulk_create(
        [
            *(CalendarDay(day=day, is_working=False, label="国庆节") for day in NATIONAL_DAY),
            CalendarDay(day=date(2026, 9, 20), is_working=True, label="调休"),
            CalendarDay(day=date(2026, 10, 10), is_working=True, label="调休"),
        ]
    )


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (date(2026, 9, 14), 1, date(2026, 9, 15)),  # a Monday
        (date(2026, 9, 14), 4, date(2026, 9, 18)),
        (date(2026, 9, 14), 5, date(2026, 9, 20)),  # the Sunday worked
        (date(2026, 9, 18), 1, date(2026, 9, 20)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over the holiday
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # into the Saturday worked
        (date(2026, 9, 29), 5, date(2026, 10, 12)),
    ],
)
def test_working_days_know_holidays_and_the_days_worked_for_them(calendar, start, number, end):
    assert days.add_working_days(start, number) == end


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (date(2026, 9, 18), 1, date(2026, 9, 21)),
        (date(2026, 9, 30), 1, date(2026, 10, 1)),
    ],
)
def test_without_a_calendar_weekends_alone_are_free(db, start, number, end):
    assert days.add_working_days(start, number) == end


def test_long_holiday_is_skipped_whole(db):
    CalendarDay.objects.bulk_create(
        CalendarDay(day=date(2026, 2, 16) + timedelta(days=n), is_working=False) for n in range(12)
    )

    assert days.add_working_days(date(2026, 2, 13), 1) == date(2026, 3, 2)


def test_calendar_is_known_for_the_years_on_record(calendar):
    assert [days.calendar_known(year) for year in (2025, 2026, 2027)] == [False, True, False]


@pytest.mark.once
@given(day=st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_next_instant_after_a_day_is_midnight_in_beijing(day):
    local = days.local(days.due_moment(day))

    assert (local.date(), local.hour, local.minute) == (day + timedelta(days=1), 0, 0)


def test_announced_years_are_loaded_and_others_are_named(db):
    out = io.StringIO()
    with pytest.raises(CommandError, match="2199年"):
        call_command("load_calendar", "2025", "2199", stdout=out)

    assert out.getvalue() == "2025年的节假日与调休已写入。\n"
    assert CalendarDay.objects.get(day=date(2025, 10, 1)).is_working is False
    assert CalendarDay.objects.get(day=date(2025, 9, 28)).is_working is True  # a Sunday worked for 国庆
    before = CalendarDay.objects.count()
    call_command("load_calendar", "2025", stdout=out)
    assert CalendarDay.objects.count() == before
