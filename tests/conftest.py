"""What every test may ask for: the campus, a clock that stands still, and a database that can be emptied."""

import functools
import importlib
from datetime import UTC

import pytest
import time_machine
from django.conf import settings as site
from django.db import connection
from hypothesis import settings

from registers.schemes.checking import loading
from tests import factories, personas

# The suite draws the same examples every time; `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("suite", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", max_examples=500, database=None, deadline=None)
settings.load_profile("suite")


def pytest_collection_modifyitems(items):
    """Leave out what needs a server that is not there."""
    missing = {
        "pg": "needs PostgreSQL" if site.DATABASES["default"]["ENGINE"].endswith("sqlite3") else "",
        "redis": "" if site.REDIS_URL else "needs Redis",
    }
    for item in items:
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


TRIGGERS = importlib.import_module("registers.migrations.0002_audit_append_only")
_installed = set()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """After the migrations, take the triggers off the audit table: emptying the tables between tests is what they refuse.

    What the migration had installed is kept for the test that proves it (``audit_triggers``).
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        catalogue = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
            "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
        }[connection.vendor]
        cursor.execute(catalogue)
        _installed.update(name for (name,) in cursor.fetchall())
        for statement in TRIGGERS.UNPROTECT[connection.vendor]:
            cursor.execute(statement)


@pytest.fixture
def audit_triggers(db):
    """Put the triggers back for one test, inside its transaction; names of those the migration had installed."""
    with connection.cursor() as cursor:
        for statement in TRIGGERS.PROTECT[connection.vendor]:
            cursor.execute(statement)
    return set(_installed)


class Clock:
    """The time of a test: stands still until it is set. Texts are Beijing time, ``2026-09-15 10:00``."""

    def __init__(self, traveller, at):
        self._traveller, self.now = traveller, at

    def set(self, text):
        """Set the time to ``text`` for everything that asks, and return the moment (aware)."""
        self.now = factories.moment(text)
        # In UTC: given a zone, time_machine would change the zone of the whole process.
        self._traveller.move_to(self.now.astimezone(UTC))
        return self.now

    @property
    def today(self):
        return self.now.date()


@pytest.fixture
def clock():
    """A clock standing at 2026-09-15 10:00 in Beijing."""
    start = factories.moment("2026-09-15 10:00")
    with time_machine.travel(start.astimezone(UTC), tick=False) as traveller:
        yield Clock(traveller, start)


@pytest.fixture
def make_campus(monkeypatch):
    """Make a campus; its scheme file is read and checked once a session, not once a test."""

    def make(**options):
        with monkeypatch.context() as patch:
            patch.setattr(loading, "read", _read_once)
            return factories.Campus(**options)

    return make


_read_once = functools.cache(loading.read)


@pytest.fixture
def campus(db, make_campus):
    """The people of every test, on a campus whose unit has filed its leading group."""
    return make_campus()


@pytest.fixture
def year(campus, clock):
    """The campaign of 2026 at that campus, open since 12 July, on 15 September; its people act through it."""
    return personas.Year(campus, clock)
