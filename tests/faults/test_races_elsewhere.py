"""Two at once: votes, notices, campaigns, jobs, the audit chain."""

import threading
import time

import pytest
from django.db import IntegrityError, transaction

from registers import audit, jobs
from registers.models import AuditEntry, Job
from registers.prepared import Prepared
from registers.refusals import Refused
from tests.factories import appoint
from tests.faults.races import losers, together
from tests.personas import point
from workflows import sweeping
from workflows.campaign import campaigns
from workflows.models import (
    Campaign,
    Decision,
    Notification,
    Objection,
    PublicityNotice,
    ReviewVote,
    Submission,
)
from workflows.publicity import drafting, objections, releasing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database("both")]


def test_votes_of_all_members_at_once_all_count(year, slowly):
    campus, sheet = year.campus, year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))

    outcomes = together(*(lambda by=by: year.vote(sheet, by) for by in (campus.head, campus.deputy, campus.member)))

    assert losers(outcomes) == []
    assert sorted(ReviewVote.objects.values_list("member__number", flat=True)) == ["deputy", "head", "member"]


def test_vote_sent_three_times_at_once_is_one_vote(year, slowly):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))

    outcomes = together(*[lambda: year.vote(sheet, year.campus.member)] * 3)

    assert (losers(outcomes), ReviewVote.objects.count()) == ([], 1)


@pytest.fixture
def notice(year):
    year.searched(point())
    sheet = year.sheet("personal-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-1"))
    year.agree(sheet, year.campus.head, grades=year.as_proposed(sheet))
    return PublicityNotice.objects.get()


def test_two_sweeps_at_once_end_a_notice_once(year, notice, slowly):
    year.at("09-28")

    outcomes = together(*[lambda: sweeping.sweep(at=year.clock.now)["notices"]] * 2)

    assert sorted(outcomes) == [0, 1]
    assert AuditEntry.objects.filter(act="notice.clear").count() == 1
    assert Decision.objects.filter(step="publicise").count() == 1


@pytest.fixture
def slow_draft(monkeypatch):
    """Let whoever drafts a notice hold its sheets for a moment before he writes."""
    of_task = drafting.showing.columns

    def slow(task):
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.25)
        return of_task(task)

    monkeypatch.setattr(drafting.showing, "columns", slow)


def test_two_who_draft_a_notice_of_the_same_sheet_at_once_make_one(year, notice, slow_draft):
    releasing.withdraw(notice, actor=year.actor(year.campus.head), why="等级有误", at=year.clock.now)

    def draft(by):
        [bundle] = drafting.bundles_for(year.actor(by))
        start.wait()
        chosen = {sheet.pk for sheet in bundle.sheets}
        return drafting.draft(bundle, chosen, title="公示", actor=year.actor(by), at=year.clock.now)

    start = threading.Barrier(2, timeout=20)
    outcomes = together(*(lambda by=by: draft(by) for by in (year.campus.liaison, year.campus.head)))

    assert [str(refused) for refused in losers(outcomes)] == ["所选的表有的已列入其他公示或已变动，请刷新后重新选择。"]
    assert PublicityNotice.objects.filter(released_at=None).count() == 1


def test_two_sweeps_at_once_open_a_sheet_once(year):
    year.at("12-16")

    outcomes = together(*[lambda: campaigns.open_due(at=year.clock.now)] * 2)

    assert sorted(outcomes) == [0, 2]
    assert Notification.objects.filter(kind="submission.opened", submission__task__code="self-inspection").count() == 1


def test_same_colleague_objects_once_however_fast_he_clicks(year, notice):
    year.at("09-17")
    actor = year.actor(year.campus.colleague)

    outcomes = together(*[lambda: objections.object_to(notice, actor=actor, text="偏低", at=year.clock.now)[1]] * 3)

    assert sorted(outcomes) == [False, False, True]
    assert (Objection.objects.count(), AuditEntry.objects.filter(act="notice.object").count()) == (1, 1)


def test_campaign_opened_by_two_at_once_is_opened_once(year):
    appoint(year.campus.other_head, year.campus.other_unit, "liaison")  # without one the unit could not take part
    outcomes = together(
        *[
            lambda: campaigns.open_campaign(
                scheme=year.campus.scheme, institution=year.campus.root, year=2027, at=year.clock.now
            )
        ]
        * 2
    )

    assert len(losers(outcomes)) == 1
    assert isinstance(losers(outcomes)[0], Refused | IntegrityError)
    assert Campaign.objects.filter(year=2027).count() == 1
    assert Submission.objects.filter(task__campaign__year=2027, task__code="group").count() == 2


def test_two_workers_do_each_job_once(year, monkeypatch):
    done = []

    def work(parameters, owner):
        time.sleep(0.05)
        done.append(parameters["number"])
        return "a.txt", jobs.saving(lambda: b"a")

    monkeypatch.setitem(jobs.KINDS, "test", work)
    for number in range(6):
        Job.objects.create(
            kind="test", owner=year.campus.office, parameters={"number": number}, created_at=year.clock.now
        )

    outcomes = together(*[lambda: jobs.work(at=year.clock.now)] * 2)

    assert (sum(outcomes), sorted(done)) == (6, list(range(6)))


WRITERS, EACH = 8, 5


def write_entries(year):
    def write():
        for _ in range(EACH):
            with transaction.atomic():
                audit.append("organisation.change", about=year.campus.unit, at=year.clock.now)

    return together(*[write] * WRITERS)


@pytest.fixture
def slow_digest(monkeypatch):
    digest = audit._digest

    def slow(entry):
        if threading.current_thread() is not threading.main_thread():
            time.sleep(0.01)
        return digest(entry)

    monkeypatch.setattr(audit, "_digest", slow)


def test_chain_of_many_writers_does_not_fork(year, slow_digest):
    before = AuditEntry.objects.count()

    assert losers(write_entries(year)) == []

    count, breaks = audit.verify()
    assert (count, breaks) == (before + WRITERS * EACH, [])


@pytest.mark.pg
def test_without_its_lock_the_chain_would_fork(year, slow_digest, monkeypatch):
    """Control: two writers take the same predecessor; only the unique sequence keeps the second out."""
    plain = Prepared(audit.AuditHead.objects.filter(pk=1))
    monkeypatch.setattr(audit, "_end", lambda: plain)

    refused = losers(write_entries(year))

    assert {type(error) for error in refused} == {IntegrityError}
