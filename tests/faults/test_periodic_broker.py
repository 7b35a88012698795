"""The broker goes: people notice nothing, and what it forgot stands in the database."""

from collections import Counter

import pytest

from registers.models import Job
from tests.faults import due
from tests.faults.programs import Held, idle
from tests.faults.test_periodic import DIGEST, REMIND, SWEEP, held_up, monday, nothing, once  # noqa: F401 (a fixture)
from tests.noscript import fill_in
from workflows.models import Notification

pytestmark = [pytest.mark.pg, pytest.mark.redis, pytest.mark.database("site")]

NUDGE = "【廉政风险防控】催办"


def digests_mailed(lines):
    return Counter({(f"{number}@example.edu.cn", DIGEST): 1 for number in due.people(lines)})


def test_what_was_queued_when_the_broker_forgot_everything_is_done_all_the_same(monday, demo_year, site, broker):  # noqa: F811
    job = an_export(demo_year)
    site.send(REMIND), site.send(SWEEP), site.send("registers.work")
    assert broker.holds() == (3, 0)

    broker.client.flushall()
    site.ready(site.worker())
    assert broker.holds() == (0, 0)
    assert nothing() and not site.notes("begun")  # the messages alone would have been lost

    site.scheduler()
    site.until(lambda: once(monday), "the inbox is complete")
    site.until(lambda: site.mails() == digests_mailed(monday), "the mails are out")
    site.until(lambda: Job.objects.get(pk=job.pk).finished_at, "the export is there")
    site.done(SWEEP, 2)
    assert once(monday)
    assert site.mails() == digests_mailed(monday)
    assert Job.objects.get(pk=job.pk).attempts == 1


def test_without_the_sweep_mails_and_exports_whose_message_was_lost_are_never_made(monday, demo_year, site, broker):  # noqa: F811
    """Control of the test above."""
    job = an_export(demo_year)
    site.scheduler("sweep")
    site.ready(site.worker())
    site.done(REMIND, 3)

    assert once(monday)
    assert (site.mails(), Job.objects.get(pk=job.pk).started_at) == ({}, None)


def an_export(year):
    """An export whose wake-up call nobody heard."""
    campus, parameters = year.campus, {"unit": year.campus.root.code, "on": "2026-09-21"}
    return Job.objects.create(kind="ledger", owner=campus.office, parameters=parameters, created_at=year.clock.now)


def test_people_work_on_while_the_broker_is_down_and_afterwards_all_is_delivered_once(monday, demo_year, site, broker):  # noqa: F811
    campus, sheet = demo_year.campus, demo_year.sheet("personal-search")
    site.anew = True  # here all of them start by their command lines
    address = site.web()
    site.scheduler()
    [worker] = site.ready(site.worker())
    site.until(lambda: site.mails() == digests_mailed(monday), "all is well")
    office = site.visitor(address, campus.office)
    office.go("/progress/")
    broker.stop()

    clerk = site.visitor(address, campus.clerk)
    clerk.go(f"/submissions/{sheet.pk}/fill/")
    clerk.press(clerk.form("@data-sheet"), "add", clerk.page.xpath(".//button[@name='add']")[0].get("value"))
    form = clerk.form("@data-sheet")
    fill_in(form, prefer=["keep"])
    clerk.press(form, "submit", "1")
    assert "已提交" in clerk.words, clerk.words
    assert demo_year.again(sheet).state == "in_review"

    late = demo_year.sheet("personal-search", campus.head)
    for _ in range(2):
        office.post(f"/submissions/{late.pk}/nudge/")
    assert "已催办" in office.words
    office.post("/ledger/export/", unit=campus.root.code)
    job = Job.objects.get()
    assert job.started_at is None

    broker.start()
    site.until(lambda: Job.objects.get(pk=job.pk).finished_at, "the export is there")
    nudged = Counter({("head@example.edu.cn", NUDGE): 1})
    site.until(lambda: site.mails() == digests_mailed(monday) + nudged, "the nudge is mailed")
    site.done(SWEEP, 2)
    assert worker.runs()  # the same worker, not deaf
    assert once(monday)
    assert site.mails() == digests_mailed(monday) + nudged
    assert Notification.objects.filter(kind="submission.nudge").count() == 1
    handed_in = Notification.objects.filter(kind="submission.submit", submission=sheet)
    assert sorted(handed_in.values_list("recipient__number", flat=True)) == ["deputy", "head", "member"]


def test_broker_that_goes_in_the_middle_of_the_run_leaves_nothing_half(monday, site, broker):  # noqa: F811
    [worker] = site.ready(site.worker())
    with Held(site, Notification) as held:
        held_up(site, held)
        broker.stop()
        site.until(lambda: "Connection to broker lost" in worker.log.read_text(), "the worker has noticed")
    site.until(idle, "it was finished or given up")
    assert nothing() or once(monday)

    broker.start()
    site.scheduler()
    site.until(lambda: once(monday), "the inbox is complete")
    site.done(REMIND, 2)
    assert once(monday)
