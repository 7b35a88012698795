"""Group robots (企业微信、钉钉): one message a working day to the chat group of a unit.

The daily run writes it, and it is sent afterwards. It says how many people have how many things to do, and names only
people who have agreed to be named. It never says what was filled in.
"""

import base64
import hashlib
import hmac
import json
import time
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote_plus, urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from registers import audit, clock, leases
from registers.access import require
from registers.models import Unit
from registers.prepared import Given, Prepared
from registers.refusals import Refused
from workflows.deadlines import days
from workflows.models import ChannelChoice, Robot, RobotMessage
from workflows.models.notifications import QUIET_FROM, QUIET_UNTIL

# Minutes from one try to the next: soon at first, then every hour until the night, whenever the day's message was written.
WAITS = (5, 10, 20, 40, *[60] * 14)
ATTEMPTS = len(WAITS) + 1
TIMEOUT_SECONDS = 5
ANSWER_BYTES = 65536
NAMES = 20
# Path of a robot's address and the parameter it must have, as each product documents it.
PATHS = {Robot.Kind.WECOM: ("/cgi-bin/webhook/send", "key="), Robot.Kind.DINGTALK: ("/robot/send", "access_token=")}
# The roles whose work a unit's group hears of; work of the school's roles is not in the unit's hands.
IN_THE_UNIT = ("post_holder", "liaison", "group_member", "unit_head")


@cache
def _active():
    return Prepared(Robot.objects.filter(is_active=True).select_related("unit").order_by("pk"))


# --- The text ---------------------------------------------------------------------------------------------


class Groups:
    """The messages to units' chat groups on the day ``on``: collected per submission, written at the end."""

    def __init__(self, on):
        self.on, self._robots, self._tops = on, {}, {}
        for robot in _active().of():
            self._robots.setdefault(robot.unit_id, []).append(robot)
        self.listening = bool(self._robots)
        self._parents = dict(Unit.objects.order_by().values_list("pk", "parent_id")) if self.listening else {}
        # Unit with a robot → [number of submissions by urgency, people by urgency, whether any is new today]
        self._heard = {unit: [[0, 0, 0], [set(), set(), set()], False] for unit in self._robots}

    def hear(self, unit, role, people, urgency, new):
        """Count a submission of ``unit`` that is in the hands of ``people`` (ids) in ``role``.

        ``urgency`` as in ``reminders``: soon, today or late. ``new``: somebody is reminded of it today.
        """
        if role not in IN_THE_UNIT:
            return
        if unit not in self._tops:
            self._tops[unit] = [place for place in self._upwards(unit) if place in self._robots]
        for place in self._tops[unit]:
            heard = self._heard[place]
            heard[0][urgency] += 1
            heard[1][urgency].update(people)
            heard[2] |= new

    def _upwards(self, unit):
        while unit is not None:
            yield unit
            unit = self._parents.get(unit)

    def write(self, *, at):
        """Write the day's messages to the units where somebody is reminded today, once per robot and day."""
        if not any(new for _, _, new in self._heard.values()):
            return
        willing = ChannelChoice.objects.filter(robot=True, user__is_active=True).order_by("user__sort_key", "user_id")
        names = dict(willing.values_list("user_id", "user__name"))
        RobotMessage.objects.bulk_create(
            [
                RobotMessage(
                    robot=robot,
                    key=f"daily:{self.on:%Y%m%d}",
                    day=self.on,
                    created_at=at,
                    text=_words(robot.unit, self.on, numbers, people, names),
                )
                for unit, (numbers, people, new) in self._heard.items()
                if new
                for robot in self._robots[unit]
            ],
            ignore_conflicts=True,
        )


