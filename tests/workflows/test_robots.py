"""Group robots: what they say, to whom they listen, and that an address that a user types leads nowhere else."""

import base64
import hashlib
import hmac
import http.server
import json
import logging
import threading
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from registers.access import NotAllowed
from registers.models import AuditEntry
from registers.refusals import Refused
from workflows.deadlines import holidays
from workflows.messages import reminders, robots
from workflows.models import ChannelChoice, Robot, RobotMessage, Submission

pytestmark = pytest.mark.database("both")

KEY = "0123-very-secret-key"
WECOM = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"
DINGTALK = f"https://oapi.dingtalk.com/robot/send?access_token={KEY}"


class Chat:
    """A chat product on this machine: answers as told, remembers what it was sent."""

    def __init__(self):
        self.answers, self.calls = [], []

    def answer(self, *answers):
        """``(status, body)`` for the next calls; afterwards all is well."""
        self.answers = list(answers)

    @property
    def texts(self):
        return [body["text"]["content"] for _, body in self.calls]


@pytest.fixture
def chat(settings):
    chat = Chat()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            chat.calls.append((self.path, json.loads(body)))
            status, answer = chat.answers.pop(0) if chat.answers else (200, {"errcode": 0, "errmsg": "ok"})
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{chat.origin}/robot/send?access_token=elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    chat.origin = f"http://127.0.0.1:{server.server_port}"
    settings.ROBOT_HOSTS = ["qyapi.weixin.qq.com", "oapi.dingtalk.com", chat.origin]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield chat
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def year(year):
    holidays.seed([2026])
    return year


@pytest.fixture
def robot(year, chat):
    """A robot of the unit, whose address leads to the chat product above."""
    url = f"{chat.origin}/cgi-bin/webhook/send?key={KEY}"
    return add(year, url=url)


def add(year, *, kind="wecom", url=WECOM, secret="", unit=None, by=None):
    return robots.add(
        unit=unit or year.campus.unit,
        kind=kind,
        label="财务处工作群",
        url=url,
        secret=secret,
        actor=year.actor(by or year.campus.liaison),
        at=year.clock.now,
    )


def morning(year, at):
    reminders.remind(at=year.clock.set(f"2026-{at}"))
    return robots.deliver()


# --- What is said ---------------------------------------------------------------------------------------


def test_group_is_told_numbers_and_no_names(year, robot, chat, settings):
    settings.SITE_URL = "https://risk.example.edu.cn"
    assert morning(year, "09-21 08:05") == 1

    assert chat.texts == [
        "【廉政风险防控】财务处 9月21日提醒：3 人共有 5 项待办，其中 5 项已逾期。请登录系统办理：https://risk.example.edu.cn/"
    ]
    path, body = chat.calls[0]
    assert path == f"/cgi-bin/webhook/send?key={KEY}"
    assert (body["msgtype"], body["text"]["mentioned_list"]) == ("text", [])


def test_only_those_who_agreed_are_named(year, robot, chat):
    ChannelChoice.objects.create(user=year.campus.clerk, robot=True)
    ChannelChoice.objects.create(user=year.campus.head, robot=False)
    morning(year, "09-21 08:05")

    assert "5 项已逾期（甲一等）" in chat.texts[0]
    assert "丙一" not in chat.texts[0]


def test_one_message_a_day_and_only_on_days_with_reminders(year, robot, chat):
    for at in ("09-21 08:05", "09-21 09:05", "09-22 08:05", "09-23 08:05"):
        morning(year, at)

    assert [text[text.index("9月") : text.index("提醒")] for text in chat.texts] == ["9月21日", "9月23日"]


def test_robot_of_the_school_hears_of_all_units_below(year, chat):
    url = f"{chat.origin}/cgi-bin/webhook/send?key={KEY}"
    add(year, url=url, unit=year.campus.root, by=year.campus.office)
    morning(year, "09-21 08:05")

    assert "3 人共有 8 项待办" in chat.texts[0]


def test_what_waits_for_the_school_is_not_the_units(year, robot, chat):
    for sheet in Submission.objects.filter(unit=year.campus.unit, state="open"):
        Submission.objects.filter(pk=sheet.pk).update(
            state="in_review",
            step="file",
            waiting_role="office",
            step_due_on=date(2026, 9, 21),
            submitted_at=year.clock.now,
        )

    assert morning(year, "09-21 08:05") == 0


# --- Delivery -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, {"errcode": 310000, "errmsg": "keywords not in content"}), "对方返回错误码 310000"),
        ((200, {"errmsg": "what?"}), "对方的回答无法识别"),
        ((200, b"<html>"), "未能连接（JSONDecodeError）"),
        ((502, b"bad gateway"), "对方返回 502"),
        ((302, b""), "对方返回 302"),
    ],
)
def test_message_that_was_not_taken_is_sent_again_later(year, robot, chat, answer, error):
    chat.answer(answer)
    assert morning(year, "09-21 08:05") == 0
    row = RobotMessage.objects.get()
    assert (row.error, row.sent_at, row.attempts) == (error, None, 1)

    year.clock.set("2026-09-21 08:08")
    assert robots.deliver() == 0  # the claim still stands
    year.clock.set("2026-09-21 08:11")
    assert (robots.deliver(), len(chat.calls)) == (1, 2)
    row.refresh_from_db()
    assert (row.error, row.sent_at, row.attempts) == ("", year.clock.now, 2)
    assert robots.deliver() == 0


