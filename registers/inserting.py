"""New rows of one table, without an instance for each: half the work of ``bulk_create``."""

from functools import cache
from io import StringIO

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    EmailField,
    ForeignKey,
    JSONField,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    TextField,
    UUIDField,
)

from registers.batches import batches

FEW = 500  # rows of one statement, whose values SQLite counts
# Kind of column → types of values that every database takes there as they are. Fields of our own say themselves what they write.
_EMPTY = {type(None)}
_TEXT, _NUMBER = {str} | _EMPTY, {int} | _EMPTY
_PLAIN = {
    CharField: _TEXT,
    TextField: _TEXT,
    EmailField: _TEXT,
    BooleanField: {bool} | _EMPTY,
    ForeignKey: _NUMBER,
    BigIntegerField: _NUMBER,
    PositiveIntegerField: _NUMBER,
    PositiveSmallIntegerField: _NUMBER,
} | dict.fromkeys((DateField, DateTimeField, JSONField, UUIDField), _EMPTY)
# How PostgreSQL's COPY wants these characters and values.
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_WORDS = {None: "\\N", True: "t", False: "f"}


def insert(model, rows, **alike):
    """Insert rows of a model.

    ``rows``: each maps columns (as ``unit_id``) to values; all other columns have their defaults.
    ``alike``: column → value of all rows. Values are texts, numbers, booleans and days. Nothing is validated and no signal is
    sent, as with ``bulk_create``. Raises ``IntegrityError`` where a row is not allowed.
    """
    write = _copy if connection.vendor == "postgresql" else _execute
    columns, values, same = _laid_out(model, rows, alike)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        write(cursor, model._meta.db_table, columns, values, same)


def insert_few(model, rows, *, unless_there=False, **alike):
    """Insert rows as ``insert`` does, all or none, and return their keys in the order of the rows.

    One statement for as many as a sheet has. Values are all that the columns take. ``unless_there``: a row that a unique
    constraint refuses is left out, and so is its key.
    """
    columns, values, same = _laid_out(model, rows, alike)
    marks, keys = f"({', '.join(['%s'] * len(columns))})", []
    named, key = ", ".join(map(connection.ops.quote_name, columns)), model._meta.pk.column
    begin = f"INSERT INTO {model._meta.db_table} ({named}) VALUES "  # noqa: S608 (the model's own names)
    end = f"{' ON CONFLICT DO NOTHING' if unless_there else ''} RETURNING {key}"
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        for part in batches(values, FEW):
            statement = begin + ", ".join([marks] * len(part)) + end
            cursor.execute(statement, [value for row in part for value in (*row, *same)])
            keys += [found for (found,) in cursor.fetchall()]
    return keys


def insert_instances(instances):
    """Insert new instances of one model, as ``insert_few`` does, and give each its key.

    They say all that is written: no column of the model fills itself in.
    """
    if not instances:
        return
    model = type(instances[0])
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    rows = [{name: one.__dict__[name] for name in names} for one in instances]
    for one, key in zip(instances, insert_few(model, rows), strict=True):
        one.pk, one._state.adding, one._state.db = key, False, connection.alias


def _laid_out(model, rows, alike):
    """Return the columns of a model, those that differ first, their values for each row, and the values that all have."""
    pattern, fields = model(**alike), _fields(model)
    database = connections[DEFAULT_DB_ALIAS]  # every look at ``connection`` would look for it anew
    differing = sorted({name for row in rows for name in row})
    same = [name for name in fields if name not in differing]
    own = [(name, *fields[name], getattr(pattern, name)) for name in differing]
    values = (
        [
            value if type(value := row.get(name, usual)) in plain else field.get_db_prep_save(value, database)
            for name, field, plain, usual in own
        ]
        for row in rows
    )
    columns = [fields[name][0].column for name in (*differing, *same)]
    return columns, values, [fields[name][0].get_db_prep_save(getattr(pattern, name), database) for name in same]


@cache
def _fields(model):
    """Return attribute → (field, types of values taken as they are) of all columns but the key."""
    return {
        field.attname: (field, _PLAIN.get(type(field), ()))
        for field in model._meta.concrete_fields
        if not field.primary_key
    }


def _execute(cursor, table, columns, values, same):
    """Insert rows of ``values``, each followed by the values that all have."""
    named = ", ".join(map(connection.ops.quote_name, columns))
    statement = f"INSERT INTO {table} ({named}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608 (the model's own names)
    for part in batches(values):
        cursor.executemany(statement, [row + same for row in part])


def _copy(cursor, table, columns, values, same):
    """Do the same on PostgreSQL, which reads rows as lines of text in half the time."""
    named = ", ".join(map(connection.ops.quote_name, columns))
    end = "\t".join(["", *map(_text, same)])
    for part in batches(values):
        lines = "".join(["\t".join(map(_text, row)) + end + "\n" for row in part])
        cursor.copy_expert(f"COPY {table} ({named}) FROM STDIN", StringIO(lines))


def _text(value):
    kind = type(value)
    return value.translate(_ESCAPED) if kind is str else _WORDS[value] if value is None or kind is bool else str(value)
