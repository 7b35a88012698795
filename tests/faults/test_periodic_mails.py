"""Mails among real processes: killed over one, two at once. At most one repeat a crash, none lost."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F

from registers.models import User
from tests.faults.test_periodic import SWEEP
from workflows.messages import notifications
from workflows.models import Notification

pytestmark = [pytest.mark.pg, pytest.mark.redis, pytest.mark.database("site")]


@pytest.fixture
def owed(demo_year):
    """Twelve people with an urgent message each; their addresses in the order in which they are mailed."""
    people = list(User.objects.filter(name__startswith="某").order_by("pk"))
    at = demo_year.clock.set("2026-09-21 09:00")
    notifications.post(people, kind="submission.nudge", key="nudge", text="请办理。", submission=None, at=at)
    assert list(notifications.owed().order_by("pk").values_list("recipient", flat=True)) == [who.pk for who in people]
    return [who.email for who in people]


def mailed(site):
    """Address → how many mails went there."""
    found = Counter()
    for (address, _), number in site.mails().items():
        found[address] += number
    return found


def killed_over(site, address, when, *without):
    """A worker's child is killed over the mail to ``address``; its task comes back and does what it can do at once."""
    (site.folder / when).write_text(address)
    site.ready(site.worker("life", *without))
    site.run(SWEEP)
    assert len(site.notes("begun", SWEEP)) == 2


def claims_lapse():
    """Let the time go by in which a claim holds."""
    span = timedelta(seconds=notifications.CLAIM_SECONDS + 1)
    Notification.objects.filter(mailed_at=None).update(mail_claimed_at=F("mail_claimed_at") - span)


@pytest.mark.parametrize(("when", "times"), [("dies-after", 2), ("dies-before", 1)])
def test_worker_killed_over_a_mail_repeats_at_most_that_one_and_loses_none(site, owed, when, times):
    killed_over(site, owed[5], when)
    others = Counter(address for address in owed if address != owed[5])
    assert mailed(site) == others + Counter({owed[5]: times - 1})

    claims_lapse()
    site.run(SWEEP)
    assert mailed(site) == others + Counter({owed[5]: times})
    assert not notifications.owed().exists()

    claims_lapse()
    site.run(SWEEP)
    assert mailed(site)[owed[5]] == times


def test_mail_that_is_marked_before_it_is_sent_is_lost_with_its_worker(site, owed):
    """Control of the test above: why one repeat is put up with."""
    killed_over(site, owed[5], "dies-before", "marking_afterwards")
    claims_lapse()
    site.run(SWEEP)

    assert mailed(site) == Counter(address for address in owed if address != owed[5])


def test_two_workers_in_the_middle_of_their_mails_send_each_once(site, owed):
    site.ready(site.worker("haste"), site.worker("haste"))
    site.run(SWEEP, times=2)

    assert mailed(site) == Counter(owed)
    assert len({note["pid"] for note in site.notes("begun", SWEEP)}) == 2


def test_without_claims_two_workers_send_mails_twice(site, owed):
    """Control of the test above."""
    site.ready(site.worker("haste", "claims"), site.worker("haste", "claims"))
    site.run(SWEEP, times=2)

    assert set(mailed(site)) == set(owed)
    assert mailed(site)[owed[0]] == 2
