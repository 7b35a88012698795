"""What these tests start from."""

import pytest
from django.core.cache import cache

from registers.models import User
from tests.doors import Visitor, open_door, published
from tests.factories import appoint, make_person
from tests.personas import Year, point, power
from tests.stories import played_once
from tests.workflows import carried_cases
from tests.workflows.warned import Warned
from workflows.routing import routes


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


@pytest.fixture
@played_once
def carrying(make_campus, clock):
    """The year of a unit under 003: its clerk and its head owe sheets, and the unit one that carries them."""
    campus = make_campus(scheme="nwnu-2012")
    User.objects.filter(pk__in=[campus.clerk.pk, campus.head.pk]).update(rank="副科")
    return Year(campus, clock)


@pytest.fixture
@played_once
def ready(carrying):
    """The clerk's sheet waits for the unit's, with two points; the head's with one, a grave one."""
    own, heads = carrying.sheet("personal-search"), carrying.sheet("personal-search", carrying.campus.head)
    carrying.submit(own, carrying.points(own, carried_cases.risk("甲"), carried_cases.risk("乙")))
    carrying.submit(heads, carrying.points(heads, carried_cases.risk("丙", **carried_cases.GRAVE)))
    return carrying


@pytest.fixture
@played_once
def aboard(ready):
    """The unit's sheet, with one point of its own, waits for the group and carries both."""
    carried_cases.hand_in(ready)
    return ready


def proposed(year, owner=None):
    """A grading sheet whose grade the head has proposed, and which waits for a notice."""
    sheet = year.sheet("personal-grading", owner)
    sheet = year.submit(sheet, year.grades(sheet, "grade-2"))
    decider = year.campus.leader if owner == year.campus.head else year.campus.head
    said = {"actor": year.actor(decider), "seen_version": sheet.version, "at": year.clock.now}
    routes.decide(sheet.pk, "agree", grades=year.as_proposed(sheet), **said)
    return year.again(sheet)


@pytest.fixture
@played_once
def two(year):
    """The sheets of the clerk and the head, which wait for a notice."""
    for owner in (None, year.campus.head):
        year.searched(point(f"{owner or '本人'}的风险"), owner=owner)
    return proposed(year), proposed(year, year.campus.head)


@pytest.fixture
@played_once
def warned(campus, clock):
    """A campus with two people in the office, where warnings can be written."""
    return Warned(campus, clock)


@pytest.fixture
@played_once
def at_the_door(year):
    """The notices of a unit's grades to the whole school and of a personal sheet to the unit, on their second day."""
    notices = published(year, "unit-grading"), published(year)
    year.at("09-17")
    open_door(at=year.clock.now)
    return notices


@pytest.fixture
def notice(year, at_the_door):
    """The notice of unit grades, which stands at the public door."""
    year.at("09-17")
    cache.clear()
    return at_the_door[0]


@pytest.fixture
def visitor(clock):
    """Somebody at the public door."""
    return Visitor(clock)
