"""Numbers that a browser sends."""

import pytest
from django.http import QueryDict

from registers.views.paging import page_number
from registers.views.sent import NO_NUMBER, key, keys, number

pytestmark = pytest.mark.once


@pytest.mark.parametrize("text", [None, "", " 1", "-1", "1.0", "1e3", "²", "١", "9" * 10, "9" * 1000, "x"])
def test_what_writes_no_number_matches_nothing(text):
    assert number(text) == NO_NUMBER


def test_number_is_read_up_to_the_most_there_can_be():
    assert (number("7"), number("0"), number("2100", most=2100), number("2101", most=2100)) == (7, 0, 2100, NO_NUMBER)
    assert (key("9" * 18), key("9" * 19)) == (10**18 - 1, NO_NUMBER)
    assert keys(["3", "x", "1"]) == [3, 1]


@pytest.mark.parametrize(
    ("query", "page"), [("", 1), ("page=3", 3), ("page=0", 1), ("page=-2", 1), ("page=10001", 1), ("page=²", 1)]
)
def test_page_is_the_first_where_none_can_be_meant(query, page):
    assert page_number(QueryDict(query)) == page
