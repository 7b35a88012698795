"""What is to be expected at the pace so far."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.progress.forecasts import Forecast, WorkingDays, forecast, forecast_of_several

pytestmark = pytest.mark.database("both")

START = date(2026, 8, 3)  # a Monday
EVERY = [START + timedelta(days=number) for number in range(400)]
DAYS = WorkingDays([day for day in EVERY if day.weekday() < 5])
OPENED, TODAY, DUE = date(2026, 8, 3), date(2026, 9, 15), date(2026, 9, 30)  # today is a Tuesday


def expected(**changed):
    values = {"remaining": 10, "handed": 10, "opened_on": OPENED, "due_on": DUE, "today": TODAY, "days": DAYS}
    return forecast(**{**values, **changed})


def test_nothing_remaining_is_done_whatever_the_day():
    assert expected(remaining=0, handed=0, today=date(2026, 12, 1)) == Forecast("done")


def test_pace_is_taken_from_the_last_ten_working_days():
    # Ten in ten days is one a day: the tenth working day from the 15th on is the 28th.
    assert expected() == Forecast("on_time", 1.0, date(2026, 9, 28), 0, 12)


def test_pace_is_taken_since_the_opening_if_that_is_shorter():
    found = expected(opened_on=date(2026, 9, 10), handed=8)  # Thursday, Friday, Monday, Tuesday

    assert (found.pace, found.finishes_on) == (2.0, date(2026, 9, 21))


def test_last_day_itself_is_in_time_and_the_next_working_day_is_not():
    assert expected(remaining=12).verdict == "on_time"
    assert expected(remaining=12).finishes_on == DUE
    assert expected(remaining=13) == Forecast("late", 1.0, date(2026, 10, 1), 1, 12)


def test_deadline_on_a_weekend_is_missed_by_one_day_on_the_monday():
    found = expected(due_on=date(2026, 9, 20), remaining=5)

    assert (found.verdict, found.finishes_on, found.late_by) == ("late", date(2026, 9, 21), 1)


def test_holidays_are_no_working_days():
    holidays = WorkingDays(
        [day for day in EVERY if day.weekday() < 5 and not date(2026, 9, 21) <= day <= date(2026, 9, 25)]
    )

    assert expected(days=holidays).finishes_on == date(2026, 10, 5)


def test_nothing_handed_in_is_stalled_and_missed_once_the_deadline_is_near():
    near, far = expected(handed=0, due_on=date(2026, 9, 28)), expected(handed=0, due_on=date(2026, 10, 30))

    assert (near.verdict, near.misses) == ("stalled", True)
    assert (far.verdict, far.misses) == ("stalled", False)
    assert near.order < far.order


def test_stalled_after_the_deadline_says_how_long():
    assert expected(handed=0, due_on=date(2026, 9, 10)).late_by == 3  # Friday, Monday, Tuesday


@pytest.mark.parametrize(("opened", "verdict"), [("2026-09-14", "early"), ("2026-09-11", "stalled")])
def test_fewer_than_three_working_days_are_too_few(opened, verdict):
    assert expected(handed=0, opened_on=date.fromisoformat(opened)).verdict == verdict


def test_after_the_deadline_nothing_is_too_early_to_say():
    found = expected(opened_on=date(2026, 9, 14), due_on=date(2026, 9, 14), handed=1, remaining=1)

    assert (found.verdict, found.late_by) == ("late", 2)


def test_what_ends_beyond_the_known_days_has_no_day():
    found = expected(remaining=10_000, handed=1)

    assert (found.verdict, found.finishes_on) == ("late", None)
    assert found.order < expected(remaining=100).order


COUNTS = st.integers(0, 200)
DAYS_OFF = st.integers(0, 120)


@given(COUNTS, COUNTS, COUNTS, DAYS_OFF, DAYS_OFF)
def test_more_remaining_never_finishes_earlier(remaining, more, handed, opened, due):
    dates = {"opened_on": EVERY[opened], "due_on": EVERY[due], "today": EVERY[90]}
    few, many = (
        expected(remaining=remaining, handed=handed, **dates),
        expected(remaining=remaining + more, handed=handed, **dates),
    )

    assert never_earlier(few, many)


@given(COUNTS, COUNTS, COUNTS, DAYS_OFF, DAYS_OFF)
def test_faster_pace_never_finishes_later(remaining, handed, more, opened, due):
    dates = {"opened_on": EVERY[opened], "due_on": EVERY[due], "today": EVERY[90]}
    slow, fast = (
        expected(remaining=remaining, handed=handed, **dates),
        expected(remaining=remaining, handed=handed + more, **dates),
    )

    assert never_earlier(fast, slow)


def never_earlier(first, second):
    """Does ``second`` not finish before ``first``, nor less late, where both can be said?"""
    if "early" in (first.verdict, second.verdict) or first.verdict == "done":
        return True
    if second.verdict == "stalled":
        return True
    if first.verdict == "stalled" or second.verdict == "done":
        return False
    if second.finishes_on is None:
        return second.verdict == "late"
    return first.finishes_on is not None and first.finishes_on <= second.finishes_on and first.late_by <= second.late_by


@given(COUNTS, COUNTS, DAYS_OFF, DAYS_OFF)
def test_verdict_says_what_the_days_say(remaining, handed, opened, due):
    found = expected(remaining=remaining, handed=handed, opened_on=EVERY[opened], due_on=EVERY[due], today=EVERY[90])

    assert (found.verdict == "done") == (remaining == 0)
    if found.finishes_on:
        assert found.finishes_on >= EVERY[90]
        assert (found.verdict == "late") == (found.finishes_on > EVERY[due]) == (found.late_by > 0)


def several(*tasks):
    return forecast_of_several(tasks, today=TODAY, days=DAYS)


def test_papers_of_a_unit_share_its_pace_and_what_is_due_first_is_done_first():
    first, second = ("a", 4, 5, OPENED, date(2026, 9, 21)), ("b", 6, 0, OPENED, date(2026, 9, 24))

    found, which = several(second, first)

    # Half a sheet a day: four are in by the 24th, three days after their day; all ten on 12 October, twelve after theirs.
    assert (which, found.finishes_on, found.late_by) == ("b", date(2026, 10, 12), 12)
    assert several(first)[0].finishes_on == date(2026, 9, 24)


def test_unit_with_everything_handed_in_is_done_and_one_with_nothing_open_is_nothing():
    assert several(("a", 0, 3, OPENED, DUE))[0].verdict == "done"
    assert several() == (None, None)
