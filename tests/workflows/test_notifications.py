"""Messages: in the inbox exactly once, by mail at least once, and never with what a sheet says."""

import smtplib
import threading
from datetime import time, timedelta

import pytest
from django.core import mail
from django.db import connection

from registers.access import NotAllowed
from registers.models import AuditEntry, RiskPoint, User
from tests.factories import make_person
from tests.personas import MEASURES, Year, point
from workflows.deadlines import days
from workflows.messages import failures, notifications
from workflows.models import ChannelChoice, Notification

pytestmark = pytest.mark.database("both")

SECRET = "采购参数照抄甲公司"
URGENT = "submission.nudge"  # goes out at once; what waits for the daily mail is in test_digests


@pytest.fixture
def clerk(year):
    """The clerk, with an address and without what he was told before."""
    Notification.objects.all().delete()
    User.objects.filter(pk=year.campus.clerk.pk).update(email="clerk@example.edu.cn")
    return User.objects.get(pk=year.campus.clerk.pk)


@pytest.fixture
def message(year, clerk):
    """Post a message; return how to read it again."""

    def post(number=1, people=(clerk,)):
        notifications.post(
            people, kind=URGENT, key=f"message:{number}", text=f"第{number}条", submission=None, at=year.clock.now
        )
        return Notification.objects.get(recipient=people[0], key=f"message:{number}")

    return post


def told(kind):
    return sorted(Notification.objects.filter(kind=kind).values_list("recipient__number", flat=True))


# --- The inbox ------------------------------------------------------------------------------------------


def test_same_message_is_posted_once_to_each(year, message, clerk):
    people = [clerk, year.campus.head]
    for _ in range(3):
        message(people=people)

    assert sorted(Notification.objects.values_list("recipient__number", "text")) == [
        ("clerk", "第1条"),
        ("head", "第1条"),
    ]


def test_each_step_of_a_sheet_tells_whoever_comes_next(year, clerk):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    assert told("submission.submit") == ["deputy", "head", "member"]

    sheet = year.review(sheet)
    assert told("submission.agree") == ["head", "office"]  # of the signature, then of the filing

    year.agree(sheet, year.campus.office)
    assert told("submission.filed") == ["clerk"]


def test_returned_sheet_tells_its_filler_alone(year, clerk):
    sheet = year.sheet("personal-search")
    sheet = year.send_back(year.submit(sheet, year.points(sheet, point())), year.campus.head)

    assert told("submission.return") == ["clerk"]
    assert (
        Notification.objects.get(kind="submission.return").text
        == "您的“个人岗位廉政风险自查”被退回，请按意见修改，限 2026-09-28 前重新提交。"
    )


def test_subject_is_never_told_that_his_own_sheet_waits_for_him(year):
    sheet = year.sheet("personal-search", year.campus.head)
    year.submit(sheet, year.points(sheet, point()))

    assert told("submission.submit") == ["deputy", "member"]


def test_refused_act_tells_nobody(year, clerk):
    sheet = year.sheet("personal-search")
    sheet = year.submit(sheet, year.points(sheet, point()))
    before = Notification.objects.count()

    with pytest.raises(Exception, match="至少应有 2 名"):
        year.agree(sheet, year.campus.head)

    assert Notification.objects.count() == before


def test_no_message_and_no_entry_holds_what_a_sheet_says(year):
    """A whole year in which every free text is a secret; the register holds them, the messages and the audit chain do not."""
    User.objects.update(email="somebody@example.edu.cn")
    ChannelChoice.objects.bulk_create(ChannelChoice(user=user, mail="each") for user in User.objects.all())

    def mailed(sheet):
        """Every mail goes out while what it asks for is still to be done."""
        while notifications.deliver():
            pass
        return sheet

    sheet = mailed(year.sheet("personal-search"))
    sheet = mailed(year.submit(sheet, year.points(sheet, point(SECRET, manifestation=SECRET))))
    sheet = mailed(year.send_back(sheet, year.campus.head, opinion=SECRET))
    sheet = mailed(year.submit(sheet, year.points(sheet, point(SECRET))))
    sheet = mailed(year.review(sheet))
    mailed(year.agree(sheet, year.campus.office, opinion=SECRET))
    mailed(year.graded("grade-1"))
    mailed(year.controlled(**dict.fromkeys(MEASURES, SECRET)))

    assert RiskPoint.objects.filter(content=SECRET).exists()
    dropped = Notification.objects.filter(mail_dropped=True)
    assert len(mail.outbox) == Notification.objects.count() - dropped.count()
    assert not Notification.objects.filter(mailed_at=None).exists()
    # Done before the mail could go out: in these stretches several people act one after the other.
    assert set(dropped.values_list("kind", flat=True)) <= {
        "submission.agree",
        "submission.submit",
        "submission.automatic",
    }
    assert len(mail.outbox) > 15
    assert [letter for letter in mail.outbox if SECRET in letter.subject + letter.body] == []
    assert Notification.objects.filter(text__contains=SECRET).count() == 0
    assert [entry for entry in AuditEntry.objects.all() if SECRET in str(entry.detail)] == []


