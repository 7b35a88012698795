"""Two at once: stand-ins for one role, a longer term asked for and granted, a deadline moved."""

import contextlib
import threading
import time
from datetime import date

import pytest
from django.db.models import QuerySet

from registers import jobs, standins
from registers.access import NotAllowed
from registers.models import Appointment, AuditEntry, AuditHead, Job
from registers.refusals import Refused
from tests.factories import appoint, make_person
from tests.faults.races import losers, together
from tests.personas import point
from workflows import extensions, suggestions, terms
from workflows.messages import notifications
from workflows.models import (
    CampaignTask,
    DeadlineChange,
    Extension,
    NoticeSheet,
    Notification,
    Objection,
    PublicityNotice,
)
from workflows.publicity import notices, objections
from workflows.routing import moves

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database("both")]
LAST, LATER = date(2026, 9, 30), date(2026, 9, 28)


@pytest.fixture
def slow_checks(monkeypatch, request):
    """Between asking whether it may be and writing it down, whoever is in a thread waits for another to have asked too.

    Where locks hold, nobody else comes, and a moment is enough; without them a busy machine must not keep the two apart.
    """
    patience = 5 if "unlocked" in request.fixturenames else 0.25

    def slow(function):
        meeting = threading.Barrier(2)

        def slowed(*args, **kwargs):
            found = function(*args, **kwargs)
            if threading.current_thread() is not threading.main_thread():
                with contextlib.suppress(threading.BrokenBarrierError):
                    meeting.wait(patience)
            return found

        return slowed

    monkeypatch.setattr(standins, "_check_free", slow(standins._check_free))
    monkeypatch.setattr(extensions, "_role", slow(extensions._role))
    monkeypatch.setattr(extensions, "require", slow(extensions.require))
    monkeypatch.setattr(terms, "_check", slow(terms._check))


@pytest.fixture
def unlocked(monkeypatch):
    """Nobody waits for anybody's lock, but for the audit's: without it one of two would fail there and hide what is asked here."""
    locking = QuerySet.select_for_update
    # Statements that are made once per process are made with their locks, whichever test is the first.
    moves._locked()
    for named in (("campaign", "unit"), ("campaign", "unit", "post")):
        suggestions._taken(*named)

    def only_the_audit(self, *args, **kwargs):
        return locking(self, *args, **kwargs) if self.model is AuditHead else self

    monkeypatch.setattr(QuerySet, "select_for_update", only_the_audit)


def stand_in(year, to):
    [own] = year.campus.head.appointments.filter(acting_for=None)
    actor, today = year.actor(year.campus.head), year.clock.today
    return standins.set_up([own.pk], to=to, since=today, last=LAST, note="外出", actor=actor, at=year.clock.now)


def test_two_stand_ins_for_one_role_at_once_make_one(year, slow_checks):
    campus = year.campus
    outcomes = together(lambda: stand_in(year, campus.colleague), lambda: stand_in(year, campus.clerk))

    assert [type(lost) for lost in losers(outcomes)] == [Refused]
    assert Appointment.objects.filter(acting_for=campus.head).count() == 1
    assert AuditEntry.objects.filter(act="standin.set_up").count() == 1


@pytest.mark.pg
def test_without_the_lock_there_are_two_stand_ins(year, slow_checks, unlocked):
    """Control of the test above."""
    campus = year.campus
    outcomes = together(lambda: stand_in(year, campus.colleague), lambda: stand_in(year, campus.clerk))
    assert losers(outcomes) == []
    assert Appointment.objects.filter(acting_for=campus.head).count() == 2


def asked(year):
    sheet, actor = year.sheet("personal-search"), year.actor(year.campus.clerk)
    return extensions.ask(sheet.pk, until=LAST, reason="培训", actor=actor, at=year.clock.now)


def test_term_asked_for_twice_at_once_is_asked_for_once(year, slow_checks):
    outcomes = together(*[lambda: asked(year)] * 3)
    assert [type(lost) for lost in losers(outcomes)] == [Refused] * 2
    assert (Extension.objects.count(), Notification.objects.filter(kind="extension.ask").count()) == (1, 1)


@pytest.mark.pg
def test_without_the_lock_the_constraint_holds_all_the_same(year, slow_checks, unlocked):
    """Control: both came as far as the table."""
    outcomes = together(*[lambda: asked(year)] * 2)
    assert len(losers(outcomes)) == 1
    assert Extension.objects.count() == 1


@pytest.fixture
def second_leader(year):
    user = make_person("丁二", year.campus.root)
    appoint(user, year.campus.unit, "leader_in_charge")
    return user


def decided(year, extension, by, grant):
    actor, at = year.actor(by), year.clock.now
    return extensions.decide(extension.pk, grant=grant, granted_until=LATER, answer="见说明", actor=actor, at=at)


