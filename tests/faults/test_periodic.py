"""The daily run among real processes: two schedulers, killed workers. Nothing is lost, nothing doubled. Source: R1-12.

Workers and schedulers are started as in production, on the database of the test; what has to come out is worked out
beforehand, the slow way (``due``). The controls take one protection away from the children and see the damage.
"""

import os
import signal
from collections import Counter
from datetime import date

import pytest

from tests.faults import due
from tests.faults.programs import Held
from workflows.models import DailyRun, Notification, Reminder

pytestmark = [pytest.mark.pg, pytest.mark.redis, pytest.mark.database("site")]

REMIND, SWEEP = "workflows.remind", "workflows.sweep"
DIGEST = "【廉政风险防控】今日提醒"
SUNDAY, MONDAY = date(2026, 9, 20), date(2026, 9, 21)  # the search sheets are due on a Sunday that is worked


@pytest.fixture
def monday(demo_year):
    """Monday at nine; the lines that have to be written."""
    demo_year.clock.set("2026-09-21 09:00")
    lines = due.lines(MONDAY)
    assert len(due.people(lines)) > 14
    return lines


def once(lines, on=MONDAY):
    """Is everything said, and said once?"""
    return (due.written(on), due.digests(on)) == (sorted(lines), due.people(lines))


def nothing():
    return not (Reminder.objects.exists() or Notification.objects.exists() or DailyRun.objects.exists())


# --- Two at once ------------------------------------------------------------------------------------------


def test_two_schedulers_and_two_workers_say_everything_once(demo_year, site):
    demo_year.clock.set("2026-09-20 07:10")
    site.scheduler("sweep"), site.scheduler("sweep")
    site.ready(site.worker(), site.worker())
    site.done(REMIND, 2)
    assert nothing()  # before eight

    for day in (SUNDAY, MONDAY):
        lines = due.lines(day)
        with Held(site, Notification) as held:
            demo_year.clock.set(f"{day} 08:05")
            held.waiting(2)  # one in the middle of the day's reminders, the other behind it
        demo_year.clock.set(f"{day} 17:05")
        site.done(REMIND, 3)
        assert once(lines, day), day

    assert DailyRun.objects.exclude(finished_at=None).count() == DailyRun.objects.count() == 2
    site.run(SWEEP)
    assert site.mails() == Counter(
        (f"{number}@example.edu.cn", DIGEST) for number in due.digests(SUNDAY) + due.digests(MONDAY)
    )


def test_without_their_turns_two_workers_send_everybody_two_digests(monday, site):
    """Control of the test above."""
    site.ready(site.worker("turns"), site.worker("turns"))

    with Held(site, Notification) as held:
        site.send(REMIND), site.send(REMIND)
        held.waiting(2)
    site.until(lambda: len(site.notes("ended", REMIND)) == 2, "both have ended")

    assert set(Counter(due.digests(MONDAY)).values()) == {2}


# --- Killed in the middle ---------------------------------------------------------------------------------


def held_up(site, held):
    """A worker is in the middle: the ledger is written, the digests are not. The backend, and the process that it works for."""
    site.send(REMIND)
    return held.waiting(1), site.notes("begun", REMIND)[-1]["pid"]


def killed_in_the_middle(site, *without):
    """A worker with its child is killed there, as by a power cut."""
    [worker] = site.ready(site.worker(*without))
    with Held(site, Notification) as held:
        backends, _ = held_up(site, held)
        worker.kill()
        held.hang_up(backends)


def test_killed_worker_leaves_nothing_half_and_its_message_comes_back_to_another(monday, site, broker):
    killed_in_the_middle(site)
    assert nothing()
    assert broker.holds() == (0, 1)

    broker.visibility_ends()
    site.worker()
    site.until(lambda: site.notes("ended", REMIND), "the message has come back")
    assert once(monday)

    site.run(REMIND)
    assert once(monday)


def test_with_early_acknowledgement_the_message_is_lost_and_the_next_hour_makes_up_for_it(monday, site, broker):
    """Control of the test above, and what holds even so: the database knows that the day is not done."""
    killed_in_the_middle(site, "late_acknowledgement")
    assert nothing()
    assert broker.holds() == (0, 0)  # lost

    site.worker()
    site.run(REMIND)
    assert once(monday)


def test_without_the_transaction_a_killed_worker_loses_every_digest(monday, site):
    """Control: the ledger says that all has been said, and nobody has heard anything."""
    killed_in_the_middle(site, "transaction")
    site.worker()
    site.run(REMIND)

    assert due.written(MONDAY) == sorted(monday)
    assert due.digests(MONDAY) == []


def test_killed_child_gives_its_task_back_to_its_own_worker(monday, site):
    """What the kernel does when memory runs out: it ends the child, and the parent lives."""
    site.ready(site.worker())
    with Held(site, Notification) as held:
        backends, child = held_up(site, held)
        os.kill(child, signal.SIGKILL)
        held.hang_up(backends)
        held.waiting(1)  # again, in another child
        assert nothing()
    site.until(lambda: site.notes("ended", REMIND), "done again")

    assert len({note["pid"] for note in site.notes("begun", REMIND)}) == 2
    assert once(monday)


def test_task_of_a_killed_child_is_lost_where_it_is_not_given_back(monday, site, broker):
    """Control of the test above."""
    site.ready(site.worker("return_of_a_lost_childs_task"))
    with Held(site, Notification) as held:
        backends, child = held_up(site, held)
        os.kill(child, signal.SIGKILL)
        held.hang_up(backends)
        site.until(lambda: broker.holds() == (0, 0), "the message is gone")

    assert nothing()


def test_parent_killed_alone_its_child_and_whoever_gets_the_message_next_do_it_once(monday, site, broker):
    [worker] = site.ready(site.worker())
    with Held(site, Notification) as held:
        held_up(site, held)
        worker.kill_alone()
        broker.visibility_ends()
        site.worker()
        held.waiting(2)  # the orphan is still at it, and another has the same message
    site.until(lambda: site.notes("ended", REMIND)[1:] or broker.holds() == (0, 0), "the second is through")

    assert once(monday)
