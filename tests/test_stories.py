"""A story that is put back leaves what playing it leaves: in the tables, in the objects, at the clock."""

import re
from datetime import date

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection, transaction
from django.db.models import Sum

from registers.counts import KEY
from registers.models import Job, PointCount, RiskPoint, Unit
from tests.personas import Year, point
from tests.stories import contents, played_once
from workflows.models import Notification, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

BYTES = bytes(range(256))


class Told:
    """A story told once: ``played`` says how often it has really been played."""

    def __init__(self):
        self.played = 0
        self.tell = played_once(self._play)

    def _play(self, year):
        """Rows come, change and go, one has JSON and one has bytes; the people and the clock are not what they were."""
        self.played += 1
        Notification.objects.filter(recipient=year.campus.clerk).delete()
        year.searched(point("甲"), point("乙", category="morality"))
        Job.objects.create(kind="ledger", owner=year.campus.office, content=BYTES, created_at=year.clock.now)
        Unit.objects.filter(pk=year.campus.unit.pk).update(name="计划财务处")
        year.campus.unit.refresh_from_db()
        mail.send_mail("结果", "已备案", None, ["clerk@example.edu.cn"])
        transaction.on_commit(wake)
        return year, year.sheet("personal-search"), Year(year.campus, year.clock, number=2027, campaign=year.campaign)


def wake():
    raise AssertionError("nothing is committed here")


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def stand(clock, beginnings):
    """Let a function act at the beginnings as a test does: what it does to the tables is gone afterwards."""

    def stand(act):
        with transaction.atomic():
            clock.set("2026-09-15 10:00")
            mail.outbox.clear()
            queued = len(connection.run_on_commit)
            try:
                return act(beginnings.year(beginnings.campus(), clock))
            finally:
                del connection.run_on_commit[queued:]
                transaction.set_rollback(True)

    return stand


def rows():
    """All rows, as the models read them. Of what triggers count, the sums: a story may count in other steps."""
    counted = PointCount.objects.order_by(*KEY).values_list(*KEY).annotate(sum=Sum("number")).exclude(sum=0)
    return {PointCount._meta.label: [list(row) for row in counted]} | {
        model._meta.label: [
            [bytes(value) if isinstance(value, memoryview) else value for value in row]
            for row in model._base_manager.order_by("pk").values_list()
        ]
        for model in apps.get_models(include_auto_created=True)
        if model is not PointCount
    }


def told_rows(told):
    def act(year):
        before = rows()
        told.tell(year=year)
        after = rows()
        assert before != after
        connection.check_constraints()
        return after

    return act


def test_rows_are_those_of_the_story_as_it_was_played(told, stand):
    first = stand(told_rows(told))
    assert [stand(told_rows(told)) for _ in range(2)] == [first, first]
    assert told.played == 1
    [written] = first["registers.Job"]
    assert BYTES in written


def test_rows_are_those_of_a_story_played_anew(told, stand):
    """What hangs on numbers apart: the database gives each of them away once."""

    def words(value):
        return isinstance(value, bool | date | bytes) or (isinstance(value, str) and not re.search(r"\d", value))

    def read(act):
        return {table: [list(filter(words, row)) for row in found] for table, found in stand(act).items()}

    first = read(told_rows(told))
    assert read(told_rows(told)) == read(told_rows(Told())) == first


def test_objects_are_the_callers_own(told, stand):
    first, *_ = stand(lambda year: told.tell(year=year))

    def act(year):
        campus, clock = year.campus, year.clock
        same, sheet, second = told.tell(year=year)
        assert (same is year, year.campus is campus, year.clock is clock) == (True, True, True)
        assert (second.campus is campus, second.clock is clock, second.number) == (True, True, 2027)
        assert campus.unit.name == "计划财务处"
        assert same is not first
        assert campus is not first.campus
        assert sheet == Submission.objects.get(pk=sheet.pk)
        assert sheet.state == "filed"
        return True

    assert stand(act)
    assert told.played == 1


def test_clock_mails_and_what_waits_for_the_commit_are_put_back(told, stand):
    def act(year):
        told.tell(year=year)
        return f"{year.clock.now:%Y-%m-%d %H:%M}", [letter.subject for letter in mail.outbox], queue()

    def queue():
        return [call for _, call, _ in connection.run_on_commit]

    first = stand(act)
    assert first[:2] == ("2027-09-15 10:00", ["结果"])
    assert wake in first[2]
    assert stand(act) == first
    assert told.played == 1


def test_what_one_test_changes_does_not_reach_the_next(told, stand):
    def spoil(year):
        _, sheet, _ = told.tell(year=year)
        RiskPoint.objects.update(content="改了")
        Submission.objects.filter(pk=sheet.pk).update(step="改了")
        Notification.objects.all().delete()
        sheet.state = year.campus.unit.name = year.campus.clerk.name = "改了"
        year.number = 1999

    def look(year):
        _, sheet, _ = told.tell(year=year)
        return sheet.state, year.campus.unit.name, year.campus.clerk.name, year.number, rows()

    first = stand(look)
    stand(spoil)
    assert stand(look) == first
    assert told.played == 1


def test_life_goes_on_after_a_story(told, stand):
    def act(year):
        told.tell(year=year)
        year.clock.set("2026-10-09 15:00")
        sheet = year.sheet("personal-grading")
        return year.submit(sheet, year.grades(sheet, "grade-1", "grade-2")).state

    assert [stand(act) for _ in range(3)] == ["in_review"] * 3
    assert told.played == 1


def test_whoever_stands_elsewhere_plays_for_himself(told, stand):
    def later(year):
        year.at("09-16")
        told.tell(year=year)

    def renamed(year):
        Unit.objects.filter(pk=year.campus.other_unit.pk).update(name="招生处")
        told.tell(year=year)
        return Unit.objects.get(pk=year.campus.other_unit.pk).name

    stand(lambda year: told.tell(year=year))
    stand(later)
    assert told.played == 2
    assert stand(renamed) == "招生处"
    assert told.played == 3
    # Each of these beginnings is known from now on.
    stand(later)
    assert stand(renamed) == "招生处"
    assert told.played == 3


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_every_test_plays(year):
    played = []
    tell = played_once(lambda year: played.append(year.number))
    tell(year=year)
    tell(year=year)
    assert len(played) == 2


def test_key_of_every_row_stands_first_in_it():
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            columns = connection.introspection.get_table_description(cursor, model._meta.db_table)
            assert columns[0].name == model._meta.pk.column, model


def test_every_table_of_the_project_is_looked_at():
    assert {model._meta.db_table for model in apps.get_models(include_auto_created=True)} <= set(contents())
