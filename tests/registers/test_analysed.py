"""After a load SQLite knows of its tables."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.database("sqlite")


def known():
    """Return the tables of which SQLite has figures."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tbl FROM sqlite_stat1")
        return {table for (table,) in cursor.fetchall()}


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_loading_rule_books_analyses_the_tables_and_checking_them_does_not(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as after_check:
        call_command("load_schemes", check=True, stdout=StringIO())
    with django_capture_on_commit_callbacks(execute=True):
        call_command("load_schemes", verbosity=0, stdout=StringIO())

    assert after_check == []
    assert "registers_scheme" in known()