@pytest.fixture
def of_the_head(year):
    sheet, actor = year.sheet("personal-search", year.campus.head), year.actor(year.campus.head)
    return extensions.ask(sheet.pk, until=LAST, reason="培训", actor=actor, at=year.clock.now)


def test_granted_and_refused_at_once_is_one_of_both(year, second_leader, of_the_head, slow_checks):
    outcomes = together(
        lambda: decided(year, of_the_head, year.campus.leader, True),
        lambda: decided(year, of_the_head, second_leader, False),
    )
    assert [type(lost) for lost in losers(outcomes)] == [NotAllowed]
    row = Extension.objects.get()
    assert year.sheet("personal-search", year.campus.head).due_on == (LATER if row.granted else date(2026, 9, 20))
    assert AuditEntry.objects.filter(act__in=["extension.grant", "extension.refuse"]).count() == 1


@pytest.mark.pg
def test_without_the_lock_it_is_granted_and_refused(year, second_leader, of_the_head, slow_checks, unlocked):
    """Control of the test above."""
    outcomes = together(
        lambda: decided(year, of_the_head, year.campus.leader, True),
        lambda: decided(year, of_the_head, second_leader, False),
    )
    assert losers(outcomes) == []
    assert AuditEntry.objects.filter(act__in=["extension.grant", "extension.refuse"]).count() == 2


def test_deadline_moved_twice_at_once_is_moved_in_turn(year, slow_checks):
    task, actor = CampaignTask.objects.get(code="personal-search"), year.actor(year.campus.office)
    days = [date(2026, 9, 25), LAST]

    outcomes = together(
        *(lambda day=day: terms.move(task, due_on=day, reason="推迟", actor=actor, at=year.clock.now) for day in days)
    )

    assert losers(outcomes) == []
    first, last = DeadlineChange.objects.order_by("pk")
    assert (first.due_before, last.due_before) == (date(2026, 9, 20), first.due_on)
    assert year.sheet("personal-search").due_on == last.due_on == CampaignTask.objects.get(pk=task.pk).due_on


@pytest.fixture
def slow_jobs(monkeypatch):
    """Between looking for the same job and writing it, whoever is in a thread waits a moment."""
    create = Job.objects.create

    def slow(**values):
        time.sleep(0.25)
        return create(**values)

    monkeypatch.setattr(jobs.Job.objects, "create", slow)


def ordered(year):
    return jobs.create("ledger", owner=year.campus.office, parameters={"unit": "CW"}, at=year.clock.now).pk


def test_double_click_at_the_same_moment_makes_one_job(year, slow_jobs):
    assert len(set(together(*[lambda: ordered(year)] * 3))) == 1
    assert Job.objects.count() == 1


@pytest.mark.pg
def test_without_the_lock_a_double_click_makes_two_jobs(year, slow_jobs, unlocked):
    """Control of the test above."""
    together(*[lambda: ordered(year)] * 2)
    assert Job.objects.count() == 2


# --- An objection in the last minute ------------------------------------------------------------------------


@pytest.fixture
def last_minute(year, objecting, ended):
    """A notice on its last day, and what the colleague and the sweep after midnight do with it."""
    year.searched(point())
    sheet = year.sheet("personal-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-2"))
    year.agree(sheet, year.campus.head, grades=year.as_proposed(sheet))
    notice = sheet.notices.get()
    year.clock.set("2026-09-22 23:59")
    objector, at = year.actor(year.campus.colleague), year.clock.now

    def end():
        assert objecting.wait(20)
        try:
            return notices.finish(notice, at=at)
        finally:
            ended.set()

    return lambda: objections.object_to(notice, actor=objector, text="偏低", at=at), end


@pytest.fixture
def objecting():
    """Set when the objection has been written, and is not committed yet."""
    return threading.Event()


@pytest.fixture
def ended():
    """Set when the sweep has done with the notice."""
    return threading.Event()


@pytest.fixture
def slow_message(monkeypatch, request, objecting, ended):
    """Let whoever objects take time over the message to the office: until the sweep is done, or a moment where it has to wait."""
    post, patience = notifications.post_each, 10 if "unlocked" in request.fixturenames else 0.25

    def slow(*args, **kwargs):
        if not objecting.is_set():
            objecting.set()
            ended.wait(patience)
        return post(*args, **kwargs)

    monkeypatch.setattr(notifications, "post_each", slow)


def test_objection_of_the_last_minute_holds_the_notice_up(year, last_minute, slow_message):
    objected, ended = together(*last_minute)
    assert (objected[1], ended) == (True, False)
    assert PublicityNotice.objects.get().cleared_at is None


@pytest.mark.pg
def test_without_the_lock_a_notice_ends_over_an_objection(year, last_minute, slow_message, unlocked):
    """Control of the test above."""
    together(*last_minute)
    assert NoticeSheet.objects.get().ended is True
    assert Objection.objects.filter(handled_at=None).count() == 1