def _words(unit, on, numbers, people, names):
    everybody = set().union(*people)
    parts = []
    for label, number, owing in zip(("即将截止", "今天截止", "已逾期"), numbers, people, strict=True):
        if number:
            named = [name for user, name in names.items() if user in owing]
            who = f"（{'、'.join(named[:NAMES])}{'等' if len(owing) > len(named[:NAMES]) else ''}）" if named else ""
            parts.append(f"{number} 项{label}{who}")
    return (
        f"【廉政风险防控】{unit.name} {on.month}月{on.day}日提醒：{len(everybody)} 人共有 {sum(numbers)} 项待办，"
        f"其中 {'，'.join(parts)}。请登录系统办理：{settings.SITE_URL}/"
    )[:600]


# --- Robots in service ------------------------------------------------------------------------------------


def check_address(kind, url):
    """Check that ``url`` is the address of a robot of this ``kind`` at a host we may call.

    ROBOT_HOSTS holds names of hosts, which are called by https on its usual port, or whole origins
    (``http://127.0.0.1:9000``). Raises ``Refused``.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("地址格式不正确，请从群机器人设置中完整复制 Webhook 地址。") from None
    usual = parts.scheme == "https" and port in (None, 443) and parts.hostname in settings.ROBOT_HOSTS
    if not usual and f"{parts.scheme}://{parts.netloc}" not in settings.ROBOT_HOSTS:
        raise Refused(f"只能填写 https:// 开头、主机为 {hosts()} 的地址；其他主机请系统管理员先列入允许名单。")
    if parts.username or parts.password or any(character.isspace() or ord(character) < 32 for character in url):
        raise Refused("地址中不能有空格、用户名或密码，请从群机器人设置中完整复制 Webhook 地址。")
    path, token = PATHS[kind]
    if parts.path != path or token not in parts.query:
        raise Refused(
            f"这不是{Robot.Kind(kind).label}群机器人的地址，应含有 {path}?{token}…，请从群机器人设置中完整复制。"
        )


def hosts():
    """The hosts that may be called, in words for a message."""
    return "、".join(settings.ROBOT_HOSTS)


@transaction.atomic
def add(*, unit, kind, label, url, secret, actor, at):
    """Put a robot into service and return it.

    Raises ``Refused`` for a bad address or one that is in service already, or ``NotAllowed``.
    """
    robot = Robot(unit=unit, kind=kind, label=label, url=url, secret=secret, made_by_id=actor.user_id, made_at=at)
    require(actor, "keep", robot)
    check_address(kind, url)
    try:
        with transaction.atomic():
            robot.save()
    except IntegrityError:
        raise Refused("这个地址已经添加过，无须重复添加。") from None
    audit.append("robot.add", about=robot, actor=actor, at=at, detail={"unit": unit.pk, "kind": str(kind)})
    return robot


@transaction.atomic
def stop(robot, *, actor, at):
    """Take a robot out of service and delete its address. Does nothing when it is stopped already."""
    robot = Robot.objects.select_for_update(of=("self",)).get(pk=robot.pk)
    require(actor, "keep", robot)
    if robot.is_active:
        Robot.objects.filter(pk=robot.pk).update(is_active=False, url="", secret="")
        audit.append("robot.stop", about=robot, actor=actor, at=at)


def try_out(robot, *, actor, at):
    """Send a test message to the group at once, at most one a minute.

    Returns the message, with its ``error`` if it failed. Raises ``Refused`` or ``NotAllowed``.
    """
    with transaction.atomic():
        robot = Robot.objects.select_for_update(of=("self",)).select_related("unit").get(pk=robot.pk)
        require(actor, "keep", robot)
        if not robot.is_active:
            raise Refused("该群机器人已停用，不能测试。")
        text = f"【廉政风险防控】这是{robot.unit.name}的测试消息，收到即表示群机器人可用。"
        message, made = RobotMessage.objects.get_or_create(
            robot=robot,
            key=f"test:{days.local(at):%Y%m%d%H%M}",
            # Its result is shown at once, so the sweep must not try again.
            defaults={
                "day": timezone.localdate(at),
                "created_at": at,
                "text": text,
                "claimed_at": timezone.now(),
                "attempts": ATTEMPTS,
            },
        )
        if not made:
            raise Refused("一分钟内只能测试一次，请稍后再试。")
        audit.append("robot.test", about=robot, actor=actor, at=at)
    message.robot = robot
    _send(message)
    message.refresh_from_db()
    return message


# --- Delivery ---------------------------------------------------------------------------------------------


def unclaimed():
    """Messages that are not sent, that no worker is sending now, and whose next try is due.

    The lease of a try lasts until the next one is due, so a worker that died and a product that is away need one rule.
    """
    now, free = timezone.now(), Q(claimed_at=None)
    for tries, minutes in enumerate(WAITS, start=1):
        free |= Q(attempts=tries) & leases.free("claimed_at", at=now, seconds=60 * minutes)
    return RobotMessage.objects.filter(free, sent_at=None, attempts__lt=ATTEMPTS)


@cache
def _of_a_day():
    """The statement that reads the messages of a ``day`` that are not sent, whether or not a worker has one."""
    rows = RobotMessage.objects.filter(sent_at=None, attempts__lt=ATTEMPTS, day=Given("day"), robot__is_active=True)
    return Prepared(rows.order_by("pk").values_list("pk"))


def deliver():
    """Send today's unsent messages and return how many went out.

    Nothing is sent at night, and messages of earlier days are never sent late. What the chat product does not take is tried
    again later and later, all day long (``WAITS``).
    """
    hour, sent = days.local(clock.now()).time(), 0
    if hour >= QUIET_FROM or hour < QUIET_UNTIL:
        return 0
    for (pk,) in _of_a_day().of(day=clock.today()):
        with transaction.atomic():
            claimed = leases.take(unclaimed().filter(pk=pk), "claimed_at", tries="attempts", at=timezone.now())
        if claimed:
            sent += _send(RobotMessage.objects.select_related("robot").get(pk=pk))
    return sent


def _send(message):
    """Send one claimed message and mark the result; return whether the chat product took it."""
    try:
        call(message.robot, message.text)
    except (OSError, ValueError, HTTPException, Refused) as failure:
        # Only the kind of exception: its text may hold the address, and the address is the key to the group.
        error = str(failure) if isinstance(failure, NotTaken) else f"未能连接（{type(failure).__name__}）"
        RobotMessage.objects.filter(pk=message.pk).update(error=error[:60])
        return False
    RobotMessage.objects.filter(pk=message.pk).update(sent_at=clock.now(), error="")
    return True


class NotTaken(ValueError):
    """The chat product answered with an error."""


def call(robot, text):
    """Send ``text`` by one call to the robot's address, without following a redirect.

    Raises ``NotTaken``, ``Refused`` or what the network raises.
    """
    check_address(robot.kind, robot.url)
    parts = urlsplit(robot.url)
    words = {"content": text, "mentioned_list": []} if robot.kind == Robot.Kind.WECOM else {"content": text}
    body = {"msgtype": "text", "text": words}
    query = parts.query
    if robot.kind == Robot.Kind.DINGTALK:
        body["at"] = {"isAtAll": False}
        query += signature(robot.secret, round(time.time() * 1000)) if robot.secret else ""
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    try:
        content = json.dumps(body, ensure_ascii=False).encode()
        connection.request(
            "POST", f"{parts.path}?{query}", content, {"Content-Type": "application/json; charset=utf-8"}
        )
        answer = connection.getresponse()
        if answer.status != 200:
            raise NotTaken(f"对方返回 {answer.status}")
        said = json.loads(answer.read(ANSWER_BYTES))
    finally:
        connection.close()
    code = said.get("errcode") if isinstance(said, dict) else None
    if code != 0:
        raise NotTaken(f"对方返回错误码 {code}" if isinstance(code, int) else "对方的回答无法识别")


def signature(secret, milliseconds):
    """The part of the address that proves the sender to 钉钉 (加签): HMAC-SHA256 of time and secret."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return f"&timestamp={milliseconds}&sign={quote_plus(base64.b64encode(digest))}"
