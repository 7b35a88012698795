"""Locks are taken in one order everywhere, the end of the audit chain last: two people may wait, never for each other."""

import re
import time
from datetime import date

import pytest
from django.db import OperationalError, connection, transaction

from registers import audit
from registers.models import AuditEntry
from tests.factories import make_person, make_post
from tests.faults.races import losers, together
from tests.personas import point
from workflows import terms
from workflows.campaign import campaigns, owing, rosters
from workflows.models import CampaignTask, Submission
from workflows.routing import moves

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database("sqlite", "postgresql")]

TABLE = re.compile(r'(?:UPDATE|FROM) "(\w+)"')


class Order:
    """Watches the transactions of a test: ``wrong`` has what was locked only after the chain's end."""

    def __init__(self):
        self.wrong, self.acts, self._held, self._at_the_end = set(), 0, set(), False

    def __call__(self, execute, sql, params, many, context):
        if connection.in_atomic_block:
            if not any(call == self._end for _, call, _ in connection.run_on_commit):  # another transaction
                self._held, self._at_the_end = set(), False
                transaction.on_commit(self._end)
            if sql.startswith(("UPDATE", "DELETE")) or " FOR UPDATE" in sql:
                self._lock(TABLE.search(sql).group(1))
        return execute(sql, params, many, context)

    def _end(self):
        """Mark the transaction as the one that is being watched, for as long as it lasts."""

    def _lock(self, table):
        if table == "registers_audithead":
            self.acts += not self._at_the_end
            self._at_the_end = True
        elif not self._at_the_end:
            self._held.add(table)
        elif table not in self._held:
            self.wrong.add(table)


def play(year):
    """Go through the acts of a year that lock more than one thing."""
    campus, campaign = year.campus, year.campaign
    office, search = year.actor(campus.office), year.sheet("personal-search")
    year.review(year.submit(search, year.points(search, point())))
    year.agree(year.again(search), campus.office)
    own = year.sheet("personal-search", campus.head)
    year.send_back(year.submit(own, year.points(own, point())), campus.deputy)
    later = CampaignTask.objects.get(code="personal-control")
    terms.move(later, due_on=date(2026, 12, 1), reason="推迟", actor=office, at=year.clock.now)
    year.graded("grade-2")
    phase = year.again(search).task.phase
    campaigns.close_phase(phase, actor=office, reason="按期结束", at=year.clock.now)
    campaigns.reopen_phase(phase, actor=office, at=year.clock.now)
    make_post(campus.unit, "新岗位", make_person("新人", campus.unit))
    campus.post.incumbencies.update(until=year.clock.today)
    year.at("09-25")
    assert rosters.reconcile(campaign, at=year.clock.now)
    year.at("12-16")
    assert campaigns.open_due(at=year.clock.now)


def reopen(year):
    """Open a phase again when its sheets are due, so that they open with it."""
    year.at("12-15")
    phase, office = CampaignTask.objects.get(code="self-inspection").phase, year.actor(year.campus.office)
    campaigns.close_phase(phase, actor=office, reason="按期结束", at=year.clock.now)
    year.at("12-16")
    campaigns.reopen_phase(phase, actor=office, at=year.clock.now)


@pytest.mark.parametrize(("acts", "fewest"), [(play, 10), (reopen, 2)])
def test_nothing_is_locked_after_the_end_of_the_chain(year, acts, fewest):
    order = Order()
    with connection.execute_wrapper(order):
        acts(year)
    assert order.wrong == set()
    assert order.acts >= fewest
    assert audit.verify()[1] == []


def test_without_waiting_for_the_end_sheets_are_locked_after_the_chain(year, monkeypatch):
    """Control of the test above."""
    monkeypatch.setattr(audit, "_kept", lambda: None)
    order = Order()
    with connection.execute_wrapper(order):
        reopen(year)
    assert "workflows_submission" in order.wrong


# --- Two connections --------------------------------------------------------------------------------------


@pytest.fixture
def two_acts(year, monkeypatch):
    """The office opens a phase again, and thereby its sheets, while somebody is about to finish an act on one of them."""
    year.at("12-15")
    phase, office = CampaignTask.objects.get(code="self-inspection").phase, year.actor(year.campus.office)
    campaigns.close_phase(phase, actor=office, reason="按期结束", at=year.clock.now)
    year.at("12-16")
    at, opened, sheet = year.clock.now, owing._open, Submission.objects.filter(task__code="self-inspection").first()

    def slow_opening(*args):
        time.sleep(0.4)  # before it locks the sheets
        return opened(*args)

    @transaction.atomic
    def act():
        moves.locked(sheet.pk)
        time.sleep(0.6)
        audit.append("organisation.change", about=sheet, at=at)

    monkeypatch.setattr(owing, "_open", slow_opening)
    return lambda: campaigns.reopen_phase(phase, actor=office, at=at), act


@pytest.mark.pg
def test_two_acts_on_the_same_sheets_come_in_turn(two_acts):
    assert losers(together(*two_acts)) == []
    assert AuditEntry.objects.filter(act__in=["phase.reopen", "organisation.change"]).count() == 2


@pytest.mark.pg
def test_with_the_chain_locked_first_they_wait_for_each_other(two_acts, monkeypatch):
    """Control of the test above: PostgreSQL ends one of them."""
    monkeypatch.setattr(audit, "_kept", lambda: None)
    [lost] = losers(together(*two_acts))
    assert isinstance(lost, OperationalError)
    assert lost.__cause__.pgcode == "40P01"
