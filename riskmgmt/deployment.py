"""Risks in the settings of a site in use, each with its remedy: `manage.py check --deploy`.

What cannot work at all is refused at the start (``riskmgmt.environment``). Here is what works and is dangerous.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import connections

from workflows.messages import trial_letter

# Hosts that mean "any": Django's own word, and a leading dot without a name behind it.
ANY = ("*", ".", "")


def any_host():
    """Return whether the site answers under every name."""
    return any(host.strip() in ANY for host in settings.ALLOWED_HOSTS)


def on_sqlite():
    """Return whether the register lies in a file."""
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


def without_redis():
    """Return whether queue and cache lie in a folder and in the database."""
    return not settings.REDIS_URL


def site_is_no_address():
    """Return whether links in mails and on papers lead to no page: another scheme, or no host."""
    try:
        parts = urlsplit(settings.SITE_URL)
        return parts.scheme not in ("http", "https") or not parts.hostname or any(map(str.isspace, settings.SITE_URL))
    except ValueError:
        return True


def site_is_open():
    """Return whether links lead to pages without encryption."""
    return urlsplit(settings.SITE_URL).scheme == "http" if not site_is_no_address() else False


def any_robot_host():
    """Return whether the worker may be made to call any machine of the network."""
    return any("*" in host or host.strip() in ANY for host in settings.ROBOT_HOSTS)


def mails_stay_here():
    """Return whether nobody gets a mail."""
    return trial_letter.stays_here(settings.EMAIL_BACKEND)


RISKS = (
    (
        any_host,
        checks.Error,
        "ALLOWED_HOSTS 含有 *，任何域名都会被接受，他人可借此伪造邮件和页面中的链接。",
        "请写明本站的域名，例如 ALLOWED_HOSTS=risk.example.edu.cn。",
        "riskmgmt.E101",
    ),
    (
        on_sqlite,
        checks.Warning,
        "正式环境使用 SQLite：同一时刻只能有一人写入，多人同时提交时会等待或失败。",
        "请安装 PostgreSQL 15 以上，设 DATABASE_URL=postgres://用户:密码@主机:5432/库名。",
        "riskmgmt.W102",
    ),
    (
        without_redis,
        checks.Warning,
        "没有设 REDIS_URL：队列和缓存放在文件和数据库中，后台任务会变慢，只适合试用。",
        "请安装 Redis 7 以上，设 REDIS_URL=redis://:密码@主机:6379/0。",
        "riskmgmt.W103",
    ),
    (
        site_is_no_address,
        checks.Error,
        "SITE_URL 不是网址，邮件和打印件中的链接无法打开。",
        "请写成以 https:// 开头的完整网址，例如 SITE_URL=https://risk.example.edu.cn。",
        "riskmgmt.E104",
    ),
    (
        site_is_open,
        checks.Warning,
        "SITE_URL 以 http:// 开头：邮件中的链接不加密，密码和填报内容可能在途中被看到。",
        "请为本站配置 HTTPS 证书，并把 SITE_URL 改为以 https:// 开头。",
        "riskmgmt.W105",
    ),
    (
        any_robot_host,
        checks.Error,
        "ROBOT_HOSTS 含有 *，没有写明允许调用哪些主机，群机器人不能使用，也无从防止后台被用来访问内网。",
        "请逐个写明主机，例如 ROBOT_HOSTS=qyapi.weixin.qq.com,oapi.dingtalk.com；不用群机器人的不填。",
        "riskmgmt.E106",
    ),
    (
        mails_stay_here,
        checks.Warning,
        "没有设 EMAIL_URL：邮件只写成 var/mail 下的文件，不会发出。",
        "请设 EMAIL_URL=smtp+tls://用户:密码@主机:587；确实不发邮件的可以忽略。",
        "riskmgmt.W107",
    ),
)


@checks.register(checks.Tags.security, deploy=True)
def check_deployment(app_configs, **kwargs):
    """Name every risk of this site's settings, with its remedy."""
    return [severity(what, hint=remedy, id=number) for found, severity, what, remedy, number in RISKS if found()]


@checks.register(checks.Tags.database)
def check_encoding(app_configs, databases, **kwargs):
    """Refuse a PostgreSQL database that counts bytes instead of characters.

    ``migrate`` asks it before it writes anything.
    """
    found = []
    for connection in map(connections.__getitem__, databases or ()):
        if connection.vendor != "postgresql":
            continue
        connection.ensure_connection()
        encoding = connection.connection.get_parameter_status("server_encoding")
        if encoding != "UTF8":
            what = f"数据库“{connection.settings_dict['NAME']}”的编码是 {encoding}，汉字会按字节计数、被截断或拒收。"
            remedy = "请删去这个库，用 createdb --encoding UTF8 --locale C.UTF-8 --template template0 重新建立（见 docs/operations.md）。"
            found.append(checks.Error(what, hint=remedy, id="riskmgmt.E108"))
    return found
