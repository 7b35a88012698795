"""A query whose SQL is kept asks the same as one that is made anew."""

from datetime import date, timedelta

import pytest

from registers.actors import Actor
from registers.models import Appointment, Scheme, Unit
from registers.prepared import ANY_ID, Prepared
from tests.factories import appoint, make_person

pytestmark = pytest.mark.database("both")


def test_rows_are_those_of_the_person_asked_of(campus, django_assert_num_queries):
    query = Prepared(Appointment.objects.filter(user=ANY_ID).order_by("pk").values_list("role", "unit_id"))
    for user in (campus.head, campus.clerk, campus.office):
        with django_assert_num_queries(1):
            found = query.of(user.pk)
        assert found == list(user.appointments.order_by("pk").values_list("role", "unit_id"))
    assert query.of(campus.head.pk)
    assert query.of(campus.clerk.pk) == []


def test_rows_are_those_of_the_moment(campus):
    query = Prepared(Unit.objects.order_by("pk").values_list("pk", "name"))
    before = query.of()
    Unit.objects.filter(pk=campus.unit.pk).update(name="新名")
    assert {*query.of()} - {*before} == {(campus.unit.pk, "新名")}


def test_what_a_database_does_not_give_as_it_is_is_refused(db):
    with pytest.raises(TypeError, match="ids and texts alone"):
        Prepared(Scheme.objects.values_list("document")).of()


def test_roles_of_two_days_are_kept_apart(campus):
    day = date(2026, 9, 15)
    user = make_person("己九", campus.unit)
    appoint(user, campus.unit, "liaison", since=day)
    assert Actor(user, on=day).has("liaison")
    assert not Actor(user, on=day - timedelta(days=1)).has("liaison")
