"""Clocks that step: ahead and back, over midnight, in the middle of a run, over a day that is missed.

The oracle (``due``) is asked before every run. Controls: without the ledger things are said again; Celery's own scheduler
goes quiet.
"""

import datetime as dt
import shelve

import pytest
import time_machine
from celery.beat import PersistentScheduler

from registers import jobs
from registers.models import Job
from riskmgmt import health
from riskmgmt.beat import Scheduler
from riskmgmt.celery import app
from tests.faults import due
from tests.faults.programs import Held
from tests.faults.test_periodic import REMIND, once
from workflows.deadlines import holidays
from workflows.messages import notifications, reminders, robots
from workflows.models import Notification, Reminder, Robot, RobotMessage

pytestmark = pytest.mark.database("both")


# Days and hours that the clock shows, one after the other; at each of them the job runs.
STEPS = {
    "ahead three days and back": "14 09, 17 09, 14 09, 15 09, 16 09, 17 09, 18 09, 20 09, 21 09",
    "ahead over the due day and back": "17 09, 22 09, 18 08, 20 08, 21 08, 22 08, 23 08",
    "back a day": "18 09, 17 09, 18 09, 20 09, 18 09, 20 09, 21 09, 23 09",
    "back over midnight and on": "20 23, 21 00, 20 23, 21 00, 21 08, 20 23, 21 09, 22 09",
    "days missed wholly": "14 09, 24 09, 28 09",
    "missed, and back into what was missed": "14 09, 24 09, 21 09, 22 09, 24 10, 28 09",
    "ten minutes back at eight": "18 08, 18 07, 18 08, 20 08",
}


def play(year, steps):
    """Run the job at every step; each has to write what the oracle said before, and to one person one digest a day."""
    holidays.seed([2026])
    for step in steps.split(", "):
        day, hour = step.split()
        at = year.clock.set(f"2026-09-{day} {hour}:05")
        on, before = at.date(), set(due.written(at.date()))
        silent = before or on.weekday() == 5 or at.hour < 8
        wanted = before if silent else due.lines(on)
        reminders.remind(at=at)
        yield step, (due.written(on), due.digests(on)), (sorted(wanted), due.people(wanted))


@pytest.mark.django_db
@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_clock_that_steps_neither_loses_nor_doubles(year, steps):
    for step, found, wanted in play(year, steps):
        assert found == wanted, step

    # In the end everybody has heard of the last point that was reached, as if the clock had never stepped.
    last = max(Reminder.objects.values_list("day", flat=True))
    assert due.lines(last) == set()
    filler = Reminder.objects.filter(submission=year.sheet("personal-search"), recipient=year.campus.clerk)
    points = list(filler.order_by("pk").values_list("moment", flat=True))
    assert points == sorted(set(points))
    assert points[-1] == due.reached(year.sheet("personal-search").due_on, last)


@pytest.mark.django_db
def test_without_the_ledger_a_clock_that_steps_says_things_again(year, monkeypatch):
    """Control of the test above."""
    monkeypatch.setattr(reminders, "said_before", lambda due_days: {})

    assert any(found != wanted for _, found, wanted in play(year, STEPS["ahead three days and back"]))


@pytest.mark.django_db
def test_claim_from_before_the_clock_was_set_back_holds_nothing_up(year, clock):
    """A worker died over a mail, a robot's message and an export while the clock ran three days ahead."""
    campus = year.campus
    ahead = clock.set("2026-09-18 10:00")
    Notification.objects.all().delete()
    notifications.post([campus.clerk], kind="digest", key="digest", text="一条", submission=None, at=ahead)
    Notification.objects.update(mail_claimed_at=ahead, mail_attempts=1)
    robot = Robot.objects.create(
        unit=campus.unit, kind="wecom", label="群", url="x", made_by=campus.office, made_at=ahead
    )
    claimed = {"claimed_at": ahead, "attempts": 1}
    RobotMessage.objects.create(robot=robot, key="k", day=ahead.date(), text="t", created_at=ahead, **claimed)
    Job.objects.create(
        kind="ledger", owner=campus.office, parameters={}, created_at=ahead, started_at=ahead, attempts=1
    )

    def free(at):
        return notifications.unclaimed().count(), robots.unclaimed().count(), jobs.waiting(at).count()

    assert free(clock.set("2026-09-18 10:01")) == (0, 0, 0)
    # Two machines whose clocks are a minute apart do not take each other's work away.
    assert free(clock.set("2026-09-18 09:59")) == (0, 0, 0)
    assert free(clock.set("2026-09-15 10:00")) == (1, 1, 1)


