"""Reminders: before, on and after each deadline, once each, whatever happens to the job that writes them."""

import threading
import uuid

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories import appoint, make_person, make_post, moment
from tests.personas import Year, point
from workflows import notifications, reminders
from workflows.models import Notification, Submission


def written(year, at, user=None, code=None):
    """Let it be ``at`` and run the job; return the kinds of all reminders so far."""
    reminders.remind(at=year.clock.set(at))
    return kinds(user, code)


def kinds(user=None, code=None):
    """``soon``, ``today``, ``overdue``, in the order written; all, or those of one person about one kind of sheet."""
    rows = Notification.objects.filter(kind="reminder").order_by("pk")
    if user:
        rows = rows.filter(recipient=user)
    if code:
        rows = rows.filter(submission__task__code=code)
    return [key.rsplit(":", 1)[1] for key in rows.values_list("key", flat=True)]


SEARCH = "personal-search"  # due on 20 September


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        ("2026-09-16 23:59", []),
        ("2026-09-17 00:00", ["soon"]),
        ("2026-09-19 12:00", ["soon"]),
        ("2026-09-20 00:00", ["today"]),
        ("2026-09-20 23:59", ["today"]),
        ("2026-09-21 00:00", ["overdue"]),
        ("2026-10-20 00:00", ["overdue"]),
    ],
)
def test_filler_is_reminded_three_days_before_on_the_day_and_after(year, at, wanted):
    assert written(year, at, year.campus.clerk, SEARCH) == wanted


def test_each_kind_comes_once_however_often_the_job_runs(year):
    found = []
    for day in ("09-17", "09-18", "09-20", "09-21", "09-25"):
        for hour in ("01:05", "09:05", "09:05", "17:05", "23:05"):
            found = written(year, f"2026-{day} {hour}", year.campus.clerk, SEARCH)

    assert found == ["soon", "today", "overdue"]


def test_job_reports_what_is_new(year):
    at = year.clock.set("2026-09-17 09:00")

    first, again = reminders.remind(at=at), reminders.remind(at=at)

    assert (first, again) == (Notification.objects.filter(kind="reminder").count(), 0)
    assert first > 0


def test_job_that_was_down_catches_up_with_what_still_matters(year):
    assert written(year, "2026-09-19 09:00", year.campus.clerk, SEARCH) == ["soon"]  # the 17th and 18th were missed
    assert written(year, "2026-09-24 09:00", year.campus.clerk, SEARCH) == ["soon", "overdue"]  # so was the 20th


def test_reminder_says_what_and_until_when_and_nothing_of_the_content(year):
    written(year, "2026-09-17 09:00")
    written(year, "2026-09-20 09:00")
    written(year, "2026-09-21 09:00")

    texts = Notification.objects.filter(
        kind="reminder", recipient=year.campus.clerk, submission__task__code=SEARCH
    ).order_by("pk")
    assert list(texts.values_list("text", flat=True)) == [
        "“个人岗位廉政风险自查”（填报，财务处）将于9月20日 24:00 截止。",
        "“个人岗位廉政风险自查”（填报，财务处）今天 24:00 截止。",
        "“个人岗位廉政风险自查”（填报，财务处）已逾期，请尽快办理。",
    ]


def test_head_is_told_when_it_is_overdue_and_not_before(year):
    campus = year.campus
    own = year.sheet(SEARCH, campus.head)
    assert written(year, "2026-09-20 09:00", campus.head, SEARCH) == ["today"]  # his own

    written(year, "2026-09-21 09:00")

    told = Notification.objects.filter(
        kind="reminder", recipient=campus.head, key__endswith="overdue", submission__task__code=SEARCH
    )
    assert set(told.values_list("submission", flat=True)) == {own.pk, year.sheet(SEARCH).pk}
    assert told.count() == 2


def test_unit_sheets_remind_the_liaison(year):
    assert written(year, "2026-09-17 09:00", year.campus.liaison, "unit-search") == ["soon"]


def test_waiting_sheets_remind_nobody(year):
    written(year, "2026-12-31 09:00")

    waiting = Submission.objects.filter(state="waiting")
    assert waiting.exists()
    assert Notification.objects.filter(kind="reminder", submission__in=waiting).count() == 0


# --- Sheets in review -----------------------------------------------------------------------------------


def test_reviewers_are_reminded_of_their_step_and_the_filler_no_more(year):
    campus, sheet = year.campus, year.sheet(SEARCH)
    year.submit(sheet, year.points(sheet, point()))

    assert written(year, "2026-09-22 09:00", campus.clerk, SEARCH) == []
    told = Notification.objects.filter(kind="reminder", submission=sheet)
    assert set(told.values_list("recipient__number", "text")) == {
        (number, "“个人岗位廉政风险自查”（单位领导小组集体审核，财务处）将于9月25日 24:00 截止。")
        for number in ("head", "deputy", "member")
    }


def test_reviewer_is_not_reminded_of_his_own_sheet(year):
    campus = year.campus
    sheet = year.sheet(SEARCH, campus.head)
    year.submit(sheet, year.points(sheet, point()))
    written(year, "2026-09-22 09:00")

    told = Notification.objects.filter(kind="reminder", submission=sheet).values_list("recipient__number", flat=True)
    assert set(told) == {"deputy", "member"}


@pytest.mark.parametrize("days_later", ["2026-09-21 09:00", "2026-12-31 09:00"])
def test_finished_sheets_remind_nobody(year, days_later):
    sheet = year.searched(point())
    other = year.sheet(SEARCH, year.campus.head)
    written(year, days_later)

    assert Notification.objects.filter(kind="reminder", submission=sheet).count() == 0
    assert Notification.objects.filter(kind="reminder", submission=other).count() > 0


