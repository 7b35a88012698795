"""Digests: one per person and day, mails made of what is still to be done, and everybody's own choice of channels."""

from datetime import date, time

import pytest
from django.core import mail
from django.urls import reverse

from registers.models import User
from tests.factories import make_person, make_post
from tests.personas import point
from workflows.deadlines import holidays
from workflows.messages import digests, notifications, reminders
from workflows.models import ChannelChoice, Notification, Reminder, Submission
from workflows.models.notifications import NEWS

pytestmark = pytest.mark.database("both")

SEARCH = "personal-search"


@pytest.fixture
def year(year):
    """The year of the personas on a known calendar; everybody has an address, and no message is left from before."""
    holidays.seed([2026])
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.number}@example.edu.cn")
    Notification.objects.all().delete()
    return year


@pytest.fixture
def news(year):
    """The deputy has been told on the 19th, a Saturday, that the office got a copy; nothing is due for him."""
    at = year.clock.set("2026-09-19 10:00")
    people, sheet = [year.campus.deputy], year.sheet(SEARCH)
    notifications.post(people, kind="submission.copied", key="copied", text="已抄送备查。", submission=sheet, at=at)
    return Notification.objects.get(key="copied")


def run(year, at):
    return reminders.remind(at=year.clock.set(f"2026-{at}"))


def digest(user, day):
    return Notification.objects.get(recipient=user, key=f"digest:2026{day}")


def letters_to(user):
    return [letter for letter in mail.outbox if letter.to == [f"{user.number}@example.edu.cn"]]


def choose(user, **chosen):
    ChannelChoice.objects.update_or_create(user=user, defaults=chosen)


def deliver(year, at=None):
    if at:
        year.clock.set(f"2026-{at}")
    return notifications.deliver()


# --- One digest -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        ((2, 1, 2, 0, 0), "当日有 5 项提醒：2 项即将截止，1 项当日截止，2 项已逾期。"),
        ((0, 0, 1, 0, 0), "当日有 1 项提醒：1 项已逾期。"),
        ((0, 0, 0, 7, 0), "所负责单位有 7 项逾期。"),
        ((1, 0, 0, 7, 3), "当日有 1 项提醒：1 项即将截止；所负责单位有 7 项逾期；另有 3 条新消息。"),
        ((0, 0, 0, 0, 3), "有 3 条新消息。"),
    ],
)
def test_digest_is_one_sentence(numbers, wanted):
    assert digests.sentence(*numbers) == wanted


def test_person_with_many_sheets_gets_one_digest_a_day(year):
    campus, task = year.campus, year.sheet(SEARCH).task
    for number in range(9):
        Submission.objects.create(
            task=task, unit=campus.unit, person=campus.clerk, state="open", step="fill",
            post=make_post(campus.unit, f"岗位{number}", campus.clerk), due_on=date(2026, 9, 16 + number % 3),
        )  # fmt: skip
    run(year, "09-17 09:00")

    (row,) = Notification.objects.filter(recipient=campus.clerk, kind="digest")
    assert (row.key, row.text) == (
        "digest:20260917",
        "当日有 10 项提醒：4 项即将截止，3 项当日截止，3 项已逾期。",
    )
    assert Reminder.objects.filter(recipient=campus.clerk, day=date(2026, 9, 17)).count() == 10


def test_superior_hears_in_the_same_digest(year):
    run(year, "09-21 09:00")

    assert digest(year.campus.liaison, "0921").text == "当日有 3 项提醒：3 项已逾期；所负责单位有 2 项逾期。"


# --- The mail -------------------------------------------------------------------------------------------


def test_daily_mail_lists_what_is_due_and_names_who_is_late_in_the_own_unit(year, settings):
    settings.SITE_URL = "https://risk.example.edu.cn"
    run(year, "09-23 09:00")
    deliver(year)

    (letter,) = letters_to(year.campus.clerk)
    assert letter.subject == "【廉政风险防控】今日提醒"
    assert letter.body == (
        "甲一：\n\n需要您办理：\n1. “个人岗位廉政风险自查”（填报，会计核算），9月20日 24:00 截止\n\n"
        "请登录系统办理：https://risk.example.edu.cn/\n"
    )
    (letter,) = letters_to(year.campus.liaison)
    assert "\n所负责单位的逾期事项：\n- 财务处：“个人岗位廉政风险自查”甲一、丙一\n" in letter.body


def test_office_hears_numbers_of_units_and_no_names(year):
    run(year, "10-10 09:00")
    deliver(year)

    (letter,) = letters_to(year.campus.office)
    assert "- 财务处：5 项\n" in letter.body
    assert "甲一" not in letter.body


def test_long_list_is_a_number(year):
    for number in range(12):
        user = make_person(f"某{number}", year.campus.unit)
        Submission.objects.create(
            task=year.sheet(SEARCH).task, unit=year.campus.unit, person=user, state="open", step="fill",
            post=make_post(year.campus.unit, f"岗位{number}", user), due_on=date(2026, 9, 20),
        )  # fmt: skip
    run(year, "09-21 09:00")
    deliver(year)

    assert "- 财务处：14 项\n" in letters_to(year.campus.liaison)[0].body


