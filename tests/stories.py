"""Stories that fixtures tell: played for the first test that asks, put back for every later one.

``@played_once`` stands under ``@pytest.fixture``. The first test plays the story inside its own transaction, and every row that it wrote
is remembered, beside what it returned, the mails it sent and the time at which it ended. A later test that stands at the same
beginnings gets all that, with objects of its own; one that stands elsewhere plays the story for itself. A story hangs on nothing
but the tables, the clock and what it is given. What it writes outside the database would be missing.
"""
# ruff: noqa: S608 (the names of tables are those of this project's own models)

import functools

from django.core import mail
from django.db import connection, transaction
from django.db.models import Sum

from registers.counts import KEY
from registers.models import PointCount
from tests.clock import Clock
from tests.copies import Original
from tests.recorded import unchecked

COUNTED = PointCount._meta.db_table


def played_once(story):
    """Make of a fixture function one that plays its story once and puts it back from then on."""
    takes = []

    @functools.wraps(story)
    def played(**given):
        if not connection.in_atomic_block:
            # What waits for the commit happens there, and has to happen for every test.
            return story(**given)
        cast, before = Cast(given), contents()
        for take in takes:
            if take.begins_at(before, cast):
                return take.again(cast)
        take = Take(before, cast)
        made = story(**given)
        take.keep(made, cast)
        takes.append(take)
        return made

    return played


class Take:
    """A story as it was played: where it began, what it changed and what it returned."""

    def __init__(self, before, cast):
        self._before, self._began = before, cast.standing()
        self._sent, self._queued = len(mail.outbox), len(connection.run_on_commit)

    def begins_at(self, before, cast):
        return self._began == cast.standing() and self._before == before

    def keep(self, made, cast):
        """Remember what the story has brought about, which has just ended."""
        self._again, after = [], contents()
        counted = after.pop(COUNTED)
        for table, rows in after.items():
            self._again += _changes(table, gone=self._before[table] - rows, come=rows - self._before[table])
        self._again += _counts(counted)
        self._queued = [(call, robust) for _, call, robust in connection.run_on_commit[self._queued :]]
        self._made = cast.kept((made, mail.outbox[self._sent :]))

    def again(self, cast):
        """Put the story's changes into the tables, and return what it had returned, for this cast."""
        with connection.cursor() as cursor, unchecked(cursor):
            for statement, values in self._again:
                cursor.execute(statement, values)
        for call, robust in self._queued:
            transaction.on_commit(call, robust=robust)
        made, sent = cast.again(self._made)
        mail.outbox.extend(sent)
        return made


class Cast:
    """What a story is given, and the test's own objects that it holds (a year's campus and clock).

    A test has these objects already: they are never copied, but brought to the state in which the story had left them. What has no
    attributes (a list, a tuple) is no member; a story may read it.
    """

    def __init__(self, given):
        self._members = {}
        for name, thing in given.items():
            self._add(name, thing)

    def _add(self, name, thing):
        if not hasattr(thing, "__dict__") or any(thing is member for member in self._members.values()):
            return
        self._members[name] = thing
        for part, value in vars(thing).items():
            if type(value).__module__.partition(".")[0] == "tests":
                self._add(f"{name}.{part}", value)

    def standing(self):
        """Who they are, and the time that each of their clocks shows."""
        return [(name, member.now if isinstance(member, Clock) else None) for name, member in self._members.items()]

    def kept(self, made):
        """Return ``made`` and the state of the cast to make copies of, in which every member of it is only named."""
        states = {
            name: member.now if isinstance(member, Clock) else vars(member) for name, member in self._members.items()
        }
        return Original((made, states), self._members)

    def again(self, original):
        """Bring this cast to the state that was kept, and return what was made."""
        made, states = original.copy(self._members)
        for name, member in self._members.items():
            if isinstance(member, Clock):
                member.set(states[name].replace(tzinfo=None).isoformat())
            else:
                vars(member).clear()
                vars(member).update(states[name])
        return made


def contents():
    """Every row of every table, as the database's own driver gives it. Of what triggers count, the sums."""
    found = {table: set() for table in _tables()}
    with connection.cursor() as cursor:
        cursor.execute(_which_have_rows())
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT * FROM {_quoted(table)}")
            found[table] = {
                tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
                for row in cursor.fetchall()
            }
    counted = PointCount.objects.order_by().values_list(*KEY).annotate(sum=Sum("number")).exclude(sum=0)
    return found | {COUNTED: set(counted)}


@functools.cache
def _tables():
    """The names of all tables but those of ``tests.recorded``, which nothing changes."""
    return [name for name in connection.introspection.table_names() if not name.startswith("kept_")]


@functools.cache
def _which_have_rows():
    """The statement that names the tables with rows: most have none, and it takes as long as looking at two of them."""
    return " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {_quoted(table)})" for table in _tables())


def _changes(table, *, gone, come):
    """The statements that bring a change about again. A row that was changed goes and comes back; its key stands first in it."""
    for rows in _portions(gone):
        with connection.cursor() as cursor:
            key = connection.introspection.get_table_description(cursor, table)[0].name
        marks = ", ".join(["%s"] * len(rows))
        yield f"DELETE FROM {_quoted(table)} WHERE {_quoted(key)} IN ({marks})", [row[0] for row in rows]
    for rows in _portions(come):
        marks = ", ".join([f"({', '.join(['%s'] * len(row))})" for row in rows])
        yield f"INSERT INTO {_quoted(table)} VALUES {marks}", [value for row in rows for value in row]


def _counts(rows):
    """The statements that set the sums. What came and went before them has been counted by triggers, a change of a row wrongly."""
    yield f"DELETE FROM {_quoted(COUNTED)}", []
    columns = ", ".join(PointCount._meta.get_field(name).column for name in (*KEY, "number"))
    for row in rows:
        yield f"INSERT INTO {_quoted(COUNTED)} ({columns}) VALUES (%s, %s, %s, %s, %s)", row


def _portions(rows, size=200):
    rows = sorted(rows, key=lambda row: row[0])
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _quoted(name):
    return connection.ops.quote_name(name)