def test_sheet_submitted_after_its_first_reminder_gets_no_second(year):
    sheet = year.sheet(SEARCH)
    assert written(year, "2026-09-17 09:00", year.campus.clerk, SEARCH) == ["soon"]
    year.submit(sheet, year.points(sheet, point()))

    assert written(year, "2026-09-20 09:00", year.campus.clerk, SEARCH) == ["soon"]
    assert written(year, "2026-09-21 09:00", year.campus.clerk, SEARCH) == ["soon"]


def test_running_notice_reminds_nobody(year):
    year.searched(point())
    sheet = year.sheet("personal-grading")
    sheet = year.submit(sheet, year.grades(sheet, "grade-1"))
    year.agree(sheet, year.campus.head, grades=year.as_proposed(sheet))
    for at in ("2026-09-22 09:00", "2026-09-24 09:00"):  # its last day; after it, while an objection is open
        written(year, at)

    assert Notification.objects.filter(kind="reminder", submission=sheet).count() == 0


def test_closed_campaign_reminds_nobody(year):
    year.campaign.state, year.campaign.closed_at = "closed", year.clock.now
    year.campaign.save()

    assert written(year, "2026-09-21 09:00") == []


# --- Moved deadlines ------------------------------------------------------------------------------------


def test_redo_deadline_has_reminders_of_its_own(year):
    campus, sheet = year.campus, year.sheet(SEARCH)
    assert written(year, "2026-09-17 09:00", campus.clerk, SEARCH) == ["soon"]
    sheet = year.submit(sheet, year.points(sheet, point()))
    year.send_back(sheet, campus.head, redo_on=moment("2026-09-24 00:00").date())

    assert written(year, "2026-09-20 09:00", campus.clerk, SEARCH) == ["soon"]  # the old day is none any more
    assert written(year, "2026-09-21 09:00", campus.clerk, SEARCH) == ["soon", "soon"]
    assert written(year, "2026-09-24 09:00", campus.clerk, SEARCH) == ["soon", "soon", "today"]
    assert written(year, "2026-09-25 09:00", campus.clerk, SEARCH) == ["soon", "soon", "today", "overdue"]


def test_second_return_to_the_same_day_reminds_again(year):
    campus, day = year.campus, moment("2026-09-24 00:00").date()
    year.at("09-21")
    sheet = year.sheet(SEARCH)
    content = year.points(sheet, point())
    for _ in range(2):
        sheet = year.send_back(year.submit(sheet, content), campus.head, redo_on=day)
        written(year, "2026-09-21 10:00")

    assert kinds(campus.clerk, SEARCH) == ["soon", "soon"]


# --- Twice at once --------------------------------------------------------------------------------------


@pytest.fixture
def transactional_year(transactional_db, make_campus, clock):
    return Year(make_campus(), clock)


def remind_in_two_threads(at, monkeypatch):
    """Run the job in two threads that have both read what is due before either writes; return what went wrong."""
    meeting, store, errors = threading.Barrier(2, timeout=20), reminders._store, []

    def meet(rows):
        meeting.wait()
        store(rows)

    def run():
        try:
            reminders.remind(at=at)
        except Exception as error:  # whatever it is, the test shows it
            errors.append(error)
        finally:
            connection.close()

    monkeypatch.setattr(reminders, "_store", meet)
    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_two_jobs_at_once_remind_exactly_once(transactional_year, monkeypatch):
    year = transactional_year

    errors = remind_in_two_threads(year.clock.set("2026-09-21 09:00"), monkeypatch)

    rows = list(Notification.objects.filter(kind="reminder").values_list("recipient", "key"))
    assert (errors, len(rows)) == ([], len(set(rows)))
    assert kinds(year.campus.clerk, SEARCH) == ["overdue"]


def test_without_the_key_two_jobs_at_once_remind_twice(transactional_year, monkeypatch):
    """The control of the test above: the same two jobs, each row with a key of its own."""
    year, build = transactional_year, reminders._reminders

    def keyless(*arguments):
        rows = build(*arguments)
        for row in rows:
            row.key = f"{uuid.uuid4()}:overdue"
        return rows

    monkeypatch.setattr(reminders, "_reminders", keyless)

    errors = remind_in_two_threads(year.clock.set("2026-09-21 09:00"), monkeypatch)

    assert (errors, kinds(year.campus.clerk, SEARCH)) == ([], ["overdue", "overdue"])


# --- The command ----------------------------------------------------------------------------------------


def test_command_reminds_as_of_a_moment_and_delivers(year, capsys, mailoutbox):
    call_command("remind", "--at", "2026-09-20T09:00")
    first = capsys.readouterr().out
    call_command("remind", "--at", "2026-09-20T09:00")

    new = Notification.objects.filter(kind="reminder").count()
    assert new > 0
    assert first == f"新增提醒 {new} 条，发出邮件 0 封。\n"  # nobody on this campus has an address
    assert capsys.readouterr().out == "新增提醒 0 条，发出邮件 0 封。\n"


@pytest.mark.parametrize("size", [1, 3])
def test_job_asks_the_same_number_of_questions_however_many_sheets(
    make_campus, db, clock, size, django_assert_max_num_queries
):
    campus = make_campus()
    for number in range(size):
        make_post(campus.unit, f"岗位{number}", make_person(f"某{number}", campus.unit))
    appoint(make_person("乙四", campus.other_unit), campus.other_unit, "liaison")
    year = Year(campus, clock)
    at = year.clock.set("2026-09-17 09:00")

    with django_assert_max_num_queries(21):
        reminders.remind(at=at)

    assert Notification.objects.filter(kind="reminder", submission__person__isnull=False).count() == size + 2
    assert notifications.owed().count() == 0
