"""When a deadline is spoken of: every point of every deadline on one working day, in order, whatever the calendar says."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.schemes.conduct import Escalation, Reminding
from registers.schemes.parts import Role
from workflows.deadlines import days
from workflows.messages import schedule

pytestmark = pytest.mark.database("both")

EVERY_ROLE = frozenset(map(str, Role))
YEAR = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
# What the state council announced for 2026 around the National Day: a working Sunday, a Friday to Sunday, a week, a working Saturday.
AUTUMN = {
    date(2026, 9, 20): True,
    date(2026, 9, 25): False,
    **{date(2026, 10, day): False for day in range(1, 8)},
    date(2026, 10, 10): True,
}


def plan(
    before=(5, 1), late=((1, "liaison"), (3, "unit_head"), (5, "leader_in_charge"), (10, "office")), roles=EVERY_ROLE
):
    steps = [Escalation(after=after, tell=role) for after, role in late]
    return schedule.Plan(Reminding(before=list(before), escalate=steps), roles)


def days_of(due, special):
    """Point → the days of the year on which a daily job finds it newly reached."""
    working, found, last, usual = days.WorkingDays(special), {}, None, plan()
    for day in YEAR:
        if not working.works(day):
            continue
        moment = usual.reached(working.number(day) - working.number(due))
        if moment is not None and moment != last:
            found.setdefault(moment, []).append(day)
            last = moment
    return found


def test_points_of_a_plain_week():
    assert days_of(date(2026, 6, 12), {}) == {
        -5: [date(2026, 6, 5)],
        -1: [date(2026, 6, 11)],
        0: [date(2026, 6, 12)],
        1: [date(2026, 6, 15)],
        3: [date(2026, 6, 17)],
        5: [date(2026, 6, 19)],
        10: [date(2026, 6, 26)],
    }


def test_points_around_the_national_day():
    """Due on a Saturday that is a holiday: the last working day before it counts, and the whole holiday is one night."""
    assert days_of(date(2026, 10, 3), AUTUMN) == {
        -5: [date(2026, 9, 22)],  # 23, 24, (25 to 27 off) 28, 29, then 30
        -1: [date(2026, 9, 29)],
        0: [date(2026, 9, 30)],
        1: [date(2026, 10, 8)],
        3: [date(2026, 10, 10)],  # the working Saturday
        5: [date(2026, 10, 13)],
        10: [date(2026, 10, 20)],
    }


def test_deadline_on_a_working_sunday_is_on_that_sunday():
    found = days_of(date(2026, 9, 20), AUTUMN)

    assert (found[-1], found[0], found[1]) == ([date(2026, 9, 18)], [date(2026, 9, 20)], [date(2026, 9, 21)])


special_days = st.dictionaries(st.sampled_from(YEAR), st.booleans(), max_size=40)


@given(st.sampled_from(YEAR[100:250]), special_days)
def test_every_point_comes_once_on_a_working_day_and_in_order(due, special):
    working, found = days.WorkingDays(special), days_of(due, special)

    assert sorted(found) == plan().moments
    assert all(len(on) == 1 for on in found.values())
    reached = [on for _, (on,) in sorted(found.items())]
    assert reached == sorted(set(reached))
    assert all(working.works(on) for on in reached)
    assert all(on <= due for moment, (on,) in found.items() if moment <= 0)
    assert all(on > due for moment, (on,) in found.items() if moment > 0)


@given(st.sampled_from(YEAR), st.sampled_from(YEAR), special_days)
def test_days_are_counted_as_one_counts_them_on_a_wall_calendar(first, last, special):
    first, last = sorted((first, last))
    working = days.WorkingDays(special)

    between = [day for day in YEAR if first < day <= last and special.get(day, day.weekday() < 5)]

    assert working.number(last) - working.number(first) == len(between)


@given(st.sampled_from(YEAR[:250]), st.integers(0, 20), special_days)
def test_horizon_is_the_last_day_within_reach(day, ahead, special):
    working = days.WorkingDays(special)

    last = working.last_within(day, ahead)

    assert working.number(last) - working.number(day) <= ahead
    assert working.number(last + timedelta(days=1)) - working.number(day) == ahead + 1


# --- Who hears ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        (-1, []),
        (0, []),
        (1, ["liaison"]),
        (3, ["liaison", "unit_head"]),
        (5, ["liaison", "unit_head", "leader_in_charge"]),
        (10, ["liaison", "unit_head", "leader_in_charge", "office"]),
    ],
)
def test_delay_climbs_from_the_liaison_to_the_office(moment, wanted):
    assert plan().roles_informed_at(moment, "post_holder") == wanted


@pytest.mark.parametrize(
    ("actor", "wanted"),
    [
        ("liaison", ["unit_head", "leader_in_charge", "office"]),
        ("group_member", ["liaison", "unit_head", "leader_in_charge", "office"]),
        ("unit_head", ["leader_in_charge", "office"]),
        ("leader_in_charge", ["office"]),
        ("office", []),
        ("school_group", []),
    ],
)
def test_nobody_below_those_who_are_late_hears_of_it(actor, wanted):
    assert plan().roles_informed_at(10, actor) == wanted


def test_role_that_the_scheme_does_not_have_is_no_step():
    without = plan(roles=EVERY_ROLE - {"leader_in_charge"})

    assert without.moments == [-5, -1, 0, 1, 3, 10]
    assert without.roles_informed_at(10, "post_holder") == ["liaison", "unit_head", "office"]


def test_scheme_says_which_days():
    own = plan(before=(3,), late=((2, "office"), (2, "unit_head")))

    assert (own.moments, own.ahead, own.roles_informed_at(2, "post_holder")) == ([-3, 0, 2], 3, ["office", "unit_head"])
