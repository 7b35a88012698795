"""A faster way for Django to list columns, to tell them apart and to copy expressions.

For speed alone. A column is known by its table's alias and its field. Django compares all columns of a query that has an order with
what it is ordered by, and finds out who a column is by binding the arguments of its constructor anew. A sheet's
query has a hundred columns: every fortieth second of the site's processor time went into it. It also makes all of them
anew for every query, though they are the same whenever a table goes by the same alias: a fifth of the time that it takes
to write that query. An expression is copied as often as a query names it, and ``copy`` takes it apart for that: a fiftieth
of the time of a year that is played. The answers are Django's own (``tests/registers/test_column_identity.py``).
"""

from django.db.models.expressions import BaseExpression, Col
from django.db.models.sql.compiler import SQLCompiler
from django.utils.functional import cached_property

_columns = SQLCompiler.get_default_columns


def _identity(column):
    return column.__class__, column.alias, column.target, column.output_field


def _default_columns(compiler, select_mask, start_alias=None, opts=None, from_parent=None):
    """Return all columns of a table by the alias that the query has for it; a choice of them is made by Django."""
    opts = opts or compiler.query.get_meta()
    if select_mask or opts is None or opts.all_parents:
        return _columns(compiler, select_mask, start_alias, opts, from_parent)
    alias = start_alias or compiler.query.get_initial_alias()
    kept = opts.__dict__.setdefault("columns_by_alias", {})
    if alias not in kept:
        kept[alias] = _columns(compiler, select_mask, alias, opts, from_parent)
    return kept[alias][:]


def _copy(expression):
    """Return a copy as ``copy.copy`` makes it of ``BaseExpression.__getstate__``."""
    other = object.__new__(expression.__class__)
    other.__dict__.update(expression.__dict__)
    other.__dict__.pop("convert_value", None)
    return other


def install():
    """Let every column, table and expression do so, for the life of the process."""
    Col.identity = cached_property(_identity)
    Col.identity.__set_name__(Col, "identity")
    SQLCompiler.get_default_columns = _default_columns
    BaseExpression.copy = _copy