# --- Delivery -------------------------------------------------------------------------------------------


def test_mail_goes_to_its_recipient_and_names_the_door(message, clerk, settings):
    settings.SITE_URL = "https://risk.example.edu.cn"
    message()

    assert notifications.deliver() == 1

    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["clerk@example.edu.cn"], "【廉政风险防控】催办")
    assert letter.body == "甲一：\n\n第1条\n\n请登录系统办理：https://risk.example.edu.cn/\n"


def test_mail_is_sent_once(message):
    message()

    assert [notifications.deliver(), notifications.deliver()] == [1, 0]
    assert len(mail.outbox) == 1


def test_mails_go_out_oldest_first_and_at_most_so_many(message):
    for number in range(5):
        message(number)

    assert notifications.deliver(limit=3) == 3
    assert [letter.body.split("\n")[2] for letter in mail.outbox] == ["第0条", "第1条", "第2条"]


@pytest.mark.parametrize("change", [{"email": ""}, {"is_active": False}])
def test_nobody_is_written_to_without_address_or_account(message, clerk, change):
    row = message()
    User.objects.filter(pk=clerk.pk).update(**change)
    assert notifications.deliver() == 0

    User.objects.filter(pk=clerk.pk).update(email="clerk@example.edu.cn", is_active=True)
    assert notifications.deliver() == 1  # still owed
    row.refresh_from_db()
    assert row.mail_attempts == 1


class Server:
    """A mail server that fails as often as told, and counts."""

    def __init__(self, failures, error=OSError):
        self.failures, self.error, self.calls, self.sent = failures, error, 0, []

    def __call__(self, subject, body, sender, recipients):
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error("down")
        self.sent.append(body)


@pytest.fixture
def server(monkeypatch):
    def install(*arguments):
        installed = Server(*arguments)
        monkeypatch.setattr(notifications, "send_mail", installed)
        return installed

    return install


@pytest.mark.parametrize("error", [OSError, ConnectionRefusedError, TimeoutError, ValueError])
def test_failed_mail_is_tried_again_later_with_its_reason_kept(year, message, server, error):
    row, mails = message(), server(1, error)

    assert notifications.deliver() == 0
    row.refresh_from_db()
    assert row.mail_error == failures.reason(error("down"))
    assert "down" not in row.mail_error
    year.clock.set("2026-09-15 10:04")
    assert (notifications.deliver(), mails.calls) == (0, 1)
    year.clock.set("2026-09-15 10:06")
    assert (notifications.deliver(), mails.calls) == (1, 2)

    row.refresh_from_db()
    assert (row.mail_attempts, row.mailed_at, row.mail_error) == (2, year.clock.now, "")


def test_mail_server_that_is_away_for_a_day_loses_no_mail(year, message, server, clerk):
    """It was five tries in 25 minutes. Now each wait is at least as long as the one before."""
    ChannelChoice.objects.create(user=clerk, mail="each", quiet_from=time(12), quiet_until=time(12))
    row, mails, start = message(), server(9, ConnectionRefusedError), year.clock.now
    waits = []
    for _ in range(failures.ATTEMPTS):
        if notifications.deliver():
            break
        row.refresh_from_db()
        waits.append(row.mail_next_at - year.clock.now)
        year.clock.set(f"{days.local(row.mail_next_at):%Y-%m-%d %H:%M}")

    assert waits == sorted(waits)
    assert year.clock.now - start >= timedelta(days=1)
    assert (len(waits), mails.calls, len(mails.sent)) == (9, 10, 1)


