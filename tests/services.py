"""Private PostgreSQL and Redis for tests and benchmarks.

    python -m tests.services with COMMAND [arguments]     one command with DATABASE_URL and REDIS_URL of private servers

The servers listen on free loopback ports, keep their files in a temporary folder, and are stopped whatever happens.
No database that was on the machine before and no folder of a running site is read or written.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import redis

from riskmgmt.serve import die_with_parent
from tests import kept

TEMPLATE = "migrated"
# What a command needs to run without the settings of a site; a `.env` of this tree may name a mail server.
TRIAL = {"DEMO": "1", "EMAIL_URL": "dummymail://"}
START_SECONDS = 30
STOP_SECONDS = 10
# What a site's environment may hold and a test must not see.
SITE_VARIABLES = (
    "DATABASE_URL", "DATABASE_OPTIONS", "WEB_DATABASE_OPTIONS", "REDIS_URL", "CACHE_URL", "EMAIL_URL", "INSTITUTION_NAME", "SECRET_KEY",
    "SECURE_SSL", "DEBUG", "DEMO", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SITE_URL", "TRUSTED_PROXIES", "TIME_ZONE",
    "MEDIA_ROOT", "STATIC_ROOT", "LOG_FORMAT", "LOG_LEVEL", "PORT", "REMINDER_HOUR", "ROBOT_HOSTS", "EXPORT_KEEP_DAYS",
    "DJANGO_SETTINGS_MODULE",
)  # fmt: skip


class MissingServer(Exception):
    """A server program is not installed or does not start."""


@contextlib.contextmanager
def private_folder():
    """Yield the environment for a command that shall leave no trace: no variable of a site, and a folder of its own."""
    hidden = {*SITE_VARIABLES, "TEST_TEMPLATE"}
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    with tempfile.TemporaryDirectory(prefix="riskmgmt-") as folder:
        environment["RISKMGMT_VAR"] = folder
        yield environment


@contextlib.contextmanager
def private_servers(**settings):
    """Yield DATABASE_URL and REDIS_URL of two fresh servers; ``settings`` are PostgreSQL's. Takes about two seconds."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="riskmgmt-")))
        # The account that PostgreSQL runs under has to pass through.
        folder.chmod(0o711)
        database = stack.enter_context(_postgresql(folder / "pg", settings))
        queue = stack.enter_context(_redis(folder / "redis"))
        yield {"DATABASE_URL": database, "REDIS_URL": queue}


def _program(name):
    """Return the path of a PostgreSQL program; Debian keeps them off the PATH, one folder per version."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise MissingServer("没有找到 PostgreSQL。请运行 apt-get install postgresql。")
    return path


def _account():
    """Return how to start PostgreSQL, which refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        raise MissingServer(
            "没有 postgres 账户，而 PostgreSQL 不能以 root 运行。请运行 apt-get install postgresql。"
        ) from None
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


# Durability costs half the time and protects data that is thrown away.
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Autovacuum analyses tables whose rows other tests have rolled back, and takes them for empty: plans then differ by the moment.
STEADY = {"autovacuum": "off"}
# The large registers are measured with what deploy/postgresql.conf says, but for what protects data.
_DEPLOYED = (kept.ROOT / "deploy" / "postgresql.conf").read_text().splitlines()
ROOMY = dict(line.split(" = ") for line in _DEPLOYED if line and not line.startswith("#")) | UNSAFE


@contextlib.contextmanager
def _postgresql(folder, settings):
    """Serve a copy of the kept cluster, in which the database ``TEMPLATE`` has all migrations."""
    folder.mkdir()
    kept.copy("postgresql", _cluster, folder / "cluster", depends=_program("initdb"))
    # An immediate stop: there is nothing to save.
    with _serving(folder / "cluster", STEADY | settings, stop=signal.SIGQUIT) as url:
        yield url


@contextlib.contextmanager
def stoppable_postgresql(folder):
    """Yield what serves a copy of the kept cluster while a ``with`` lasts, each time at a new address."""
    folder.mkdir()
    kept.copy("postgresql", _cluster, folder / "cluster", depends=_program("initdb"))
    yield lambda: _serving(folder / "cluster", {}, stop=signal.SIGINT)


@contextlib.contextmanager
def filled_postgresql(folder, name, fill, *, depends):
    """Serve a copy of a cluster that is kept under ``name``; ``fill`` is given the address of one that is made afresh.

    ``depends``: what shapes the data beside migrations and programs.
    """

    def make(fresh):
        with tempfile.TemporaryDirectory(prefix="riskmgmt-") as place:
            # The account that PostgreSQL runs under has to pass through.
            Path(place).chmod(0o711)
            cluster = Path(place) / "cluster"
            kept.copy("postgresql", _cluster, cluster, depends=_program("initdb"))
            with _serving(cluster, ROOMY, stop=signal.SIGINT) as url:
                fill(url)
            shutil.copytree(cluster, fresh)

    folder.mkdir()
    kept.copy(name, make, folder / "cluster", depends=f"{depends} {_program('initdb')}")
    with _serving(folder / "cluster", ROOMY, stop=signal.SIGQUIT) as url:
        yield url


