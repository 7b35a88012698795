"""What every test may ask for: the campus, a clock that stands still, and a database that can be emptied."""

import importlib
import os

import pytest
from django.conf import settings as site
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.db.models.signals import post_migrate
from hypothesis import Phase, settings
from hypothesis.internal.conjecture import providers
from whitenoise.middleware import WhiteNoiseMiddleware

from tests import kept, recorded, sources
from tests.clock import standing_still
from tests.once import converted_once
from tests.static import once_a_process

# Hypothesis also draws the numbers and texts that stand in our modules. Which are loaded differs from run to run, so the examples
# would, too; and to read them all takes a pass five seconds.
providers._get_local_constants = lambda: providers._local_constants
# Every client would look at all static files again before its first request.
WhiteNoiseMiddleware.add_files_from_finders = once_a_process(WhiteNoiseMiddleware.add_files_from_finders)
SQLiteCursorWrapper.convert_query = converted_once(SQLiteCursorWrapper.convert_query)
# The suite draws the same examples every time; `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("suite", derandomize=True, database=None, deadline=None)
settings.register_profile("explore", max_examples=500, database=None, deadline=None)
# A mutant has to fail, not to be explained by the smallest example.
settings.register_profile(
    "mutants", settings.get_profile("suite"), phases=[Phase.explicit, Phase.reuse, Phase.generate], print_blob=False
)
# A test whose machine is busy would else be shown what a page said before (registers.kept).
site.KEEP_FROM_SECONDS = float("inf")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


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


def pytest_runtest_teardown(item, nextitem):
    """Let go of the project's sources where another folder of tests begins: those that read them stand in one."""
    if nextitem is None or nextitem.path.parent != item.path.parent:
        sources.forget()


TRIGGERS = importlib.import_module("registers.migrations.0002_audit_append_only")
_installed = set()


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """Start from a copy of a migrated database instead of running all migrations; bring it down in the end.

    The triggers on the audit table are off, because emptying the tables between tests is what they refuse. What the migration
    had installed is kept for the test that proves it (``audit_triggers``).
    """
    name = connection.settings_dict["NAME"]
    test = connection.settings_dict["TEST"]
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            _keep_more(connection.settings_dict["OPTIONS"])
            kept.copy("sqlite", _migrated_file, test["NAME"])
        else:
            # Named by who has started this server; any other is migrated in full.
            test["TEMPLATE"] = os.environ.get("TEST_TEMPLATE")
        # What is missing for all that, it makes up for.
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=True)
        _take_triggers_off()
        _empty_by_deleting()
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(name, verbosity=0)


def _keep_more(options):
    """Let SQLite keep every statement that tests ask (128 by default), and what it may have to undo, in memory."""
    options["cached_statements"] = 1000
    options["init_command"] += "; PRAGMA temp_store = MEMORY"


def _migrated_file(path):
    kept.migrate(f"sqlite:///{path}", os.environ)


def _take_triggers_off():
    with connection.cursor() as cursor:
        catalogue = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
            "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
        }[connection.vendor]
        cursor.execute(catalogue)
        _installed.update(name for (name,) in cursor.fetchall())
        for statement in TRIGGERS.UNPROTECT[connection.vendor]:
            cursor.execute(statement)


def _empty_by_deleting():
    """Let the tables be emptied row by row after a test that commits, and nothing be written to them afterwards.

    PostgreSQL gives every table and index that it truncates new files: a fifth of a second of its server, where the rows of
    a test are gone in a fortieth. The permissions and types that Django would write anew are read by nobody: here rights come
    from appointments.
    """

    def deletes(style, tables, **_):
        return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]  # noqa: S608 (our own tables)

    connection.ops.sql_flush = deletes
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


@pytest.fixture(scope="session")
def beginnings(django_db_setup, django_db_blocker):
    """The campus and its open campaign, ready to be put into the database."""
    with django_db_blocker.unblock():
        return recorded.Beginnings()


@pytest.fixture
def audit_triggers(db):
    """Put the triggers back for one test, inside its transaction; names of those the migration had installed."""
    with connection.cursor() as cursor:
        for statement in TRIGGERS.PROTECT[connection.vendor]:
            cursor.execute(statement)
    return set(_installed)


@pytest.fixture
def clock():
    """A clock standing at 2026-09-15 10:00 in Beijing."""
    with standing_still() as clock:
        yield clock


@pytest.fixture
def make_campus(beginnings):
    """Make a campus; one without a wish of its own is ready made."""
    return lambda **options: recorded.make_campus(**options) if options else beginnings.campus()


@pytest.fixture
def campus(db, beginnings):
    """The people of every test, on a campus whose unit has filed its leading group."""
    return beginnings.campus()


@pytest.fixture
def year(campus, clock, beginnings):
    """The campaign of 2026 at that campus, open since 12 July, on 15 September; its people act through it."""
    return beginnings.year(campus, clock)
