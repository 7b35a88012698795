"""What holds today is what a paper prints: an end or a beginning that is recorded in advance changes nothing before its day."""

from datetime import date

import pytest

from registers.models import Appointment, Incumbency, Unit
from tests.factories import appoint, make_person
from tests.personas import point
from workflows.sheets import documents, sheet_for
from workflows.sheets.composing import fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

LAST_DAY = date(2026, 12, 31)


@pytest.fixture
def submitted(year):
    submission = year.sheet("personal-search")
    return year.submit(submission, year.points(submission, point()))


def test_head_whose_last_day_is_recorded_is_printed_and_open_reviews_stand(year, submitted):
    before = documents.digest(submitted)
    Appointment.objects.filter(user=year.campus.head, role="unit_head").update(until=LAST_DAY)

    assert documents.document(submitted)["fields"]["unit.head"] == year.campus.head.name
    assert documents.digest(submitted) == before


def test_head_is_printed_until_his_last_day_and_his_successor_from_then_on(year):
    """Both are recorded before the sheet is handed in."""
    campus = year.campus
    Appointment.objects.filter(user=campus.head, role="unit_head").update(until=LAST_DAY)
    appoint(campus.deputy, campus.unit, "unit_head", since=LAST_DAY)
    submission = year.sheet("personal-search")

    assert fields_of(submission, on=date(2026, 12, 30))["unit.head"] == campus.head.name
    assert fields_of(submission, on=LAST_DAY)["unit.head"] == campus.deputy.name


def test_who_stands_in_for_the_head_is_not_printed_as_head(year, submitted):
    campus = year.campus
    Appointment.objects.create(
        user=make_person("代一", campus.unit), unit=campus.unit, role="unit_head", since=date(2026, 9, 1), until=LAST_DAY,
        acting_for=campus.head,
    )  # fmt: skip

    assert documents.document(submitted)["fields"]["unit.head"] == campus.head.name


def test_successor_recorded_in_advance_is_given_a_measure_from_his_first_day(year):
    elsewhere = Unit.objects.create(code="ELSE", name="别处", unit_type="college", parent=year.campus.root, position=99)
    successor = make_person("庚一", elsewhere)
    Incumbency.objects.filter(post=year.campus.post).update(until=LAST_DAY)
    Incumbency.objects.create(post=year.campus.post, user=successor, since=LAST_DAY)

    def named():
        return sheet_for(year.sheet("personal-control")).nameable.named(successor.number)

    assert named() == ([], successor.number)

    year.clock.set("2026-12-31 09:00")
    assert named() == ([successor], "")