def test_given_up_mail_stays_listed_until_it_is_sent_again(year, message, server):
    admin = year.campus.sys_admin
    row, mails = message(), server(1, smtplib.SMTPRecipientsRefused)
    mails.error = lambda text: smtplib.SMTPRecipientsRefused({"clerk@example.edu.cn": (550, b"no such user")})
    notifications.deliver()
    Notification.objects.filter(pk=row.pk).update(mail_attempts=failures.ATTEMPTS)
    year.clock.set("2026-10-15 10:00")
    assert notifications.deliver() == 0
    assert failures.figures() == (1, row.created_at)

    with pytest.raises(NotAllowed):
        failures.send_again(None, actor=year.actor(year.campus.office), at=year.clock.now)
    assert failures.send_again([row.pk + 1], actor=year.actor(admin), at=year.clock.now) == 0
    assert failures.send_again([row.pk], actor=year.actor(admin), at=year.clock.now) == 1

    assert notifications.deliver() == 1
    assert failures.figures() == (0, None)
    assert AuditEntry.objects.filter(act="mail.send_again", actor=admin).count() == 1


def test_system_administrator_sees_to_whom_and_why_but_not_what(year, message, server, client):
    message()
    server(9, TimeoutError)
    notifications.deliver()
    client.force_login(year.campus.sys_admin, backend="registers.sessions.People")

    page = client.get("/mails/").content.decode()
    health = client.get("/healthz").json()

    assert "clerk@example.edu.cn" in page
    assert "邮件服务器没有响应" in page
    assert "第1条" not in page
    assert health["mails"]["unsent"] == 1
    assert "再次发送" in health["remedies"]["mails"]
    assert client.post("/mails/again/", follow=True).content.decode().count("将在一分钟内再次发送") == 1


def test_one_bad_mail_does_not_hold_up_the_others(message, server):
    message(1)
    message(2)
    mails = server(1, ValueError)

    assert notifications.deliver() == 1
    assert [body.split("\n")[2] for body in mails.sent] == ["第2条"]


def test_server_that_is_away_is_not_asked_for_every_mail(message, server):
    """Each question may take as long as the time-out, and the sweep has other things to do."""
    for number in range(5):
        message(number)
    mails = server(99, TimeoutError)

    assert [notifications.deliver(), mails.calls] == [0, 1]
    assert [notifications.deliver(), mails.calls] == [0, 2]  # the next mail looks whether it is back


def test_next_try_written_before_the_clock_was_set_back_holds_nothing_up(year, message):
    row = message()
    Notification.objects.filter(pk=row.pk).update(mail_attempts=3, mail_next_at=year.clock.now + timedelta(days=300))
    assert notifications.deliver() == 1


def test_worker_that_died_in_the_middle_is_made_up_for(year, message):
    row = message()
    Notification.objects.filter(pk=row.pk).update(mail_claimed_at=year.clock.now, mail_attempts=1)
    assert notifications.deliver() == 0

    year.clock.set("2026-09-15 10:06")

    assert notifications.deliver() == 1


# --- Two workers ----------------------------------------------------------------------------------------


@pytest.fixture
def owed_mails(transactional_db, make_campus, clock):
    """Ten people with a message each."""
    year = Year(make_campus(), clock)
    Notification.objects.all().delete()
    people = [make_person(f"某{number}", year.campus.unit, email=f"p{number}@example.edu.cn") for number in range(10)]
    notifications.post(people, kind=URGENT, key="message", text="一条", submission=None, at=clock.now)
    return [person.email for person in people]


def deliver_in_two_threads(monkeypatch):
    """Two workers that have both read what is owed before either claims anything; return the addresses written to."""
    meeting, written, owed = threading.Barrier(2, timeout=20), [], notifications.owed

    def owed_together():
        read = list(owed().values_list("pk", flat=True))
        meeting.wait()
        return Notification.objects.filter(pk__in=read)

    def run():
        try:
            notifications.deliver()
        finally:
            connection.close()

    monkeypatch.setattr(notifications, "owed", owed_together)
    monkeypatch.setattr(
        notifications, "send_mail", lambda subject, body, sender, recipients: written.extend(recipients)
    )
    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return written


def test_two_workers_send_each_mail_once(owed_mails, monkeypatch):
    assert sorted(deliver_in_two_threads(monkeypatch)) == sorted(owed_mails)


def test_without_the_claim_two_workers_send_each_mail_twice(owed_mails, monkeypatch):
    """The control of the test above: the same two workers, blind to each other's claims."""
    monkeypatch.setattr(notifications, "unclaimed", lambda: Notification.objects.filter(key="message"))

    assert sorted(deliver_in_two_threads(monkeypatch)) == sorted([*owed_mails, *owed_mails])
