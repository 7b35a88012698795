"""Statements whose shape never changes: their SQL is made once per process.

To make it takes longer than to run it, and every request asks the same of the session, the user, his roles and what waits for
him. What differs from one asking to the next is a ``Given``.
"""

import json
from datetime import date, datetime
from itertools import count
from uuid import UUID

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Field, ForeignObject, Func, IntegerField, Lookup, Value
from django.db.models.query import ValuesListIterable
from django.db.models.sql import Query, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler, SQLUpdateCompiler
from django.db.models.sql.constants import ROW_COUNT
from django.db.transaction import TransactionManagementError, mark_for_rollback_on_error
from psycopg2.extensions import AsIs

# Python's types and PostgreSQL's, in the order in which they are asked: True is a number as well.
TYPES = {bool: "boolean", int: "bigint", UUID: "uuid", datetime: "timestamptz", date: "date", str: "text"}
NUMBERS = count()  # no two plans of a process have one name
# In the place of a number that is too large for any column. No row has it.
NOBODY = -(2**62)
# The number of rows that a query has, as its only column: ``values_list(HOW_MANY)``.
HOW_MANY = Func("pk", function="COUNT", output_field=IntegerField())


class Given(Value):
    """A value in a prepared query that is named when it is asked: ``filter(user=Given("person"))``."""

    def as_sql(self, compiler, connection):
        return "%s", [self]


class Within(Lookup):
    """The lookup ``unit__within=ids``: a column is among ids or words.

    They go to the database as one value. As ``in`` does, but the statement has the same text however many they are.
    """

    lookup_name = "within"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        lhs, params = self.process_lhs(compiler, connection)
        given = isinstance(self.rhs, Given)
        if not given and not self.rhs:
            raise EmptyResultSet
        among = "= ANY(%s)" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
        return f"{lhs} {among}", [*params, self.rhs if given else _adapted(self.rhs, connection)]


def install():
    """Let every column be asked whether it is ``within`` ids, for the life of the process."""
    Field.register_lookup(Within)
    ForeignObject.register_lookup(Within)


class Prepared:
    """A query of fixed shape. Its SQL is made at the first asking and kept.

    ``rows``: a queryset of instances or of values, with a ``Given`` for all that differs from one asking to the next.
    ``planned``: PostgreSQL shall keep its plan as well. For statements of every page, whose plan does not hang on the values.
    """

    def __init__(self, rows, *, planned=False):
        self._rows = rows.all()
        self._rows.query.__class__, self._rows.query.made, self._rows.query.planned = _Kept, [], planned

    def of(self, **given):
        """Return the rows as a list. ``given``: the value of each ``Given`` by its name."""
        if self._rows._iterable_class is ValuesListIterable:
            # The shortest way: neither the query nor its rows are wrapped again.
            using = self._rows.db
            return [*self._rows.query.answer(given, connections[using], using).results_iter(tuple_expected=True)]
        rows = self._rows.all()
        rows.query.given = given
        return list(rows)

    def parts(self, **given):
        """Return the same rows as something of which any slice is read without the others.

        For a query that is not sliced itself, and locks nothing.
        """
        return _Parts(self._rows, given)

    def number(self, **given):
        """Return the only value of the only row."""
        return self.of(**given)[0][0]


class _Parts:
    """The rows of a prepared statement, slice by slice."""

    def __init__(self, rows, given):
        self._rows, self._given = rows, given

    def __getitem__(self, part):
        rows = self._rows.all()
        rows.query.given, rows.query.part = self._given, (part.start, part.stop)
        return list(rows)


class PreparedUpdate:
    """An UPDATE of fixed shape, whose SQL is kept likewise.

    ``rows``: a queryset. ``values``: column → what is put there, with a ``Given`` for all that differs from one time to the next.
    """

    def __init__(self, rows, **values):
        self._using, self._made = rows.db, None
        self._query = rows.order_by().query.chain(UpdateQuery)
        fields = {name: rows.model._meta.get_field(name) for name in values}
        self._query.add_update_values(
            {
                name: _Put(put.value, output_field=fields[name]) if isinstance(put, Given) else put
                for name, put in values.items()
            }
        )

    def of(self, **given):
        """Write what is given, and return how many rows were there to be written."""
        connection = connections[self._using]
        if self._made is None:
            making = _Update(self._query, None, self._using)
            making.connection = connection
            self._made = making, *SQLUpdateCompiler.as_sql(making)
            making.connection = None
        making, sql, params = self._made
        writing = _copy(making)
        writing.connection = connection
        writing.statement = sql, tuple(_bound(param, given, connection) for param in params)
        with mark_for_rollback_on_error(using=self._using):
            return writing.execute_sql(ROW_COUNT)


class _Put(Given):
    """A value that a prepared UPDATE puts into a column, as its field has it."""


