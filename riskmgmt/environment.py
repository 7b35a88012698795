"""Settings read from the environment.

A value that cannot be used is refused in a sentence that says what to write.
"""

import os
import sys
from base64 import urlsafe_b64decode
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import environ

YES, NO = ("1", "true", "yes", "on", "y", "ok", "t"), ("0", "false", "no", "off", "n", "f", "")
DATABASES = ("postgres", "postgresql", "psql", "pgsql", "sqlite")
BROKERS = ("redis", "rediss", "unix")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def refuse(name, remedy):
    """End the process because the variable ``name`` is wrong, with a sentence and no trace.

    Web server, worker, clock and commands all show it.
    The value is not repeated: it may hold a password, and this text goes into logs.
    """
    sys.exit(f"环境变量 {name} 没有设好。{remedy}（写在环境变量或 .env 中，样例见 .env.example）")


class Environment(environ.Env):
    """The environment as django-environ reads it, but strictly.

    A mistyped word never counts as "no", and every fault names its variable.
    All methods raise ``SystemExit``, see `refuse`.
    """

    def bool(self, var, default=environ.Env.NOTSET):
        text = self.str(var, default="").strip().lower()
        if var in self.ENVIRON and text not in YES + NO:
            refuse(var, "请写 1（是）或 0（否）。")
        return super().bool(var, default=default)

    def int(self, var, default=environ.Env.NOTSET, *, least=0):
        try:
            value = super().int(var, default=default)
        except ValueError:
            refuse(var, "请写一个整数，例如 1。")
        if value < least:
            refuse(var, f"请写不小于 {least} 的整数。")
        return value

    def hour(self, var, *, default):
        """Return an hour of the day, 0 to 23."""
        value = self.int(var, default=default)
        if value > 23:
            refuse(var, "请写 0 至 23 之间的整点。")
        return value

    def database(self, var, *, default):
        """Return Django's settings of the database that an address like postgres://… or sqlite:///… names."""
        remedy = "请写成 postgres://用户:密码@主机:5432/库名，密码中的特殊字符按网址规则转写（@ 写作 %40）；不填则使用 SQLite。"
        try:
            if urlsplit(self.str(var, default=default)).scheme not in DATABASES:
                refuse(var, remedy)
            settings = self.db_url(var, default=default)
        except (ValueError, KeyError):
            refuse(var, remedy)
        if not settings["NAME"]:
            refuse(var, remedy)
        return settings

    def mail(self, var, *, default):
        """Return Django's mail settings for an address such as smtp+tls://user:password@host:587."""
        remedy = "请写成 smtp+tls://用户:密码@主机:587 或 smtp+ssl://用户:密码@主机:465；不填则邮件写成文件。"
        try:
            return self.email_url(var, default=default)
        except (ValueError, KeyError, environ.ImproperlyConfigured):
            refuse(var, remedy)

    def redis(self, var, *, default=""):
        """Return the address of a Redis server, or "" where none is named."""
        address = self.str(var, default=default)
        remedy = "请写成 redis://:密码@主机:6379/0。"
        try:
            if address and urlsplit(address).scheme not in BROKERS:
                refuse(var, remedy)
            _ = urlsplit(address).port
        except ValueError:
            refuse(var, remedy)
        return address

    def seal_keys(self, var):
        """Return the keys of sealed texts: of each the 32 bytes that a Fernet key has, as a text."""
        keys = [key.strip() for key in self.list(var, default=[]) if key.strip()]
        for number, key in enumerate(keys, 1):
            try:
                right = len(urlsafe_b64decode(key)) == 32
            except (ValueError, UnicodeError):
                right = False
            if not right:
                refuse(
                    var,
                    f"第 {number} 把密钥不对：每把是 44 个字符，可用 "
                    'python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())" 生成。',
                )
        return keys

    def time_zone(self, var, *, default):
        name = self.str(var, default=default)
        if name not in available_timezones():
            refuse(var, "请写时区名，例如 Asia/Shanghai。")
        return ZoneInfo(name).key

    def one_of(self, var, choices, *, default):
        value = self.str(var, default=default)
        if value not in choices:
            refuse(var, f"可用的值：{'、'.join(choices)}。")
        return value

    def folder(self, var, *, default):
        """Return a folder that this process can write to, made where it is missing."""
        folder = Path(self.str(var, default=str(default))).resolve()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            refuse(var, f"不能建立目录 {folder}：{problem.strerror}。请换一个目录，或由管理员建好后授予写权限。")
        if not os.access(folder, os.W_OK | os.X_OK):
            refuse(var, f"目录 {folder} 不可写。请换一个目录，或由管理员授予写权限。")
        return folder
