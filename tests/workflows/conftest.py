"""What these tests start from."""

import pytest

from tests.factories import appoint, make_person
from tests.personas import point, power
from tests.stories import played_once


@pytest.fixture
@played_once
def submitted(year):
    """The clerk's search sheet with two points, waiting for the group."""
    sheet = year.sheet("personal-search")
    return year.submit(sheet, year.points(sheet, point("甲"), point("乙", category="morality")))


@pytest.fixture
@played_once
def signed(year, submitted):
    """The same sheet, reviewed and signed, waiting for the office."""
    return year.review(submitted)


@pytest.fixture
@played_once
def powers(year):
    """One power of the unit, filed."""
    sheet = year.sheet("powers")
    sheet = year.submit(sheet, year.points(sheet, power(accountable_post=year.campus.post.code)))
    assert year.sheet("power-directory").state == "waiting"
    return year.agree(year.agree(sheet, year.campus.head, signed=True), year.campus.office)


@pytest.fixture
def second(year):
    """A second person in the office."""
    user = make_person("戊四", year.campus.office_unit, number="second")
    appoint(user, year.campus.root, "office")
    return user