class _Update(SQLUpdateCompiler):
    """What runs an UPDATE that is made already."""

    def as_sql(self):
        return self.statement


class _Kept(Query):
    """The query of a prepared statement. Copies share what was made. ``part``: from which row to which it reads, if not all."""

    given, made, planned, part = {}, (), False, None

    def chain(self, klass=None):
        """Return a copy; unless it becomes another kind of query, nothing of it is changed but what is given."""
        return super().chain(klass) if klass else _copy(self)

    def get_compiler(self, using=None, connection=None, elide_empty=True):
        return self.answer(self.given, connection or connections[using], using)

    def answer(self, given, connection, using):
        """Return what reads the rows for the values ``given``."""
        if not self.made:
            self.made.append(self._make(connection, using))
        if self.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("a row that is read to be changed stays locked until its transaction ends")
        making, sql, params = self.made[0]
        answer = _copy(making)
        answer.made, answer.connection = making, connection
        values = {name: _adapted(value, connection) for name, value in sorted(given.items())}
        if self.planned and not self.part and settings.KEEPS_PLANS and connection.vendor == "postgresql":
            answer.statement = _plan(connection, making, self.made[0], values), tuple(values.values())
        else:
            limits = f" {connection.ops.limit_offset_sql(*self.part)}" if self.part else ""
            values = tuple([values[value] if is_given else value for is_given, value in params])
            answer.statement = sql + limits, values
        return answer

    def _make(self, connection, using):
        """Return what reads rows, the statement, and its values.

        Of each value: whether it is given; its name if it is, else the value itself.
        """
        making = _Answer(self.chain(Query), connection, using)
        sql, params = SQLCompiler.as_sql(making)
        making.is_composite = SQLCompiler.has_composite_fields(making, [column for column, *_ in making.select])
        # The connection is this thread's own.
        making.connection = None
        return making, sql, [(True, param.value) if isinstance(param, Given) else (False, param) for param in params]


class _Answer(SQLCompiler):
    """What reads the rows of a statement that is made already. What its copies share, they have from the first, ``made``."""

    made, is_composite = None, False

    def has_composite_fields(self, expressions):
        return self.is_composite

    def get_converters(self, expressions):
        """Return what the columns are read by; a connection is asked once, because that is bound to it."""
        known = self.connection.__dict__.setdefault("_prepared", {})
        if self.made not in known:
            known[self.made] = super().get_converters(expressions)
        return known[self.made]

    def as_sql(self, with_limits=True, with_col_aliases=False):
        return self.statement


def _in_json(value):
    """Return how SQLite has a value that JSON does not know."""
    return value.isoformat() if type(value) is date else value.hex


def _plan(connection, making, made, values):
    """Return the statement that asks PostgreSQL for a plan of this connection, with a place for each of ``values``.

    To plan a statement takes longer than to run it. The types of the values are those they have when they are written into it.
    """
    types = tuple([_type_of(value) for value in values.values()])
    # As Django does before a statement: a connection that is gone has taken its plans along.
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    known = connection.__dict__.setdefault("_plans", {})
    if known.get("of") is not connection.connection:
        known.clear()
        known["of"] = connection.connection
    if (making, types) not in known:
        _, sql, params = made
        places = {name: AsIs(f"${number}") for number, name in enumerate(values, start=1)}
        name = f"{making.query.model._meta.db_table}_{next(NUMBERS)}"
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            sql = cursor.mogrify(sql, [places[value] if is_given else value for is_given, value in params]).decode()
            cursor.execute(f"PREPARE {name} {_listed(types)} AS {sql}")
        known[making, types] = f"EXECUTE {name} {_listed(['%s'] * len(values))}"
    return known[making, types]


def _listed(words):
    return f"({', '.join(words)})" if words else ""


def _type_of(value):
    """Return PostgreSQL's type of a value, of nothing one that it finds out from where the value stands."""
    if isinstance(value, list):
        return f"{_type_of(value[0])}[]" if value else "unknown"
    return next((name for kind, name in TYPES.items() if isinstance(value, kind)), "unknown")


def _copy(thing):
    """Return a copy as ``copy.copy`` makes it, in a quarter of the time."""
    other = thing.__class__.__new__(thing.__class__)
    other.__dict__ = thing.__dict__.copy()
    return other


def _bound(param, given, connection):
    """Return a parameter of a statement, as the database takes it, with what is given in its place."""
    if isinstance(param, _Put):
        return param.output_field.get_db_prep_save(given[param.value], connection)
    return _adapted(given[param.value], connection) if isinstance(param, Given) else param


def _adapted(value, connection):
    """Return ``value`` as the database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return NOBODY
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value) if connection.vendor == "postgresql" else json.dumps(list(value), default=_in_json)
    return value