def _cluster(folder):
    """Make the cluster that every run copies: the data, and the password that nobody outside this folder can read."""
    account = _account()
    with tempfile.TemporaryDirectory(prefix="riskmgmt-") as place:
        # The account that PostgreSQL runs under has to pass through.
        Path(place).chmod(0o711)
        cluster = Path(place) / "cluster"
        cluster.mkdir()
        secret = _secret_file(cluster / "password", secrets.token_urlsafe(16))
        if account:
            _give(cluster, account)
        # Trust would let every account of the machine act as the database's superuser while a test runs.
        made = subprocess.run(
            [_program("initdb"), "-D", cluster / "data", "-U", "riskmgmt", "--auth", "scram-sha-256", "--pwfile", secret,
             "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
            cwd=cluster, capture_output=True, text=True, timeout=60, check=False, **account,
        )  # fmt: skip
        if made.returncode:
            raise MissingServer(f"PostgreSQL 不能初始化：{made.stderr.strip()[-500:]}")
        with _serving(cluster, {}, stop=signal.SIGINT) as url, private_folder() as environment:
            with contextlib.closing(psycopg2.connect(url)) as connection:
                connection.autocommit = True
                connection.cursor().execute(f"CREATE DATABASE {TEMPLATE}")
            kept.migrate(url.replace("/postgres", f"/{TEMPLATE}"), environment | TRIAL)
        shutil.copytree(cluster, folder)


def _give(folder, account):
    """Let the account own a folder and all in it."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account["user"], account["group"], follow_symlinks=False)


@contextlib.contextmanager
def _serving(cluster, own, *, stop):
    """Run PostgreSQL on a cluster; yield the address of its database ``postgres``."""
    account, port, password = _account(), free_port(), (cluster / "password").read_text()
    if account:
        _give(cluster, account)
    settings = {
        "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": cluster, "max_connections": 200,
        **UNSAFE, **own,
    }  # fmt: skip
    command = [_program("postgres"), "-D", cluster / "data"]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    url = f"postgres://riskmgmt:{password}@127.0.0.1:{port}/postgres"

    def answers():
        psycopg2.connect(url, connect_timeout=2).close()

    with _server(command, cluster, answers, psycopg2.OperationalError, stop=stop, **account):
        yield url


@contextlib.contextmanager
def _redis(folder):
    url, serving = redis_in(folder)
    with serving():
        yield url


def redis_in(folder):
    """Prepare a Redis that keeps nothing in the new ``folder``; return its address and what serves it while a ``with`` lasts.

    It may serve again after it has stopped, at the same address.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise MissingServer("没有找到 Redis。请运行 apt-get install redis-server。")
    folder.mkdir()
    password, port = secrets.token_urlsafe(16), free_port()
    # In a file, so that the password stands in no process list.
    configuration = f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {folder}\n'
    _secret_file(folder / "redis.conf", configuration)
    url = f"redis://:{password}@127.0.0.1:{port}/0"

    def answers():
        with redis.Redis.from_url(url, socket_connect_timeout=2) as client:
            client.ping()

    command = [program, folder / "redis.conf"]
    return url, lambda: _server(command, folder, answers, redis.RedisError, stop=signal.SIGTERM)


@contextlib.contextmanager
def _server(command, folder, answers, not_yet, *, stop, **account):
    """Run `command` while the body runs; `answers` raises `not_yet` until it serves."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            process_group=0, preexec_fn=die_with_parent, **account,
        )  # fmt: skip
    try:
        give_up = time.monotonic() + START_SECONDS
        while True:
            try:
                answers()
                break
            except not_yet:
                if process.poll() is not None or time.monotonic() > give_up:
                    output = (folder / "log").read_text(errors="replace")[-800:]
                    raise MissingServer(f"{Path(command[0]).name} 没有启动：\n{output}") from None
                time.sleep(0.05)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _secret_file(path, text):
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(command, environment):
    """Run a command to its end and return its status; when we are ended first, so is it."""
    process = subprocess.Popen(command, env=environment, preexec_fn=die_with_parent)
    try:
        return process.wait()
    except KeyboardInterrupt:
        # A terminal's Ctrl-C has reached it too; it may print what it has.
        with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            return process.wait(timeout=STOP_SECONDS)
        return 130
    finally:
        end(process)


def end(process):
    """End a process that still runs, the hard way if it does not listen."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=STOP_SECONDS)
        process.kill()


def with_servers(command):
    with private_folder() as environment, private_servers() as servers:
        return run(command, environment | servers | TRIAL)


def leave_by_exception():
    """Make the signals that end a program pass through every ``finally`` on the way."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))


def main(arguments):
    leave_by_exception()
    match arguments:
        case ["with", *command] if command:
            return with_servers(command)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MissingServer as problem:
        sys.exit(str(problem))