def test_what_was_done_before_the_mail_went_out_is_left_out(year):
    run(year, "09-20 08:00")
    Submission.objects.filter(pk=year.sheet("unit-search").pk).update(state="filed", filed_at=year.clock.now)
    deliver(year)

    (letter,) = letters_to(year.campus.liaison)
    assert "单位廉政风险自查" not in letter.body
    assert "单位权力事项登记" in letter.body


def test_mail_in_which_nothing_is_left_is_dropped(year):
    campus, sheet = year.campus, year.sheet(SEARCH)
    run(year, "09-20 08:00")
    year.submit(sheet, year.points(sheet, point()))
    deliver(year)

    row = digest(campus.clerk, "0920")
    assert (letters_to(campus.clerk), row.mail_dropped, row.mailed_at) == ([], True, year.clock.now)
    assert deliver(year, "09-20 12:00") == 0


def test_mail_of_a_day_whose_deadline_was_moved_is_dropped(year):
    run(year, "09-20 08:00")
    Submission.objects.filter(pk=year.sheet(SEARCH).pk).update(due_on=date(2026, 10, 20))
    deliver(year)

    assert letters_to(year.campus.clerk) == []


def test_whoever_left_the_part_hears_nothing_of_it_by_mail(year):
    run(year, "09-21 08:00")
    year.campus.liaison.appointments.update(until=date(2026, 9, 21))
    deliver(year)

    assert letters_to(year.campus.liaison) == []


# --- Each, daily, off -----------------------------------------------------------------------------------


def test_daily_mail_brings_the_messages_since_the_last_one(year, news):
    assert deliver(year) == 0
    run(year, "09-20 08:00")
    deliver(year)
    deliver(year, "09-20 09:00")

    (letter,) = letters_to(year.campus.deputy)
    assert letter.subject == "【廉政风险防控】新消息"
    assert "\n\n新消息：\n- 已抄送备查。（甲一（会计核算））\n\n请登录" in letter.body
    assert not Notification.objects.filter(recipient=year.campus.deputy, mailed_at=None).exists()


def test_reminders_and_news_are_one_mail(year, news):
    Notification.objects.filter(pk=news.pk).update(recipient=year.campus.clerk)
    run(year, "09-20 08:00")
    deliver(year)

    (letter,) = letters_to(year.campus.clerk)
    assert letter.body.index("需要您办理") < letter.body.index("新消息")


def test_message_about_work_that_is_done_is_left_out(year):
    sheet = year.sheet(SEARCH)
    year.at("09-19")
    year.review(year.submit(sheet, year.points(sheet, point())))
    run(year, "09-20 08:00")
    deliver(year)

    assert letters_to(year.campus.deputy) == []
    assert len(letters_to(year.campus.office)) == 1  # it waits for the office now


def test_message_that_was_read_is_left_out(year, news):
    Notification.objects.update(read_at=year.clock.now)
    run(year, "09-20 08:00")
    deliver(year)

    assert letters_to(year.campus.deputy) == []


def test_mail_that_has_not_gone_out_yet_is_not_written_a_second_time(year, news):
    run(year, "09-20 08:00")
    run(year, "09-21 08:00")

    assert Notification.objects.filter(recipient=year.campus.deputy, kind="news").count() == 1


def test_no_mail_of_news_on_a_day_off(year, news):
    assert run(year, "10-03 08:00") == 0


def test_each_message_at_once_for_whoever_wants_it(year):
    campus = year.campus
    choose(campus.deputy, mail="each")
    sheet = year.sheet(SEARCH)
    year.submit(sheet, year.points(sheet, point()))
    deliver(year)
    run(year, "09-24 08:00")
    deliver(year)

    subjects = [letter.subject for letter in letters_to(campus.deputy)]
    assert subjects == ["【廉政风险防控】提交", "【廉政风险防控】今日提醒"]
    assert "新消息" not in letters_to(campus.deputy)[1].body


def test_whoever_wants_no_mail_gets_none_and_nothing_is_left_owed(year):
    choose(year.campus.clerk, mail="off")
    year.send_back(year.submit(year.sheet(SEARCH), year.points(year.sheet(SEARCH), point())), year.campus.head)
    run(year, "09-21 08:00")
    deliver(year)

    mine = Notification.objects.filter(recipient=year.campus.clerk)
    assert letters_to(year.campus.clerk) == []
    assert set(mine.values_list("mail_dropped", flat=True)) == {True}
    choose(year.campus.clerk, mail="daily")
    assert deliver(year, "09-21 09:00") == 0


