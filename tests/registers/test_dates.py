"""Dates as rule books write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.schemes.dates import DateRule

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("text", "day", "shown"),
    [
        ("09-20", date(2026, 9, 20), "9月20日"),
        ("9-5", date(2026, 9, 5), "9月5日"),
        (" 12-30 ", date(2026, 12, 30), "12月30日"),
        ("4月上旬", date(2026, 4, 10), "4月上旬"),
        ("4月中旬", date(2026, 4, 20), "4月中旬"),
        ("4月下旬", date(2026, 4, 30), "4月下旬"),
        ("5月下旬", date(2026, 5, 31), "5月下旬"),
        ("12月底", date(2026, 12, 31), "12月底"),
        ("2月底", date(2026, 2, 28), "2月底"),
        ("02-29", date(2026, 2, 28), "2月29日"),
        ("Y 12-31", date(2026, 12, 31), "12月31日"),
        ("Y-1 12-31", date(2025, 12, 31), "12月31日"),
        ("Y+1 01-15", date(2027, 1, 15), "1月15日"),
        ("Y+1 4月上旬", date(2027, 4, 10), "4月上旬"),
    ],
)
def test_date_is_read_as_the_rule_book_means_it(text, day, shown):
    rule = DateRule.parse(text)

    assert (rule.on(2026), str(rule)) == (day, shown)


@pytest.mark.parametrize(
    ("text", "year", "day"),
    [
        ("02-29", 2028, date(2028, 2, 29)),
        ("2月底", 2028, date(2028, 2, 29)),
        ("Y-1 02-29", 2029, date(2028, 2, 29)),
    ],
)
def test_end_of_february_follows_the_leap_year(text, year, day):
    assert DateRule.parse(text).on(year) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("13-01", "日期“13-01”的月份应在 1 到 12 之间"),
        ("0-5", "日期“0-5”的月份应在 1 到 12 之间"),
        ("02-30", "日期“02-30”不存在，2 月最多 29 天"),
        ("09-31", "日期“09-31”不存在，9 月最多 30 天"),
        ("09-00", "日期“09-00”不存在，9 月最多 30 天"),
        ("14月底", "日期“14月底”的月份应在 1 到 12 之间"),
        *(
            (text, f"日期“{text}”无法识别，应写成 09-20、4月上旬、12月底 或 Y-1 12-31")
            for text in ("", "2016-09-20", "九月二十日", "9月", "Y-1", "9/20", "四月上旬")
        ),
    ],
)
def test_unreadable_date_is_refused_with_the_accepted_forms(text, sentence):
    with pytest.raises(ValueError, match=r".") as refused:
        DateRule.parse(text)

    assert str(refused.value) == sentence


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)), offset=st.integers(-1, 1))
def test_every_day_of_a_year_can_be_written(day, offset):
    rule = DateRule.parse(f"Y{offset:+d} {day.month:02d}-{day.day:02d}" if offset else f"{day.month:02d}-{day.day:02d}")

    assert rule.on(day.year - offset) == day
