"""What was made in the database once a session, and is put there again for every test that asks.

Making the campus and opening its campaign costs more than most tests that start from them. Here it is done once: every table that
it changed is copied (``kept_…``), the change is undone, and a test gets the rows back by one INSERT … SELECT a table, together with
fresh copies of the objects. The numbers of the rows are used up, so no row that a test makes can have one of them.
"""
# ruff: noqa: S608 (the names of tables are those of this project's own models)

import contextlib
import functools

import pytest
from django.apps import apps
from django.db import connection, transaction

from registers.models import PointCount
from registers.schemes.checking import loading
from tests import copies, factories, personas
from tests.clock import standing_still

WRITTEN_BY_TRIGGERS = {PointCount._meta.db_table}  # they write their rows again when the rows they watch are put back
CHECKS_OFF, CHECKS_ON = (f"SET LOCAL session_replication_role = {role}" for role in ("replica", "origin"))


@functools.cache
def _can_be_unchecked():
    """Whether this database can do without its checks for a while. PostgreSQL lets its superuser, as whom the tests come."""
    if connection.vendor == "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        return cursor.fetchone() == ("on",)


@contextlib.contextmanager
def unchecked(cursor):
    """Let rows be put back without the triggers and the checks of keys that they went through when they were made.

    They take as long as the rows themselves, and the checks as long again at the end of the test.
    """
    if not _can_be_unchecked():
        yield
        return
    cursor.execute(CHECKS_OFF)
    yield
    cursor.execute(CHECKS_ON)


class Recorded:
    """What ``make`` returned and every row it wrote, to be had again as often as one likes (``again``)."""

    def __init__(self, name, make):
        assert not connection.in_atomic_block, "what is recorded here would be gone with the transaction around it"
        tables = connection.introspection.table_names()
        before = _contents(tables)
        made = make()
        self._made = copies.Original(made)
        self._before = {table: rows for table, rows in _contents(tables).items() if rows != before[table]}
        self._again = []
        with transaction.atomic(), connection.cursor() as cursor:
            for table in parents_first(self._before):
                live, kept = _quoted(table), _quoted(f"kept_{name}_{table}")
                cursor.execute(f"CREATE TABLE {kept} AS SELECT * FROM {live}")
                if table in WRITTEN_BY_TRIGGERS and not _can_be_unchecked():
                    continue
                if before[table]:
                    self._again.append(f"DELETE FROM {live}")
                self._again.append(f"INSERT INTO {live} SELECT * FROM {kept}")
        if _can_be_unchecked():
            self._again = ["; ".join([CHECKS_OFF, *self._again, CHECKS_ON])]
        self._before = {table: before[table] for table in self._before}

    def again(self):
        """Put the rows back and return what ``make`` had returned, as objects of the caller's own."""
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in self._again:
                cursor.execute(statement)
        return self.made()

    def made(self):
        """Return what ``make`` had returned, as objects of the caller's own; the tables stay as they are."""
        return self._made.copy()

    def undo(self):
        """Bring the tables back to what they held before."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self._before.items():
                cursor.execute(f"DELETE FROM {_quoted(table)}")
                for row in rows:
                    cursor.execute(f"INSERT INTO {_quoted(table)} VALUES ({', '.join(['%s'] * len(row))})", row)


def parents_first(tables):
    """Return ``tables`` so that rows come after those that they refer to.

    SQLite, which checks references at the end, would else look through all tables for what refers to each new row.
    """
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    ordered, seen = [], set()

    def add(table):
        if table in seen:
            return
        seen.add(table)
        for field in models[table]._meta.concrete_fields if table in models else ():
            if field.remote_field:
                add(field.related_model._meta.db_table)
        ordered.append(table)

    for table in tables:
        add(table)
    return [table for table in ordered if table in tables]


def _contents(tables):
    found = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {_quoted(table)}")
            found[table] = cursor.fetchall()
    return found


def _quoted(name):
    return connection.ops.quote_name(name)


class Beginnings:
    """What most tests start from: the campus, and the campaign of 2026 open at it. Neither is in the tables until asked for."""

    def __init__(self):
        with standing_still() as clock:
            self._campus = Recorded("campus", make_campus)
            campus = self._campus.made()
            self._year = Recorded("year", lambda: (campus, personas.Year(campus, clock).campaign))
        self._year.undo()
        self._campus.undo()

    def campus(self):
        """Make the campus of ``factories.Campus``."""
        return self._campus.again()

    def year(self, campus, clock):
        """Open the campaign of ``personas.Year`` at this campus, which came from here."""
        made, campaign = self._year.again()
        # The caller's campus, with what the opening changed in its people and units.
        vars(campus).update(vars(made))
        return personas.Year(campus, clock, campaign=campaign)


def make_campus(**options):
    """Make a campus; its scheme file is read and checked once a session, not once a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "read", _read_once)
        return factories.Campus(**options)


_read_once = functools.cache(loading.read)