@pytest.mark.parametrize("kind", ["return", "nudge", "hand over"])
def test_urgent_message_goes_out_at_once(year, second, kind):
    campus, sheet = year.campus, year.sheet(SEARCH)
    User.objects.filter(pk=second.pk).update(email="second@example.edu.cn")
    from workflows.routing import routes  # noqa: PLC0415 (only here)

    sheet = year.submit(sheet, year.points(sheet, point()))
    if kind == "return":
        year.send_back(sheet, campus.head)
        wanted = {campus.clerk.number}
    elif kind == "nudge":
        routes.nudge(sheet, actor=year.actor(campus.liaison), at=year.clock.now)
        wanted = {"head", "deputy", "member"}
    else:
        year.hand_over(year.review(sheet), campus.office, second)
        wanted = {"second"}
    deliver(year)

    assert {letter.to[0].split("@")[0] for letter in mail.outbox} == wanted


def test_nudge_for_what_was_done_meanwhile_is_dropped(year):
    from workflows.routing import routes  # noqa: PLC0415 (only here)

    sheet = year.sheet(SEARCH)
    routes.nudge(sheet, actor=year.actor(year.campus.liaison), at=year.clock.set("2026-09-15 23:00"))
    year.submit(sheet, year.points(sheet, point()))
    deliver(year, "09-16 07:00")

    assert letters_to(year.campus.clerk) == []


# --- Quiet hours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quiet", "hour", "sent"),
    [
        (None, "21:59", 1),
        (None, "22:00", 0),
        (None, "06:59", 0),
        (None, "07:00", 1),
        ((time(12), time(14)), "12:00", 0),
        ((time(12), time(14)), "14:00", 1),
        ((time(12), time(14)), "23:00", 1),
        ((time(20), time(9, 30)), "09:29", 0),
        ((time(20), time(9, 30)), "09:30", 1),
        ((time(0), time(0)), "03:00", 1),
    ],
)
def test_nothing_leaves_in_quiet_hours(year, quiet, hour, sent):
    if quiet:
        choose(year.campus.clerk, quiet_from=quiet[0], quiet_until=quiet[1])
    notifications.post(
        [year.campus.clerk], kind="notice.object", key="x", text="急", submission=None, at=year.clock.now
    )
    Notification.objects.update(kind="submission.nudge")

    assert deliver(year, f"09-16 {hour}") == sent


# --- On the page ----------------------------------------------------------------------------------------


def page(client, user, url="inbox"):
    client.force_login(user, backend="registers.sessions.People")
    return client.get(reverse(url))


def test_inbox_shows_the_lines_and_what_is_done_by_now(year, client):
    campus, sheet = year.campus, year.sheet(SEARCH)
    run(year, "09-20 08:00")
    html = page(client, campus.clerk).content.decode()
    assert "个人岗位廉政风险自查" in html
    assert "当天截止" in html

    year.submit(sheet, year.points(sheet, point()))
    assert "已办" in page(client, campus.clerk).content.decode()


def test_inbox_of_a_liaison_groups_delays_by_unit_with_a_way_to_them(year, client):
    run(year, "09-21 08:00")
    html = page(client, year.campus.liaison).content.decode()

    assert "所负责单位仍逾期的事项" in html
    assert f"{reverse('progress_list')}?unit=CW&amp;state=late" in html
    assert "甲一、丙一" in html


def test_inbox_does_not_list_the_mail_of_a_day_without_reminders(year, client, news):
    run(year, "09-20 08:00")
    response = page(client, year.campus.deputy)

    (message,) = Notification.objects.filter(recipient=year.campus.deputy).exclude(kind=NEWS)
    assert [row.shown.pk for row in response.context["page"].rows] == [message.pk]
    assert message.kind == "submission.copied"
    assert response.context["unread_count"] == 1


def test_choice_is_kept_and_shown_again(year, client):
    assert page(client, year.campus.clerk, "channel_choice").status_code == 200
    typed = {"mail": "each", "quiet_from": "21:30", "quiet_until": "08:00", "robot": "on"}
    response = client.post(reverse("channel_choice"), typed)

    assert response.status_code == 302
    kept = ChannelChoice.objects.get(user=year.campus.clerk)
    assert (kept.mail, kept.quiet_from, kept.quiet_until, kept.robot) == ("each", time(21, 30), time(8), True)
    html = client.get(reverse("channel_choice")).content.decode()
    assert 'value="21:30"' in html


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"mail": "telegram"}, "请从列出的邮件方式中选择"),
        ({"mail": ""}, "请选择邮件方式"),
        ({"quiet_from": "二十二点"}, "请填写时间，例如 22:00"),
        ({"quiet_until": "25:00"}, "请填写时间，例如 22:00"),
    ],
)
def test_choice_that_is_none_is_refused_and_what_was_typed_stays(year, client, bad, words):
    client.force_login(year.campus.clerk, backend="registers.sessions.People")
    typed = {"mail": "each", "quiet_from": "21:30", "quiet_until": "08:00"} | bad
    response = client.post(reverse("channel_choice"), typed)

    html = response.content.decode()
    assert (response.status_code, words in html) == (422, True)
    assert all(value in html for value in typed.values() if value not in ("telegram", ""))
    assert not ChannelChoice.objects.exists()
