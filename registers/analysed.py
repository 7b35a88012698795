"""What SQLite knows of its tables, so that it picks the right index.

It learns nothing by itself: without this it takes a table of 50,000 rows for a small one. PostgreSQL's autovacuum does the
same within a minute.
"""

from django.db import OperationalError, connection, transaction

# Rows looked at in each index. Enough for its choice, and a full table takes no longer than a small one.
ROWS = 1000


def after_load():
    """Look at the tables once the rows that are being loaded are committed."""
    if connection.vendor == "sqlite":
        transaction.on_commit(_analyse)


def _analyse():
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"PRAGMA analysis_limit = {ROWS}")
            cursor.execute("ANALYZE")
        except OperationalError:
            return  # another process writes; the load itself is done, and the next one looks again