def test_redirect_is_not_followed(year, robot, chat):
    chat.answer((302, b""))
    morning(year, "09-21 08:05")
    assert [urlsplit(path).path for path, _ in chat.calls] == ["/cgi-bin/webhook/send"]


def quarters(first, last):
    """The quarters of an hour from one hour to another, as a sweep may come."""
    return [f"{hour:02}:{minute:02}" for hour in range(first, last) for minute in (0, 15, 30, 45)]


def sweep(year, times):
    for at in times:
        year.clock.set(f"2026-09-21 {at}")
        robots.deliver()


@pytest.mark.parametrize("back", [9, 12, 20])
def test_product_that_is_away_for_hours_gets_the_days_message_within_an_hour(year, robot, chat, back):
    chat.answer(*[(500, b"")] * 40)
    reminders.remind(at=year.clock.set("2026-09-21 08:05"))
    sweep(year, ["08:05", "08:11", *quarters(8, back)[2:]])
    failed = len(chat.calls)
    chat.answer()
    sweep(year, quarters(back, back + 2)[:5])

    row = RobotMessage.objects.get()
    assert (row.sent_at is None, row.error, row.attempts, len(chat.calls)) == (False, "", failed + 1, failed + 1)


def test_product_that_is_away_all_day_is_tried_less_and_less_until_the_evening(client, year, robot, chat):
    chat.answer(*[(500, b"")] * 80)
    reminders.remind(at=year.clock.set("2026-09-21 08:05"))
    sweep(year, quarters(8, 24)[1:])
    client.force_login(year.campus.liaison, backend="registers.sessions.People")
    page = client.get(reverse("robot_list")).content.decode()
    year.clock.set("2026-09-22 07:30")
    robots.deliver()
    row = RobotMessage.objects.get()
    assert len(chat.calls) == row.attempts <= 18
    assert timezone.localtime(row.claimed_at).hour in (20, 21)
    assert "对方返回 500" in page


def test_nothing_is_said_at_night_and_yesterdays_message_never(year, robot, chat):
    reminders.remind(at=year.clock.set("2026-09-21 08:05"))
    for at in ("09-21 22:00", "09-22 06:59", "09-22 08:00"):
        year.clock.set(f"2026-{at}")
        assert robots.deliver() == 0
    assert chat.calls == []


def test_dingtalk_is_signed_as_it_wants(year, chat):
    secret = "SEC0123456789"
    add(year, kind="dingtalk", url=f"{chat.origin}/robot/send?access_token={KEY}", secret=secret)
    morning(year, "09-21 08:05")

    ((path, body),) = chat.calls
    query = parse_qs(urlsplit(path).query)
    text = f"{query['timestamp'][0]}\n{secret}"
    assert query["access_token"] == [KEY]
    assert query["timestamp"] == [str(int(year.clock.now.timestamp() * 1000))]
    assert query["sign"] == [
        base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()
    ]
    assert body["at"] == {"isAtAll": False}


def test_signature_is_what_openssl_makes_of_it():
    """printf '1577262236757\\nthis is secret' | openssl dgst -sha256 -hmac 'this is secret' -binary | base64"""
    assert robots.signature("this is secret", 1577262236757) == (
        "&timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D"
    )


def test_host_that_is_not_there_is_an_error_without_the_address(year, robot, chat, caplog, settings):
    gone = "http://127.0.0.1:9"
    settings.ROBOT_HOSTS = [gone]
    Robot.objects.update(url=f"{gone}/cgi-bin/webhook/send?key={KEY}")
    with caplog.at_level(logging.DEBUG):
        assert morning(year, "09-21 08:05") == 0
    assert RobotMessage.objects.get().error == "未能连接（ConnectionRefusedError）"
    assert KEY not in caplog.text


def test_host_that_is_no_longer_allowed_is_not_called(year, robot, chat, settings):
    settings.ROBOT_HOSTS = ["qyapi.weixin.qq.com"]
    assert (morning(year, "09-21 08:05"), chat.calls) == (0, [])


# --- Keeping robots -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("wecom", f"http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"),
        ("wecom", f"https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key={KEY}"),
        ("wecom", f"https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key={KEY}"),
        ("wecom", f"https://user:pass@qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"),
        ("wecom", f"https://qyapi.weixin.qq.com@169.254.169.254/cgi-bin/webhook/send?key={KEY}"),
        ("wecom", f"https://169.254.169.254/cgi-bin/webhook/send?key={KEY}"),
        ("wecom", f"https://127.0.0.1/cgi-bin/webhook/send?key={KEY}"),
        ("wecom", f"https://[::1]/cgi-bin/webhook/send?key={KEY}"),
        ("wecom", f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}\r\nX-Evil: 1"),
        ("wecom", f"https://qyapi.weixin.qq.com/cgi-bin/../admin?key={KEY}"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"),
        ("wecom", DINGTALK),
        ("dingtalk", WECOM),
        ("wecom", "file:///etc/passwd"),
        ("wecom", "https://qyapi.weixin.qq.com:99999/cgi-bin/webhook/send?key=x"),
        ("wecom", "https://[qyapi/"),
        ("wecom", "not an address"),
    ],
)
def test_address_that_leads_elsewhere_is_refused(year, kind, url):
    with pytest.raises(Refused):
        add(year, kind=kind, url=url)
    assert not Robot.objects.exists()