@pytest.mark.django_db
def test_sign_of_life_from_the_future_is_none(clock):
    clock.set("2026-09-18 10:00")
    health.heartbeat()
    assert health.worker_answers()
    clock.set("2026-09-15 10:00")
    assert not health.worker_answers()


# --- The scheduler ----------------------------------------------------------------------------------------

NOW = dt.datetime(2026, 9, 15, 2, 0, tzinfo=dt.UTC)
AHEAD = dt.timedelta(days=3)


def sent_after_a_step_back(kind, file, *, restarted):
    """What a scheduler sends in the ten minutes after the machine's clock, three days ahead, was set right."""
    sent = []

    class Noting(kind):
        def apply_async(self, entry, **_):
            sent.append(entry.name)

    def ticks(scheduler, seconds, clock):
        for _ in range(seconds):
            while scheduler.tick() == 0:
                pass
            clock.shift(1)

    with time_machine.travel(NOW + AHEAD, tick=False) as clock:
        scheduler = Noting(app, schedule_filename=str(file))
        ticks(scheduler, 130, clock)
        assert set(sent) == {"sweep", "heartbeat"}
        sent.clear()
        clock.move_to(NOW)
        if restarted:
            scheduler.close()
            scheduler = Noting(app, schedule_filename=str(file))
        ticks(scheduler, 600, clock)
        scheduler.close()
    return sent.count("sweep"), sent.count("remind")


@pytest.mark.once
@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
def test_scheduler_goes_on_after_the_clock_was_set_back(tmp_path, restarted):
    assert sent_after_a_step_back(Scheduler, tmp_path / "schedule", restarted=restarted) == (9, 1)


@pytest.mark.once
@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
def test_celerys_own_scheduler_sends_nothing_for_three_days(tmp_path, restarted):
    """Control of the test above."""
    assert sent_after_a_step_back(PersistentScheduler, tmp_path / "schedule", restarted=restarted) == (0, 0)


# --- Real processes ---------------------------------------------------------------------------------------


@pytest.fixture
def memory_of_the_future(tmp_path):
    """The file of a scheduler that was last at work three days from now."""
    file = tmp_path / "schedule"
    scheduler = PersistentScheduler(app, schedule_filename=str(file))
    scheduler.close()
    with shelve.open(str(file), writeback=True) as kept:  # noqa: S301 (written just now)
        for entry in kept["entries"].values():
            entry.last_run_at = entry.default_now() + AHEAD
    return file


@pytest.mark.pg
@pytest.mark.redis
def test_real_scheduler_with_a_memory_of_the_future_sends_at_once(site, broker, memory_of_the_future):
    site.scheduler(memory=memory_of_the_future)
    site.until(lambda: broker.holds()[0] >= 2, "both tasks are in the queue")


@pytest.mark.pg
@pytest.mark.redis
def test_celerys_own_with_a_memory_of_the_future_waits(site, broker, memory_of_the_future):
    """Control of the test above."""
    scheduler = site.scheduler("clockproof_scheduler", memory=memory_of_the_future, loglevel="DEBUG")
    site.until(lambda: "Waking up in" in scheduler.log.read_text(), "it has looked at its entries")
    assert broker.holds() == (0, 0)


@pytest.mark.pg
@pytest.mark.redis
def test_clock_steps_under_two_workers_and_in_the_middle_of_a_run(demo_year, site):
    demo_year.clock.set("2026-09-14 07:30")
    site.scheduler("sweep")
    site.ready(site.worker(), site.worker())
    said = {}
    for step in ("14 09", "17 09", "14 10", "13 12", "15 08", "18 09"):
        day, hour = step.split()
        on = dt.date(2026, 9, int(day))
        wanted = due.lines(on) if on.weekday() < 5 and on not in said else said.get(on, set())
        demo_year.clock.set(f"2026-09-{day} {hour}:05")
        site.run(REMIND, times=2)
        said[on] = wanted
        assert once(wanted, on), step

    sunday, monday = dt.date(2026, 9, 20), dt.date(2026, 9, 21)
    lines = due.lines(sunday)
    with Held(site, Notification) as held:
        demo_year.clock.set("2026-09-20 23:50")
        held.waiting(2)
        demo_year.clock.set("2026-09-21 00:10")  # the run that has begun is Sunday's
    site.run(REMIND, times=2)
    assert once(lines, sunday)
    assert due.written(monday) == []

    lines = due.lines(monday)
    demo_year.clock.set("2026-09-21 08:05")
    site.run(REMIND, times=2)
    assert once(lines, monday)
