"""Real programs on the database of a test: workers, schedulers, a web server, a broker; all end with the test."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import time
from collections import Counter
from email import message_from_bytes
from email.header import decode_header, make_header
from http.cookiejar import CookieJar
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

import redis
from django.db import connection
from kombu import Connection
from lxml import html

from riskmgmt.celery import app
from tests.faults.nursery import Nursery
from tests.services import SITE_VARIABLES, free_port, redis_in

PATIENCE = 90  # seconds until something that should happen counts as not happening; a loaded machine is slow
PAUSE = 0.05
PASSWORD = "password-for-tests"
MAIL_RULE = b"\n" + b"-" * 79 + b"\n"


class Broker:
    """A Redis of these tests alone, which may be stopped and started again; what was in it is then gone."""

    def __init__(self, folder):
        self.url, self._serving = redis_in(folder)
        self._running = contextlib.ExitStack()
        self.client = redis.Redis.from_url(self.url)

    def start(self):
        self._running.enter_context(self._serving())

    def stop(self):
        self._running.close()

    def holds(self):
        """How many messages wait for a worker, and how many a worker has taken and not yet finished."""
        return self.client.llen("celery"), self.client.hlen("unacked")

    def visibility_ends(self):
        """Let the time be over that a worker has for a message it has taken (CELERY_BROKER_TRANSPORT_OPTIONS)."""
        for tag in self.client.zrange("unacked_index", 0, -1):
            self.client.zadd("unacked_index", {tag: 1})
        # A worker that was killed just as it looked for such messages holds this for as long.
        self.client.delete("unacked_mutex")


class Program:
    """One program in a process group of its own, and a child of this process."""

    def __init__(self, pid, log):
        self.pid, self.log = pid, log

    def kill(self):
        """End it and all its children as a power cut does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        # Its children have become ours (``nursery``).
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-self.pid, 0)

    def kill_alone(self):
        """End the parent; its children find out for themselves."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def runs(self):
        return os.waitpid(self.pid, os.WNOHANG) == (0, 0)


class Home:
    """Where the programs of all tests run, one test after the other: the test database, one broker, one folder.

    So their environment is always the same, and they can be forked from a process that has read it (``nursery``).
    """

    def __init__(self, folder):
        self.folder, self.broker = folder / "var", Broker(folder / "broker")
        self.folder.mkdir()
        database = connection.settings_dict
        address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(
            **{name: quote(str(database[name]), safe="") for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
        )
        environment = {name: value for name, value in os.environ.items() if name not in SITE_VARIABLES} | {
            "DATABASE_URL": address,
            # A worker that the test holds up must not give up first.
            "DATABASE_OPTIONS": f"-c lock_timeout={PATIENCE}s",
            "REDIS_URL": self.broker.url,
            "RISKMGMT_VAR": str(self.folder),
            # The folder is emptied, and a key that is kept there would go.
            "SECRET_KEY": secrets.token_urlsafe(50),
            "EMAIL_URL": f"filemail:///{self.folder / 'mail'}",
            "DJANGO_SETTINGS_MODULE": "riskmgmt.settings",
            "DEMO": "1",
        }
        self.nursery = Nursery(folder, environment)

    def emptied(self):
        """Throw away what the programs of the test before have written."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        return self

    def close(self):
        self.nursery.close()
        self.broker.stop()


