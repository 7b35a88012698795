"""The health of the site: every part that is missing is named together with its remedy.

`/healthz` asks what may fail while the site runs (database, broker, worker); what a set-up may have forgotten (pango,
fonts, front-end packages) is a system check: `manage.py check` says it. Logged-out people reach no more than that.
"""

import contextlib
import ctypes
import fcntl
import logging
import os
import shutil
import subprocess

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import checks
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from riskmgmt import vendor
from workflows.messages import failures

logger = logging.getLogger(__name__)

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_STALE_SECONDS = 120

DATABASE_REMEDY = "数据库连接失败。请检查 DATABASE_URL 和数据库服务；使用 SQLite 时请检查 var 目录可写、磁盘未满。"
BROKER_REMEDY = "消息队列连接失败。请检查 REDIS_URL 和 Redis 服务；未用 Redis 时请检查 var/queue 目录可写。"
MAIL_REMEDY = (
    "有邮件未能发出，系统会继续重试。请检查 EMAIL_URL 和邮件服务器；原因和“再次发送”见系统管理员的“未发出的邮件”页。"
)
WORKER_REMEDY = "后台任务进程没有响应，提醒和文件生成会延迟。请启动 celery worker 和 celery beat 并查看其日志。"
PANGO_REMEDY = (
    "缺少 Pango，不能生成 PDF。请运行 apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 后重启。"
)
FONT_REMEDY = "没有中文字体，PDF 会显示为方框。请运行 apt-get install fonts-noto-cjk 后重启。"
PACKAGES_REMEDY = "缺少前端文件，页面没有样式。请在项目目录运行 npm ci，或运行 ./run setup。"


@shared_task(name="riskmgmt.heartbeat")
def heartbeat():
    """Write down the time of day, as a sign of life.

    It passed through the queue, so it proves more than a running process.
    """
    cache.set(HEARTBEAT_KEY, timezone.now().timestamp(), timeout=None)


@worker_ready.connect
def first_heartbeat(**_):
    """Ask for a heartbeat at once when a worker starts.

    Else a fresh worker would be reported missing until the schedule comes round.
    """
    heartbeat.apply_async(expires=60)


# --- What may fail while running ---------------------------------------------------------------------


def outages():
    """Return the exceptions of a database, broker or cache that is away.

    A site without Redis does not load its client.
    """
    if not settings.REDIS_URL:
        return DatabaseError, OSError
    from redis.exceptions import RedisError  # noqa: PLC0415  it takes as long to load as a sixth of the site

    return DatabaseError, OSError, RedisError


def database_answers():
    """Return whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except outages():
        return False
    return True


def broker_answers():
    """Return whether Redis answers, or without Redis whether the queue's folders are there."""
    if not settings.REDIS_URL:
        return all(os.access(settings.VAR / "queue" / name, os.R_OK | os.W_OK) for name in ("messages", "control"))
    from redis import Redis  # noqa: PLC0415  the same

    try:
        with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as client:
            return bool(client.ping())
    except outages():
        return False


def worker_answers():
    """Return whether a sign of life came through the queue lately."""
    try:
        seen = cache.get(HEARTBEAT_KEY)
    except outages():
        return False
    # A sign of life from the future was left before the machine's clock was set back: it proves nothing either.
    return seen is not None and abs(timezone.now().timestamp() - seen) <= HEARTBEAT_STALE_SECONDS


# --- What a set-up may have forgotten ----------------------------------------------------------------


def pango_installed():
    """Return whether the Pango libraries can be loaded.

    Only the libraries: importing WeasyPrint takes a second, and this runs before every command.
    """
    return all(
        any(_loads(name.format(stem)) for name in ("lib{}.so.0", "lib{}.0.dylib", "lib{}-0.dll"))
        for stem in ("pango-1.0", "pangoft2-1.0")
    )


def _loads(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def chinese_font_installed():
    """Return whether fontconfig knows a Chinese font.

    Without one WeasyPrint reports nothing and prints boxes.
    """
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    try:
        answer = subprocess.run(  # noqa: S603  fixed arguments
            [lister, ":lang=zh-cn", "family"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(answer.stdout.strip())


def packages_installed():
    """Return whether the front-end files are installed."""
    return not vendor.missing()


@checks.register()
def check_setup(app_configs, **kwargs):
    """Warn about what is missing.

    The rest of the site works without it.
    """
    parts = [
        (pango_installed, PANGO_REMEDY, "riskmgmt.W001"),
        (chinese_font_installed, FONT_REMEDY, "riskmgmt.W002"),
        (packages_installed, PACKAGES_REMEDY, "riskmgmt.W003"),
    ]
    messages = [_warning(remedy, number) for present, remedy, number in parts if not present()]
    from openpyxl import DEFUSEDXML  # noqa: PLC0415 (slow import)

    if not DEFUSEDXML:
        what, remedy = "没有 defusedxml，导入的表格可能耗尽内存。", "请按 requirements.txt 重新安装依赖。"
        messages.append(checks.Error(what, hint=remedy, id="riskmgmt.E004"))
    return messages


def _warning(sentence, number):
    what, remedy = sentence.split("。", 1)
    return checks.Warning(what + "。", hint=remedy, id=number)


# --- The address -----------------------------------------------------------------------------------------


def log_change(down):
    """Log one line if other parts are down than at the last call, of whichever process of this machine.

    What was down last is kept in a file, because database and queue may be what is down.
    """
    state = ", ".join(sorted(down))
    with contextlib.suppress(OSError), (settings.VAR / "health").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if (before := file.read()) == state:
            return
        file.truncate(0)
        file.write(state)
        if state:
            logger.error("down: %s", state)
        else:
            logger.warning("up again: %s", before)


@login_not_required
@never_cache
@require_safe
def healthz(request):
    """Answer 200 while database, broker and worker respond, else 503.

    Mails that could not be sent are counted and change nothing in the status: the site works without them.
    The sentences under "remedies" are for people. The log has one line for each change, not for each question.
    """
    parts = {
        "database": (database_answers, DATABASE_REMEDY),
        "broker": (broker_answers, BROKER_REMEDY),
        "worker": (worker_answers, WORKER_REMEDY),
    }
    remedies = {name: remedy for name, (answers, remedy) in parts.items() if not answers()}
    log_change(remedies)
    status = 503 if remedies else 200
    body = {"status": "down" if remedies else "ok", **{name: "down" if name in remedies else "ok" for name in parts}}
    if "database" not in remedies:
        number, oldest = failures.figures()
        body["mails"] = {"unsent": number, "oldest": oldest and oldest.isoformat(timespec="seconds")}
        if number:
            remedies["mails"] = MAIL_REMEDY
    if remedies:
        body["remedies"] = remedies
    answer = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    answer._has_been_logged = True  # else Django logs every 503
    return answer