@pytest.mark.parametrize(("kind", "url"), [("wecom", WECOM), ("dingtalk", DINGTALK)])
def test_address_as_the_product_gives_it_is_taken(year, kind, url):
    assert add(year, kind=kind, url=url).is_active


def test_same_address_twice_is_refused_until_it_was_stopped(year):
    first = add(year)
    with pytest.raises(Refused, match="已经添加过"):
        add(year)
    robots.stop(first, actor=year.actor(year.campus.head), at=year.clock.now)

    assert add(year).pk != first.pk
    first.refresh_from_db()
    assert (first.is_active, first.url, first.secret) == (False, "", "")


@pytest.mark.parametrize("who", ["clerk", "member", "other_head", "leader", "auditor"])
def test_whoever_does_not_look_after_the_unit_keeps_no_robot(year, who):
    with pytest.raises(NotAllowed):
        add(year, by=getattr(year.campus, who))


def test_what_was_done_is_on_record_without_the_address(year):
    robot = add(year)
    robots.stop(robot, actor=year.actor(year.campus.liaison), at=year.clock.now)

    entries = AuditEntry.objects.filter(act__startswith="robot.").order_by("sequence")
    assert list(entries.values_list("act", flat=True)) == ["robot.add", "robot.stop"]
    assert KEY not in "".join(str(entry.detail) for entry in entries)


# --- The page -------------------------------------------------------------------------------------------


@pytest.fixture
def keeper(client, year):
    client.force_login(year.campus.liaison, backend="registers.sessions.People")
    return client


def test_page_adds_shows_tries_and_stops_and_never_shows_the_address(year, keeper, chat):
    typed = {"unit": year.campus.unit.pk, "kind": "wecom", "label": "工作群", "secret": ""}
    typed["url"] = f"{chat.origin}/cgi-bin/webhook/send?key={KEY}"
    assert keeper.post(reverse("robot_add"), typed).status_code == 302
    robot = Robot.objects.get()
    html = keeper.get(reverse("robot_list")).content.decode()
    assert ("工作群" in html, KEY in html) == (True, False)

    html = keeper.post(reverse("robot_test", args=[robot.pk]), follow=True).content.decode()
    assert "测试消息已发到" in html
    assert chat.texts == ["【廉政风险防控】这是财务处的测试消息，收到即表示群机器人可用。"]
    html = keeper.post(reverse("robot_test", args=[robot.pk]), follow=True).content.decode()
    assert ("一分钟内只能测试一次" in html, len(chat.calls)) == (True, 1)

    html = keeper.post(reverse("robot_stop", args=[robot.pk]), follow=True).content.decode()
    assert ("已停用" in html, "还没有群机器人" in html) == (True, True)


def test_failed_test_says_what_to_do(year, keeper, robot, chat):
    chat.answer((200, {"errcode": 93000, "errmsg": "invalid webhook url"}))
    html = keeper.post(reverse("robot_test", args=[robot.pk]), follow=True).content.decode()

    assert "测试消息没有发出：对方返回错误码 93000。请核对" in html
    year.clock.set("2026-09-15 10:30")
    assert robots.deliver() == 0  # nobody wants a test half an hour later


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"unit": ""}, "请选择单位。"),
        ({"kind": "slack"}, "请选择企业微信或钉钉。"),
        ({"label": ""}, "请填写群名称。"),
        ({"label": "长" * 41}, "群名称最多 40 字"),
        ({"url": ""}, "请填写 Webhook 地址。"),
        ({"url": "https://evil.example/robot/send?access_token=x"}, "只能填写 https:// 开头"),
        ({"secret": "SECx"}, "企业微信群机器人没有加签密钥"),
    ],
)
def test_wrong_entry_is_explained_and_kept(year, keeper, bad, words):
    typed = {"unit": year.campus.unit.pk, "kind": "wecom", "label": "工作群", "url": WECOM, "secret": ""} | bad
    response = keeper.post(reverse("robot_add"), typed)

    html = response.content.decode()
    assert (response.status_code, words in html) == (422, True)
    assert all(typed[name] in html for name in ("label", "url", "secret"))
    assert not Robot.objects.exists()


def test_unit_of_somebody_else_cannot_be_chosen(year, keeper):
    typed = {"unit": year.campus.other_unit.pk, "kind": "wecom", "label": "工作群", "url": WECOM}

    assert keeper.post(reverse("robot_add"), typed).status_code == 422
