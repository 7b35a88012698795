"""Private PostgreSQL and Redis for tests and benchmarks, and the two passes of the test suite.

    python -m tests.services suite [pytest arguments]     the whole suite on SQLite, then again on PostgreSQL and Redis
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

START_SECONDS = 30
STOP_SECONDS = 10
NOTHING_COLLECTED = 5
# What a site's environment may hold and a test must not see.
SITE_VARIABLES = (
    "DATABASE_URL", "DATABASE_OPTIONS", "REDIS_URL", "CACHE_URL", "EMAIL_URL", "INSTITUTION_NAME", "SECRET_KEY",
    "SECURE_SSL", "DEBUG", "DEMO", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SITE_URL", "TRUSTED_PROXIES", "TIME_ZONE",
    "MEDIA_ROOT", "STATIC_ROOT", "LOG_FORMAT", "LOG_LEVEL", "PORT", "REMINDER_HOUR", "ROBOT_HOSTS", "DJANGO_SETTINGS_MODULE",
)  # fmt: skip


class MissingServer(Exception):
    """A server program is not installed or does not start."""


@contextlib.contextmanager
def private_folder():
    """Yield the environment for a command that shall leave no trace: no variable of a site, and a folder of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in SITE_VARIABLES}
    with tempfile.TemporaryDirectory(prefix="riskmgmt-") as folder:
        environment["RISKMGMT_VAR"] = folder
        yield environment


@contextlib.contextmanager
def private_servers():
    """Yield DATABASE_URL and REDIS_URL of two fresh servers; takes about two seconds."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="riskmgmt-")))
        # The account that PostgreSQL runs under has to pass through.
        folder.chmod(0o711)
        database = stack.enter_context(_postgresql(folder / "pg"))
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


@contextlib.contextmanager
def _postgresql(folder):
    account = _account()
    folder.mkdir()
    if account:
        os.chown(folder, account["user"], account["group"])
    password, port = secrets.token_urlsafe(16), free_port()
    secret = _secret_file(folder / "password", password)
    if account:
        os.chown(secret, account["user"], account["group"])
    # Trust would let every account of the machine act as the database's superuser while a test runs.
    made = subprocess.run(
        [_program("initdb"), "-D", folder / "data", "-U", "riskmgmt", "--auth", "scram-sha-256", "--pwfile", secret,
         "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False, **account,
    )  # fmt: skip
    if made.returncode:
        raise MissingServer(f"PostgreSQL 不能初始化：{made.stderr.strip()[-500:]}")
    # Durability costs half the time and protects data that is thrown away.
    settings = {
        "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off",
        "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 200,
    }  # fmt: skip
    command = [_program("postgres"), "-D", folder / "data"]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def answers():
        psycopg2.connect(
            host="127.0.0.1", port=port, user="riskmgmt", password=password, dbname="postgres", connect_timeout=2
        ).close()

    # An immediate stop: there is nothing to save.
    with _server(command, folder, answers, psycopg2.OperationalError, stop=signal.SIGQUIT, **account):
        yield f"postgres://riskmgmt:{password}@127.0.0.1:{port}/postgres"


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
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=STOP_SECONDS)
            process.kill()


def suite(arguments):
    """Run the suite on SQLite and, when it passes, everything that touches a database again on PostgreSQL and Redis.

    A failure ends it at once: the summary that tells of the failure has to be the last line.
    """
    pytest = [sys.executable, "-m", "pytest"]
    print("== 第一遍：SQLite ==", flush=True)
    with private_folder() as environment:
        if status := run([*pytest, *arguments], environment):
            return status
    print("\n== 第二遍：PostgreSQL + Redis ==", flush=True)
    with private_folder() as environment, private_servers() as servers:
        status = run([*pytest, "-m", "not once", *arguments], environment | servers)
    # A choice of tests that the first pass has run may hold nothing for the second.
    return 0 if status == NOTHING_COLLECTED and arguments else status


def with_servers(command):
    with private_folder() as environment, private_servers() as servers:
        # A `.env` of this tree may name a mail server.
        return run(command, environment | servers | {"DEMO": "1", "EMAIL_URL": "dummymail://"})


def main(arguments):
    # As an exception it passes through every `finally` above.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    match arguments:
        case ["suite", *rest]:
            return suite(rest)
        case ["with", *command] if command:
            return with_servers(command)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except MissingServer as problem:
        sys.exit(str(problem))
