"""The job that writes reminders: twice at once, dying in the middle, by hand, and what it costs."""

import threading
import uuid
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories import appoint, make_person, make_post, moment
from tests.personas import Year
from tests.workflows.reminder_cases import SEARCH, lines, reviewed, run
from workflows.deadlines import holidays
from workflows.messages import notifications, reminders
from workflows.models import DailyRun, Notification, Reminder

pytestmark = pytest.mark.database("both")


@pytest.fixture(autouse=True)
def known_calendar(db):
    holidays.seed([2026])


# --- Twice at once --------------------------------------------------------------------------------------


@pytest.fixture
def transactional_year(transactional_db, make_campus, clock):
    holidays.seed([2026])
    return Year(make_campus(), clock)


def remind_in_two_threads(at, monkeypatch):
    """Run the job in two threads that begin together; return what went wrong."""
    meeting, errors = threading.Barrier(2, timeout=20), []

    def work():
        try:
            meeting.wait()
            reminders.remind(at=at)
        except Exception as error:  # whatever it is, the test shows it
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def twice():
    """Persons and days with more than one digest, and lines that say the same."""
    digests = list(Notification.objects.filter(kind="digest").values_list("recipient", "created_at__date"))
    said = list(Reminder.objects.values_list("recipient", "submission", "step", "round", "due_on", "moment"))
    return len(digests) - len(set(digests)), len(said) - len(set(said))


def test_two_jobs_at_once_remind_exactly_once(transactional_year, monkeypatch):
    year = transactional_year

    errors = remind_in_two_threads(year.clock.set("2026-09-21 09:00"), monkeypatch)

    assert (errors, twice(), lines(year.campus.clerk, SEARCH)) == ([], (0, 0), [("09-21", 1)])
    assert DailyRun.objects.get().finished_at is not None


def test_without_the_days_row_and_the_digests_key_two_jobs_at_once_send_two_digests(transactional_year, monkeypatch):
    """The control of the test above. The ledger's unique key alone still keeps the lines single."""
    monkeypatch.setattr(reminders, "claim_day", lambda on: True)
    monkeypatch.setattr(reminders, "said_before", lambda due_days: {})
    monkeypatch.setattr(reminders, "digest_key", lambda on: str(uuid.uuid4()))

    errors = remind_in_two_threads(transactional_year.clock.set("2026-09-21 09:00"), monkeypatch)

    digests, said = twice()
    assert (errors, digests > 0, said) == ([], True, 0)


def test_job_that_died_in_the_middle_leaves_nothing_and_is_made_up_for(year, monkeypatch):
    def die(on, at):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(reminders, "finish_day", die)
        run(year, "09-21 09:00")
    assert (Reminder.objects.count(), Notification.objects.filter(kind="digest").count()) == (0, 0)
    assert DailyRun.objects.count() == 0

    assert run(year, "09-21 10:05") > 0
    assert lines(year.campus.clerk, SEARCH) == [("09-21", 1)]


# --- The command ----------------------------------------------------------------------------------------


def test_command_reminds_as_of_a_moment_whatever_its_hour_and_delivers(year, capsys):
    call_command("remind", "--at", "2026-09-20T00:30")
    first = capsys.readouterr().out
    call_command("remind", "--at", "2026-09-20T09:00")

    new = Notification.objects.filter(kind="digest").count()
    assert new > 0
    assert first == f"新增每日提醒 {new} 份，发出邮件 0 封。\n"  # nobody on this campus has an address
    assert capsys.readouterr().out == "新增每日提醒 0 份，发出邮件 0 封。\n"


def test_command_respects_days_off(year, capsys):
    call_command("remind", "--at", "2026-10-03T09:00")

    assert capsys.readouterr().out == "新增每日提醒 0 份，发出邮件 0 封。\n"


@pytest.mark.parametrize("size", [1, 12])
def test_job_asks_the_same_number_of_questions_however_many_sheets(
    make_campus, db, clock, size, django_assert_num_queries
):
    campus = make_campus()
    for number in range(size):
        make_post(campus.unit, f"岗位{number}", make_person(f"某{number}", campus.unit))
    appoint(make_person("乙四", campus.other_unit), campus.other_unit, "liaison")
    year = Year(campus, clock)
    run(year, "09-20 09:00")
    sheet = reviewed(year)
    assert sheet.state == "in_review"
    at = year.clock.set("2026-09-24 09:00")

    with django_assert_num_queries(21):
        reminders.remind(at=at)

    assert Reminder.objects.filter(heard_as="", submission__person__isnull=False, day=at.date()).count() == size + 1 + 3
    assert notifications.owed().count() == 0


def test_moment_is_read_in_beijing(year):
    """08:05 in Beijing is the small hours in UTC, and the day is Beijing's."""
    reminders.remind(at=moment("2026-09-21 08:05"))

    assert set(Reminder.objects.values_list("day", flat=True)) == {date(2026, 9, 21)}
