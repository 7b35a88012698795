"""Rows that are inserted without instances, against ``bulk_create``."""

import itertools
import uuid
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from registers.inserting import insert, insert_few, insert_instances
from registers.models import RiskCategory, RiskPoint, User

pytestmark = [pytest.mark.database("both"), pytest.mark.django_db]
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"name": TEXTS},
        optional={
            "title": TEXTS | st.sampled_from(["\\N", "\\.", "\t\n\r\\", "'\"%s"]),
            "is_party_member": st.booleans(),
            "left_on": st.none() | st.dates(date(1990, 1, 1)),
        },
    ),
    max_size=4,
)


@given(rows=ROWS)
def test_rows_are_those_that_instances_would_have_made(rows):
    rows = [{"number": f"N{n}", **row} for n, row in enumerate(rows)]
    found = []
    for make in (
        lambda: insert(User, rows, password="!"),
        lambda: insert_few(User, rows, password="!"),
        lambda: insert_instances([User(password="!", **row) for row in rows]),
        lambda: User.objects.bulk_create([User(password="!", **row) for row in rows]),
    ):
        with transaction.atomic():
            make()
            found.append(list(User.objects.filter(password="!").order_by("number").values()))
            transaction.set_rollback(True)
    for row in itertools.chain(*found):
        del row["id"]

    assert found[1:] == found[:1] * 3
    assert len(found[0]) == len(rows)


def test_row_that_is_not_allowed_is_refused_as_from_instances():
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(User, [{"number": "N1", "name": "甲"}, {"number": "N1", "name": "乙"}], password="!")
    assert not User.objects.filter(number="N1").exists()


def test_each_instance_gets_the_key_of_its_row(campus):
    """And every column is written as its field would have it."""
    category, factors = RiskCategory.objects.first(), [{"几率": "高"}, {}]
    points = [
        RiskPoint(
            level="unit", unit=campus.unit, category=category, content=f"{n}", factors=said, step_key=uuid.uuid4()
        )
        for n, said in enumerate(factors)
    ]
    insert_instances(points)

    there, columns = RiskPoint.objects.in_bulk(), [field.attname for field in RiskPoint._meta.concrete_fields]
    assert [[getattr(there[point.pk], name) for name in columns] for point in points] == [
        [getattr(point, name) for name in columns] for point in points
    ]
    assert len({point.pk for point in points}) == len(points)


def test_row_that_is_there_is_left_out():
    rows = [{"number": number, "name": "甲"} for number in ("N1", "N2", "N1")]
    keys = insert_few(User, rows, unless_there=True, password="!")
    assert insert_few(User, rows, unless_there=True, password="!") == []
    assert keys == list(User.objects.filter(password="!").order_by("number").values_list("pk", flat=True))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_few(User, rows[:1], password="!")
