"""What these tests start from."""

import threading
import time

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat

from registers import clock as clocks
from registers.models import User
from tests.factories import make_person, make_post, moment
from tests.faults.programs import Home, Site
from tests.personas import Year
from workflows.deadlines import holidays
from workflows.models import Notification
from workflows.routing import routes


@pytest.fixture
def slowly(monkeypatch):
    """Make every thread wait a quarter of a second between the check of an act and its writing."""
    move = routes.moves.move

    def slow(*args, **kwargs):
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.25)
        return move(*args, **kwargs)

    monkeypatch.setattr(routes.moves, "move", slow)


@pytest.fixture
def year(transactional_db, make_campus, clock):
    return Year(make_campus(), clock)


class DemoTime:
    """The demo's clock, which real programs read from the database; it is set as the clock of other tests is."""

    def __init__(self):
        self.now = None

    def set(self, text):
        """Let it be ``text`` (Beijing time) for every program of the site, and go on from there; return the moment (aware)."""
        self.now = moment(text)
        clocks.set_demo(self.now)
        return self.now

    @property
    def today(self):
        return self.now.date()


@pytest.fixture
def demo_year(transactional_db, make_campus, settings):
    """The year on a campus with twelve more post holders, by the demo's clock; all have addresses, and nothing is owed yet."""
    settings.DEMO = True
    campus = make_campus()
    for number in range(12):
        make_post(campus.unit, f"经办{number}", make_person(f"某{number}", campus.unit))
    holidays.seed([2026])
    year = Year(campus, DemoTime())
    User.objects.update(email=Concat(F("number"), Value("@example.edu.cn")))
    Notification.objects.all().delete()
    return year


@pytest.fixture(scope="package")
def home(django_db_setup, tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    yield home
    home.close()


@pytest.fixture
def broker(home):
    """The broker of this test, with nothing in it."""
    home.broker.stop()
    home.broker.start()
    return home.broker


@pytest.fixture
def site(demo_year, broker, home):
    """The programs of that campus; none runs yet."""
    site = Site(home.emptied())
    yield site
    site.end()
