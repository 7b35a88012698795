"""Rows that are inserted without instances, against ``bulk_create``."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from registers.inserting import insert
from registers.models import User

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
        lambda: User.objects.bulk_create([User(password="!", **row) for row in rows]),
    ):
        with transaction.atomic():
            make()
            found.append(list(User.objects.filter(password="!").order_by("number").values()))
            transaction.set_rollback(True)
    for row in (*found[0], *found[1]):
        del row["id"]

    assert found[0] == found[1]
    assert len(found[0]) == len(rows)


def test_row_that_is_not_allowed_is_refused_as_from_instances():
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(User, [{"number": "N1", "name": "甲"}, {"number": "N1", "name": "乙"}], password="!")
    assert not User.objects.filter(number="N1").exists()
