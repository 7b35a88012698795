"""Columns are told apart as Django tells them apart."""

from itertools import product

import pytest
from django.apps import apps
from django.db.models import BigIntegerField
from django.db.models.expressions import Col, Expression

from registers.column_identity import _identity

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
