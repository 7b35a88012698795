"""Columns are listed and told apart, and expressions copied, as Django does it."""

import copy
from itertools import product

import pytest
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models import BigIntegerField, Case, Count, Exists, Q, Value, When
from django.db.models.expressions import Col, Expression
from django.db.models.sql import Query

from registers.column_identity import _columns, _identity

pytestmark = pytest.mark.once


def test_columns_are_the_same_where_django_says_so():
    fields = [
        field
        for label in ("registers", "workflows")
        for model in list(apps.get_app_config(label).get_models())[:12]
        for field in model._meta.concrete_fields[:6]
    ]
    columns = [
        Col(alias, field, wanted)
        for alias, field, wanted in product(("A", "B", None), fields, (None, BigIntegerField()))
    ]
    django = Expression.__dict__["identity"].func
    ours, theirs = {}, {}
    for number, column in enumerate(columns):
        assert column.identity == _identity(column), "installed"
        ours.setdefault(column.identity, []).append(number)
        theirs.setdefault(django(column), []).append(number)
    assert len(ours) > 500
    assert sorted(ours.values()) == sorted(theirs.values())


def test_column_does_not_take_another_for_itself():
    name, code = (apps.get_model("registers", "Unit")._meta.get_field(field) for field in ("name", "code"))
    assert Col("A", name) == Col("A", name)
    assert hash(Col("A", name)) == hash(Col("A", name))
    assert Col("A", name) != Col("B", name)
    assert Col("A", name) != Col("A", code)
    assert Col("A", name) != name


def columns_of(query):
    """Return the columns of a query as this module and as Django lists them."""
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    mask = query.get_select_mask()
    return compiler.get_default_columns(mask), _columns(compiler, mask)


def test_columns_of_a_table_are_those_that_django_lists():
    """By the table's own name and by another one, twice each; all columns and a choice of them."""
    for label in ("registers", "workflows"):
        for model in apps.get_app_config(label).get_models():
            renamed = model._base_manager.all().query.clone()
            renamed.get_initial_alias()
            renamed.bump_prefix(Query(model))
            for query in (model._base_manager.all().query, model._base_manager.only("pk").query, renamed) * 2:
                ours, theirs = columns_of(query)
                assert ours == theirs
                assert [column.output_field for column in ours] == [column.output_field for column in theirs]
                ours.clear()  # what a caller does to his list is his own
    assert {column.alias for column in columns_of(renamed)[0]} != {model._meta.db_table}


def test_copy_of_an_expression_is_the_one_that_copy_makes():
    """Whatever was read of it before; what is changed in the copy is not changed in the first."""
    units = apps.get_model("registers", "Unit").objects
    query = units.filter(Exists(units.filter(pk=1)), code="x").query
    for made in (
        *query.where.children,
        Col("A", units.model._meta.get_field("name")),
        Value(3),
        Count("pk"),
        Value(1) + Value(2),
        Case(When(Q(pk=1), then=Value(2)), default=Value(0)),
    ):
        made.convert_value, made.identity  # noqa: B018 (kept by the expression when they are first read)
        ours, theirs = made.copy(), copy.copy(made)
        assert ours.__class__ is theirs.__class__
        assert ours.__dict__.keys() == theirs.__dict__.keys()
        assert ours == theirs == made
        ours.added = 1
        assert not hasattr(made, "added")
