"""The one-command start: prepare the database, then run web server, worker and clock.

They are children of one process.
Production runs the same three programs as services of their own; this is for a trial on one machine.
"""

import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time

import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import Error as DatabaseError
from django.db import connections

HOST = "127.0.0.1"
STOP_SECONDS = 20
START_SECONDS = 60
PR_SET_PDEATHSIG = 1


class StartError(Exception):
    """A start that is not possible.

    The message says why and what to do.
    """


def die_with_parent():
    """Make the kernel end this child when its parent is killed and cannot do it (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def port_wanted(text):
    """Return the port as a number. Raises ``StartError`` if it is taken or no port."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise StartError(f"PORT={text} 不是端口号。请用 1024–65535 之间的数，例如 PORT=8001 ./run")
    with socket.socket() as probe:
        # As gunicorn does it: a port that a stopped server has just left counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except PermissionError:
            raise StartError(f"没有权限使用端口 {text}。请换一个 1024 以上的端口：PORT=8001 ./run") from None
        except OSError:
            raise StartError(
                f"端口 {text} 已被占用。请换一个端口：PORT={int(text) % 65535 + 1} ./run (port {text} is taken)"
            ) from None
    return int(text)


def only_one_here():
    """Return the open lock of `var`.

    Two clocks on one queue would do everything twice. Raises ``StartError`` if another process holds the lock.
    """
    lock = (settings.VAR / "serve.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise StartError(
            "这个目录里的站点已经在运行。请先停止它；要同时运行第二份，请给它另一个数据目录和端口："
            f"RISKMGMT_VAR={settings.VAR}-2 PORT=8001 ./run"
        ) from None
    return lock


def prepare():
    """Bring the database up to date and, when it holds no unit yet, fill in a demo.

    It is the demo campus, or with ``DEMO_EMPTY`` the empty site.
    """
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if settings.REHEARSAL:
        # It has the rule book that the institution adopted, and needs no other.
        connections.close_all()
        return
    call_command("load_schemes", verbosity=0)
    if not apps.get_model("registers", "Unit")._base_manager.exists():
        print("正在生成演示数据…… (demo data)", flush=True)
        if settings.DEMO_EMPTY:
            call_command("demo", empty=True)
        else:
            call_command("demo", scheme="changchun-2016", size="school")
    # The children are forked from here and must not share a connection.
    connections.close_all()


def commands(port):
    """Return the three programs, web server first."""
    # Whoever tries the site out as root has decided that already; production has an account for it.
    calm = ["-W", "ignore:You're running the worker with superuser"]
    celery = [sys.executable, *calm, "-m", "celery", "--app", "riskmgmt", "--quiet"]
    web = [sys.executable, "-m", "gunicorn", "riskmgmt.wsgi:application", "--bind", f"{HOST}:{port}"]
    web += ["--config", "python:riskmgmt.webserver"]
    web += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"]
    # The control socket would lie in the home folder and be shared by every instance of one account.
    web += ["--no-control-socket", "--graceful-timeout", "8", "--log-level", "warning"]
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", "3", "--loglevel", "WARNING"]
    worker += ["--without-gossip", "--without-mingle"]
    # No pid file: one that a killed clock leaves behind would keep the next from starting.
    clock = [*celery, "beat", "--loglevel", "WARNING", "--pidfile="]
    return {"web": web, "worker": worker, "beat": clock}


class Children:
    """Programs that live and die together."""

    def __init__(self):
        self.running = {}
        self.stopping = False

    def start(self, programs):
        for name, command in programs.items():
            self.running[name] = subprocess.Popen(  # noqa: S603  our own commands
                command,
                stdin=subprocess.DEVNULL,
                # Ctrl-C reaches a whole group at once; in groups of their own they hear it from us, once.
                process_group=0,
                preexec_fn=die_with_parent,  # noqa: PLW1509  this process has one thread
            )

    def ask_to_stop(self, *_):
        self.stopping = True

    def dead(self):
        return [name for name, child in self.running.items() if child.poll() is not None]

    def wait(self):
        """Block until asked to stop (return 0) or until one of them has died (return 1)."""
        while not self.stopping:
            if dead := self.dead():
                print(f"{'、'.join(dead)} 意外停止，其余进程一并停止。原因见上面的输出。", file=sys.stderr, flush=True)
                return 1
            time.sleep(0.2)
        print("正在停止……", flush=True)
        return 0

    def stop(self):
        """Ask every child to finish, and end what has not finished in time together with its own children."""
        for child in self.running.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        give_up = time.monotonic() + STOP_SECONDS
        for child in self.running.values():
            try:
                child.wait(timeout=max(0.1, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def supervise(programs, *, ready=lambda children: None):
    """Run `programs` until a signal or the first death, and return the exit status.

    `ready` is called once they are started.
    """
    children = Children()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Started under nohup it shall outlive its terminal.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, children.ask_to_stop)
    try:
        children.start(programs)
        ready(children)
        return children.wait()
    finally:
        children.stop()


def announce(port):
    """Return a function that waits for the web server, then prints its address and the logins."""

    def ready(children):
        give_up = time.monotonic() + START_SECONDS
        while not children.stopping and not children.dead():
            with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
                break
            if time.monotonic() > give_up:
                print(f"网站 {START_SECONDS} 秒内没有启动，原因见上面的输出。", file=sys.stderr, flush=True)
                children.ask_to_stop()
            time.sleep(0.1)
        if not children.stopping and not children.dead():
            print(f"\n网站已启动：http://{HOST}:{port}/  （按 Ctrl-C 停止）\n", flush=True)
            if not settings.REHEARSAL:
                call_command("demo", logins=True)
            connections.close_all()
            sys.stdout.flush()

    return ready


def main():
    """Make the demo where there is none, then run web server, worker and scheduler.

    Ends the process with its exit status after a signal.
    """
    try:
        django.setup()
        if not settings.DEMO:
            raise StartError(
                "./run 用于试用（DEMO=1）。.env 中没有 DEMO=1，按生产环境处理；生产部署请看 docs/operations.md，"
                "第一个账号由 ./run manage first_admin 设立。"
            )
        port = port_wanted(os.environ.get("PORT", "8000"))
        lock = only_one_here()
        prepare()
    except (StartError, ImproperlyConfigured, CommandError) as problem:
        sys.exit(str(problem))
    except DatabaseError as problem:
        reason = str(problem).strip()
        sys.exit(f"数据库无法使用：{reason}\n请检查 DATABASE_URL；只有试用数据时，也可删除 {settings.VAR} 后重来。")
    except KeyboardInterrupt:
        sys.exit("已停止。")
    with lock:
        sys.exit(supervise(commands(port), ready=announce(port)))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskmgmt.settings")
    main()
