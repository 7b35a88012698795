"""Newcomers and sheets whose day has come, under two real workers at once: each sheet once. Source: R0-26, R1-29."""

from collections import Counter

import pytest
from django.db import connection

from registers.models import AuditEntry
from tests.factories import make_person, make_post
from tests.faults.programs import Held
from tests.faults.test_periodic import REMIND, SWEEP
from workflows.models import Notification, RosterChange, Submission

pytestmark = [pytest.mark.pg, pytest.mark.redis, pytest.mark.database("site")]


@pytest.fixture
def newcomers(demo_year):
    """Three people who came into posts after the campaign had opened, and the sheets that each of them has to get."""
    demo_year.clock.set("2026-09-16 07:30")
    unit = demo_year.campus.unit
    people = [make_person(f"新{number}", unit) for number in range(3)]
    for number, person in enumerate(people):
        make_post(unit, f"新岗{number}", person)
    like = Submission.objects.filter(person__name="某0").values_list("task__code", flat=True)
    assert len(like) > 1
    return Counter({(person.number, code): 1 for person in people for code in like})


def got():
    rows = Submission.objects.filter(person__name__startswith="新").values_list("person__number", "task__code")
    return Counter(rows)


def both_at_once(site, task, held, *without):
    """Two workers do ``task`` while the test holds what both need; then it lets them go on."""
    site.ready(site.worker(*without), site.worker(*without))
    with held:
        site.send(task), site.send(task)
        held.waiting(2)
    site.until(lambda: len(site.notes("ended", task)) == 2, "both have ended")


def test_two_workers_give_each_newcomer_his_sheets_once(site, newcomers):
    both_at_once(site, REMIND, Held(site, Submission))

    assert got() == newcomers
    assert RosterChange.objects.count() == 3
    assert AuditEntry.objects.filter(act="campaign.roster").count() == 1
    opened = Submission.objects.filter(person__name__startswith="新", state="open").values_list("pk", flat=True)
    told = Notification.objects.filter(kind="submission.opened").values_list("submission", flat=True)
    assert sorted(told) == sorted(opened) != []
    assert Notification.objects.filter(kind="campaign.roster").count() == 1  # one liaison


def test_without_the_campaigns_lock_only_the_tables_own_rule_keeps_the_second_out(site, newcomers):
    """Control: both have come as far as writing the sheets."""
    both_at_once(site, REMIND, Held(site, Submission), "row_locks")

    assert got() == newcomers
    assert "IntegrityError" in site.said()


def test_without_the_tables_rule_as_well_newcomers_get_their_sheets_twice(site, newcomers):
    """Control: with the last protection gone, the damage is done."""
    rule = next(rule for rule in Submission._meta.constraints if rule.name == "submission_once_per_holder")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Submission, rule)
    try:
        both_at_once(site, REMIND, Held(site, Submission), "row_locks")
        assert set(got().values()) == {2}
    finally:
        site.end()
        Submission.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Submission, rule)


@pytest.fixture
def inspections(demo_year):
    """The sheets that open on 16 December."""
    demo_year.clock.set("2026-12-16 07:30")
    return Submission.objects.filter(task__code="self-inspection", state="waiting")


def openings():
    """Task or sheet → how often the log says that it was opened."""
    return set(Counter(AuditEntry.objects.filter(act="submission.opened", at__month=12).values_list("about")).values())


def test_two_workers_open_each_sheet_once(site, inspections):
    sheets = list(inspections.values_list("pk", flat=True))
    both_at_once(site, SWEEP, Held(site, rows=inspections))

    assert set(Submission.objects.filter(pk__in=sheets).values_list("state", flat=True)) == {"open"}
    assert openings() == {1}
    told = Notification.objects.filter(kind="submission.opened", submission__in=sheets)
    assert Counter(told.values_list("recipient", "submission")).most_common(1)[0][1] == 1


def test_without_row_locks_the_opening_is_put_on_record_twice(site, inspections):
    """Control of the test above."""
    both_at_once(site, SWEEP, Held(site, rows=inspections), "row_locks")

    assert openings() == {2}
