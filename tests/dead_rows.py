"""What tests leave behind in PostgreSQL's tables is taken away now and then.

The rows of a test are rolled back, but they lie in the files until somebody vacuums, which nobody does: autovacuum would take the
tables for empty (``tests.services.STEADY``). After two thousand tests a plan that reads a whole table takes a hundred times as long.
"""

from contextlib import closing

import psycopg2
from django.db import connection

EVERY = 60  # tests
MANY = 500  # dead rows of a table


class DeadRows:
    """A pytest plugin that vacuums the tables with many dead rows after every so many tests."""

    def __init__(self):
        self._tests = 0

    def pytest_runtest_logfinish(self):
        self._tests += 1
        if self._tests % EVERY == 0 and connection.connection is not None:
            _vacuum()


def _vacuum():
    """Vacuum by a session of its own: that of the tests may be inside a transaction, or forbidden between tests."""
    with closing(psycopg2.connect(**connection.get_connection_params())) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("SELECT quote_ident(relname) FROM pg_stat_user_tables WHERE n_dead_tup > %s", [MANY])
            if tables := [name for (name,) in cursor.fetchall()]:
                cursor.execute(f"VACUUM {', '.join(tables)}")
