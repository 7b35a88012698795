"""A query whose SQL is kept asks the same as one that is made anew."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import F, Q, Value
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from registers.actors import Actor
from registers.models import Appointment, Post, Unit, User
from registers.prepared import HOW_MANY, Given, Prepared, PreparedUpdate
from tests.factories import appoint, make_person

pytestmark = pytest.mark.database("sqlite", "postgresql")


def test_rows_are_those_of_the_person_asked_of(campus, django_assert_num_queries):
    query = Prepared(Appointment.objects.filter(user=Given("person")).order_by("pk").values_list("role", "unit_id"))
    for user in (campus.head, campus.clerk, campus.office):
        with django_assert_num_queries(1):
            found = query.of(person=user.pk)
        assert found == list(user.appointments.order_by("pk").values_list("role", "unit_id"))
    assert query.of(person=campus.head.pk)
    assert query.of(person=campus.clerk.pk) == []


def test_rows_are_those_of_the_moment(campus):
    query = Prepared(Unit.objects.order_by("pk").values_list("pk", "name"))
    before = query.of()
    Unit.objects.filter(pk=campus.unit.pk).update(name="新名")
    assert {*query.of()} - {*before} == {(campus.unit.pk, "新名")}


def test_instances_are_those_of_an_ordinary_query(campus, django_assert_num_queries):
    """With what is joined and what is left out, and with the values of the fields as Python has them."""
    rows = Appointment.objects.select_related("user", "unit").defer("user__password").order_by("pk")
    query = Prepared(rows.filter(since__lte=Given("on")))
    for on in (date(2026, 9, 15), date(1990, 1, 1)):
        with django_assert_num_queries(1):
            found = query.of(on=on)
            told = [(row, row.since, row.user.number, row.unit.name, row.user.get_deferred_fields()) for row in found]
        assert told == [
            (row, row.since, row.user.number, row.unit.name, {"password"}) for row in rows.filter(since__lte=on)
        ]
    assert not found


def test_within_ids_is_among_them(campus):
    """Also where nothing is among none, where the column may be empty, and in a query that is not prepared."""
    units, posts = list(Unit.objects.all()), Post.objects.all()
    inside, outside = (
        Prepared(User.objects.filter(condition).order_by("pk").values_list("pk", flat=True))
        for condition in (Q(unit__within=Given("units")), ~Q(unit__within=Given("units")))
    )
    User.objects.filter(pk=campus.office.pk).update(unit=None)
    people = User.objects.order_by("pk")
    for among in ([], {units[0].pk}, {unit.pk for unit in units}):
        for condition, query in ((Q(unit__in=among), inside), (~Q(unit__in=among), outside)):
            assert query.of(units=among) == list(people.filter(condition).values_list("pk", flat=True))
        for rows, path in ((people, "unit"), (posts.order_by("pk"), "unit"), (people, "appointments__unit")):
            for way in (rows.filter, rows.exclude):
                assert list(way(**{f"{path}__within": among})) == list(way(**{f"{path}__in": among}))
    roles = ["unit_head", "liaison"]
    appointments = Appointment.objects.order_by("pk")
    assert list(appointments.filter(role__within=roles)) == list(appointments.filter(role__in=roles)) != []


def test_lock_is_refused_outside_of_a_transaction(campus, monkeypatch):
    query = Prepared(Unit.objects.filter(pk=Given("pk")).select_for_update())
    assert query.of(pk=campus.unit.pk) == [campus.unit]
    with monkeypatch.context() as patch, pytest.raises(TransactionManagementError):
        patch.setattr(connections["default"], "in_atomic_block", False)
        query.of(pk=campus.unit.pk)


def test_update_writes_what_an_ordinary_one_writes(campus, django_assert_num_queries):
    """What is given, as its column has it, and what follows from the row; and says how many rows there were."""
    rows = User.objects.filter(unit=Given("unit"), is_active=True)
    update = PreparedUpdate(rows, title=Given("title"), left_on=Given("left_on"), rank=F("number"))
    for title, left_on in (("甲%s", date(2026, 9, 15)), ("", None)):
        with django_assert_num_queries(1):
            written = update.of(unit=campus.unit.pk, title=title, left_on=left_on)
        found = User.objects.filter(unit=campus.unit)
        assert {(one.title, one.left_on, one.rank == one.number) for one in found} == {(title, left_on, True)}
        assert written == found.count()
    assert update.of(unit=0, title="无", left_on=None) == 0
    assert not User.objects.filter(title="无").exists()


def test_update_that_is_not_allowed_is_refused_as_ever(campus):
    update = PreparedUpdate(User.objects.filter(pk=Given("pk")), number=Given("number"))
    with pytest.raises(IntegrityError), transaction.atomic():
        update.of(pk=campus.head.pk, number=campus.clerk.number)
    assert User.objects.filter(number=campus.clerk.number).count() == 1


def test_values_are_read_as_ever(campus):
    """Each query by the types of its own columns, at every asking."""
    by_name, by_day = (
        Prepared(Appointment.objects.filter(user=Given("person")).order_by("pk").values_list(column, flat=True))
        for column in ("user__name", "since")
    )
    for _ in range(2):
        assert set(by_name.of(person=campus.head.pk)) == {campus.head.name}
        assert {type(day) for day in by_day.of(person=campus.head.pk)} == {date}


def test_rows_are_counted(campus):
    query = Prepared(User.objects.filter(unit=Given("unit")).order_by().values_list(HOW_MANY))
    for unit in Unit.objects.all():
        assert query.number(unit=unit.pk) == unit.people.count()


def test_number_that_no_column_holds_finds_nothing(campus):
    """It comes from an address that somebody typed."""
    assert Prepared(Unit.objects.filter(pk=Given("pk"))).of(pk=10**30) == []


def test_roles_of_two_days_are_kept_apart(campus):
    day = date(2026, 9, 15)
    user = make_person("己九", campus.unit)
    appoint(user, campus.unit, "liaison", since=day)
    assert Actor(user, on=day).has("liaison")
    assert not Actor(user, on=day - timedelta(days=1)).has("liaison")


def test_slices_are_read_without_the_rest(campus, django_assert_num_queries):
    """By one statement, of which nothing but the number of rows differs."""
    rows = User.objects.order_by("pk")
    people = Prepared(rows.filter(pk__gt=Given("after"))).parts(after=0)
    for start, stop in ((0, 2), (2, 4), (0, 100), (100, 102)):
        with django_assert_num_queries(1):
            found = people[start:stop]
        assert found == list(rows[start:stop])
    assert Prepared(rows.filter(pk__gt=Given("after"))).of(after=0) == list(rows)


@pytest.mark.parametrize("planned", [False, True])
def test_plan_that_is_kept_gives_the_same_rows(campus, planned):
    """Asked often enough for PostgreSQL to keep its plan; for values of every type, also none and a list of none."""
    people = User.objects.filter(pk__within=Given("ids"), number__within=Given("numbers"), joined_on__lt=Given("day"))
    ours = Prepared(people.values_list("pk", "number", Value("50 %")).order_by("pk"), planned=planned)
    everybody = list(User.objects.order_by("pk").values_list("pk", "number"))
    User.objects.update(joined_on=date(2020, 1, 1))
    for among in (everybody, everybody[:1], [], everybody) * 4:
        asked = {"ids": {pk for pk, _ in among}, "numbers": [number for _, number in among]}
        assert ours.of(**asked, day=date(2026, 1, 1)) == [(*one, "50 %") for one in among]
        assert ours.of(**asked, day=date(2019, 1, 1)) == []
    active = Prepared(User.objects.filter(is_active=Given("active"), name=Given("name")), planned=planned)
    for name, there in ((campus.head.name, 1), ("", 0)) * 8:
        assert len(active.of(active=True, name=name)) == there


@pytest.mark.pg
def test_plan_is_made_once_for_a_connection(campus):
    statement = Prepared(User.objects.filter(pk=Given("pk")).values_list("pk"), planned=True)
    with CaptureQueriesContext(connection) as queries:
        for user in (campus.head, campus.clerk):
            assert statement.of(pk=user.pk) == [(user.pk,)]
    assert [query["sql"].partition(" ")[0] for query in queries] == ["EXECUTE", "EXECUTE"]
    first = queries[0]["sql"].split()[1]
    del connections["default"].__dict__["_plans"]  # as after a new connection
    with CaptureQueriesContext(connection) as queries:
        assert statement.of(pk=campus.head.pk) == [(campus.head.pk,)]
    assert queries[0]["sql"].split()[1] != first


@pytest.mark.pg
def test_no_plan_is_kept_where_a_connection_may_be_another_one(campus, settings):
    settings.KEEPS_PLANS = False
    statement = Prepared(User.objects.filter(pk=Given("pk")).values_list("pk"), planned=True)
    with CaptureQueriesContext(connection) as queries:
        assert statement.of(pk=campus.head.pk) == [(campus.head.pk,)]
    assert queries[0]["sql"].startswith("SELECT")
