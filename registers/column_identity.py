"""A faster way for Django to tell the columns of a query apart. For speed alone.

A column is known by its table's alias and its field. Django compares all columns of a query that has an order with
what it is ordered by, and finds out who a column is by binding the arguments of its constructor anew. A sheet's
query has a hundred columns: every fortieth second of the site's processor time went into it. The answers are
Django's own (``tests/registers/test_column_identity.py``).
"""

from django.db.models.expressions import Col
from django.utils.functional import cached_property


def _identity(column):
    return column.__class__, column.alias, column.target, column.output_field


def install():
    """Let every column know itself this way, for the life of the process."""
    Col.identity = cached_property(_identity)
    Col.identity.__set_name__(Col, "identity")
