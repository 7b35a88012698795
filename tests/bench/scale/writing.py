"""Rows into tables as fast as the database takes them: COPY on PostgreSQL, ``executemany`` on SQLite."""

import io
import json
from datetime import UTC
from itertools import islice

from django.db import connection, models
from django.db.models import NOT_PROVIDED, Max

CHUNK = 20_000
ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})
NULL = r"\N"


class Table:
    """The table of a model, for rows that are tuples of some of its columns.

    ``columns``: names as the model calls them, foreign keys with ``_id``. Columns that are not named get the default of their field.
    Keys are given by whoever makes the rows, from ``first_key`` on, so that rows can name each other before they are written.
    """

    def __init__(self, model, *columns):
        fields = {field.attname: field for field in model._meta.concrete_fields}
        self.model = model
        self.fields = [fields[name] for name in columns]
        rest = [field for name, field in fields.items() if name not in columns]
        self.fields += [field for field in rest if field.default is not NOT_PROVIDED or _text(field)]
        self._more = [field.get_default() for field in self.fields[len(columns) :]]

    @property
    def first_key(self):
        """The first primary key that no row has yet."""
        return (self.model.objects.aggregate(last=Max("pk"))["last"] or 0) + 1

    def write(self, rows):
        """Write an iterable of tuples."""
        copy, rows = _copy if connection.vendor == "postgresql" else _insert, iter(rows)
        while chunk := list(islice(rows, CHUNK)):
            copy(self, chunk)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                table = connection.ops.quote_name(self.model._meta.db_table)
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
                )

    @property
    def _names(self):
        return ", ".join(connection.ops.quote_name(field.column) for field in self.fields)

    def _converted(self, rows, kinds):
        converters = [next((kinds[kind] for kind in kinds if isinstance(field, kind)), None) for field in self.fields]
        changed = [(place, convert) for place, convert in enumerate(converters) if convert]
        for row in rows:
            values = [*row, *self._more]
            for place, convert in changed:
                if values[place] is not None:
                    values[place] = convert(values[place])
            yield values


def _text(field):
    return field.empty_strings_allowed and not field.null


def _json(value):
    return json.dumps(value, ensure_ascii=False)


def _copy(table, rows):
    kinds = {
        models.JSONField: lambda value: _escaped(_json(value)),
        models.BooleanField: lambda value: "t" if value else "f",
        models.CharField: _escaped,
        models.TextField: _escaped,
    }
    lines = (
        "\t".join([NULL if value is None else str(value) for value in values])
        for values in table._converted(rows, kinds)
    )
    text = io.StringIO("\n".join(lines) + "\n")
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table.model._meta.db_table)
        cursor.copy_expert(f"COPY {name} ({table._names}) FROM STDIN", text)


def _escaped(text):
    return text if text.isprintable() and "\\" not in text else text.translate(ESCAPED)


def _insert(table, rows):
    kinds = {
        models.JSONField: _json,
        models.DateTimeField: lambda moment: moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        models.DateField: str,
    }
    marks = ", ".join(["?"] * len(table.fields))
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(table.model._meta.db_table)
        # The driver itself: Django would build and log every statement.
        cursor.connection.executemany(
            f"INSERT INTO {name} ({table._names}) VALUES ({marks})",  # noqa: S608
            table._converted(rows, kinds),
        )
