"""In force on a day, and within a stretch of days: one rule in two forms."""

from datetime import date
from itertools import combinations

import pytest

from registers.models import Appointment
from tests.factories import appoint, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

DAYS = [date(2026, 9, day) for day in range(1, 6)]


def test_row_holds_within_a_stretch_when_it_is_in_force_on_one_of_its_days(campus):
    rows = []
    for number, (since, until) in enumerate([*combinations(DAYS, 2), *((day, None) for day in DAYS)]):
        row = appoint(make_person(f"某{number}", campus.unit), campus.unit, "liaison", since)
        Appointment.objects.filter(pk=row.pk).update(until=until)
        rows.append(row.pk)
    mine = Appointment.objects.filter(pk__in=rows)

    for since, until in combinations(DAYS, 2):
        stretch = [day for day in DAYS if since <= day < until]
        wanted = {pk for day in stretch for pk in mine.in_force(day).values_list("pk", flat=True)}
        assert set(mine.within(since, until).values_list("pk", flat=True)) == wanted, (since, until)
