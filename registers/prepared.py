"""Queries that every request asks: their SQL is made once.

To make it takes longer than to run it.
"""

from django.db import DEFAULT_DB_ALIAS, connections

# Stands in a query for the id that is known only when it is asked. No row has such a number.
ANY_ID = -(2**62)


class Prepared:
    """A query for tuples whose shape never changes. Its SQL is made at the first asking and kept.

    ``rows`` is a ``values_list`` of ids and texts, which every database gives as they are. ``ANY_ID`` stands in it for the
    id asked of.
    """

    def __init__(self, rows):
        self._rows, self._made = rows, None

    def of(self, number=None):
        """Return the rows as a list of tuples. ``number`` is the id in the place of ``ANY_ID``."""
        connection = connections[DEFAULT_DB_ALIAS]
        if self._made is None:
            # The compiler is not kept: it holds the connection, which is this thread's own.
            compiler = self._rows.query.get_compiler(connection=connection)
            made = compiler.as_sql()
            if compiler.get_converters([column for column, *_ in compiler.select]):
                raise TypeError("a prepared query has ids and texts alone")
            self._made = made
        sql, values = self._made
        with connection.cursor() as cursor:
            cursor.execute(sql, tuple(number if value == ANY_ID else value for value in values))
            return cursor.fetchall()