class Site:
    """The programs of one test: they share the test's database, a broker, a folder for mails and one for notes.

    Workers and schedulers are forked ready. With ``anew`` they start by their command lines, as a web server always does.
    """

    def __init__(self, home):
        self.folder, self.broker, self.programs = home.folder, home.broker, []
        self._nursery, self.anew = home.nursery, False
        (self.folder / "notes").touch()

    # -- programs ------------------------------------------------------------------------------------------
    def start(self, name, command, without=(), *, anew=False):
        log = self.folder / f"{len(self.programs)}-{name}.log"
        pid = self._nursery.start(list(map(str, command)), log, anew=anew or self.anew, WITHOUT=",".join(without))
        self.programs.append(Program(pid, log))
        return self.programs[-1]

    def worker(self, *without):
        """Start a worker with one child; ``without`` names what is taken away from it (``taken_away``). See `ready`."""
        options = [
            "--pool",
            "prefork",
            "--concurrency",
            "1",
            "--without-gossip",
            "--without-mingle",
            "--loglevel",
            "INFO",
        ]
        return self.start("worker", [*_celery("worker"), *options], without)

    def scheduler(self, *without, memory=None, loglevel="INFO"):
        """Start a scheduler; ``memory``: the file that it keeps its times in, by default one of its own."""
        memory = memory or self.folder / f"schedule-{len(self.programs)}"
        options = ["--pidfile=", "--schedule", memory, "--loglevel", loglevel]
        return self.start("beat", [*_celery("beat"), *options], without)

    def web(self):
        """Start a web server and wait until it answers; return its address."""
        port = free_port()
        server = ["gunicorn", "riskmgmt.wsgi:application", "--bind", f"127.0.0.1:{port}"]
        self.start("web", [*server, "--workers", "1", "--threads", "2", "--no-control-socket"], anew=True)

        def answers():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
            return False

        self.until(answers, "the web server answers")
        return f"http://127.0.0.1:{port}"

    def ready(self, *workers):
        """Wait until the workers take work; return them."""
        pids = {worker.pid for worker in workers}
        self.until(lambda: pids <= {note["pid"] for note in self.notes("ready")}, "workers are ready")
        return workers

    def visitor(self, address, user):
        """Sign somebody in at the web server."""
        return Visitor(address, user)

    def end(self):
        for program in self.programs:
            program.kill()

    # -- what they do --------------------------------------------------------------------------------------
    def send(self, task):
        """Put a message into the queue, as the scheduler does."""
        with Connection(self.broker.url) as to:
            app.send_task(task, connection=to)

    def notes(self, what, task=None):
        """What the children have noted, in order: ``what`` is ready, begun or ended."""
        lines = [json.loads(line) for line in (self.folder / "notes").read_text().splitlines()]
        return [note for note in lines if note["what"] == what and task in (None, note.get("task"))]

    def done(self, task, number=1, *, send=0):
        """Wait until ``number`` runs of ``task`` that begin from now on have ended; ``send`` it so many times first."""
        before = {note["run"] for note in self.notes("begun", task)}
        for _ in range(send):
            self.send(task)

        def ended():
            return len({note["run"] for note in self.notes("ended", task)} - before) >= number

        self.until(ended, f"{number} × {task}")

    def run(self, task, times=1):
        """Send ``task``, several times at once, and wait until as many runs that have begun since have ended."""
        self.done(task, times, send=times)

    def until(self, happens, what):
        """Wait until ``happens()`` is true; return that. Fails with what the children have printed."""
        give_up = time.monotonic() + PATIENCE
        while not (found := happens()):
            assert time.monotonic() < give_up, f"not within {PATIENCE} s: {what}\n{self.said()}"
            time.sleep(PAUSE)
        return found

    def said(self):
        return "\n".join(
            f"== {program.log.name}\n{program.log.read_text(errors='replace')[-3000:]}" for program in self.programs
        )

    def mails(self):
        """(address, subject) → how often it was sent."""
        found = Counter()
        for file in (self.folder / "mail").glob("*"):
            for text in filter(bytes.strip, file.read_bytes().split(MAIL_RULE)):
                mail = message_from_bytes(text.lstrip())
                found[mail["To"], str(make_header(decode_header(mail["Subject"])))] += 1
        return found


class Visitor:
    """A person at a browser without script, signed in at a real web server; ``page`` is what stands on the screen."""

    def __init__(self, address, user):
        self._address, self._cookies = address, CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies), ProxyHandler({}))
        self.go("/login/")
        self.post("/login/", username=user.number, password=PASSWORD)
        assert not self.page.xpath(".//form[@data-sign-in]"), f"{user.number} cannot sign in"

    def go(self, path, data=None):
        """Open a page, or send ``data`` (pairs) to it; answers other than 200 raise."""
        sent = urlencode(data).encode() if data is not None else None
        request = Request(f"{self._address}{path}", sent)  # noqa: S310 (our own server)
        with self._opener.open(request, timeout=PATIENCE) as answer:
            self.path = urlsplit(answer.url).path
            self.page = html.fromstring(answer.read().decode())

    def post(self, path, **fields):
        token = self.page.xpath(".//input[@name='csrfmiddlewaretoken']")[0].value
        self.go(path, [("csrfmiddlewaretoken", token), *fields.items()])

    def form(self, condition):
        """The form for which an XPath condition holds."""
        [found] = self.page.xpath(f".//form[{condition}]")
        return found

    def press(self, form, name, value):
        """Send a form by one of its buttons."""
        self.go(urlsplit(form.action or self.path).path or self.path, [*form.form_values(), (name, value or "")])

    @property
    def words(self):
        return " ".join(self.page.find(".//main").text_content().split())


def _celery(program):
    return ["celery", "--app", "tests.faults.site", program]


class Held:
    """A lock that the test holds on a connection of its own: whoever needs what it locks waits for the test."""

    def __init__(self, site, *tables, rows=None):
        """``tables``: models that nobody else may write to; ``rows``: a queryset whose rows nobody else may change."""
        self._site, self._tables, self._rows = site, tables, rows

    def __enter__(self):
        self._own = connection.copy()
        self._own.ensure_connection()
        self._own.set_autocommit(False)
        with self._own.cursor() as cursor:
            for model in self._tables:
                cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN EXCLUSIVE MODE')
            if self._rows is not None:
                keys = list(self._rows.values_list("pk", flat=True))
                assert keys, "there is nothing to lock"
                table = self._rows.model._meta.db_table
                cursor.execute(f'SELECT 1 FROM "{table}" WHERE id = ANY(%s) FOR UPDATE', [keys])  # noqa: S608
        return self

    def __exit__(self, *_):
        self.release()

    def release(self):
        """Let them go on."""
        self._own.close()

    def waiting(self, number):
        """Wait until ``number`` connections are held up; return their backends' process ids."""
        return self._site.until(lambda: len(found := self.held_up()) >= number and found, f"{number} held up")

    def held_up(self):
        """Process ids of the backends that wait for a lock."""
        with self._own.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return [pid for (pid,) in cursor.fetchall()]

    def hang_up(self, backends):
        """End the backends of a client that was killed; otherwise they only notice when they have something to answer."""
        with self._own.cursor() as cursor:
            for pid in backends:
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        self._site.until(lambda: not set(backends) & set(self.held_up()), "hung up")


def idle():
    """Is no other connection to the database in a transaction?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND state <> 'idle' AND pid <> pg_backend_pid())"
        )
        return cursor.fetchone()[0]
