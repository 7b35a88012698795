"""Sixteen people who save at the same time, beside sixteen who open the login page: both over HTTP, with the programs of a site."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from django.urls import reverse
from lxml import html

from tests.bench.measuring import judged
from tests.bench.scale import goals
from tests.services import free_port

CLIENTS, SECONDS, PATIENCE = 16, 8, 60
WORKERS, THREADS = 4, 4  # as in deploy/riskmgmt-web.service
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def clients():
    """Say how many saves and login pages a second the site answers to so many clients, and judge their ratio."""
    people = [_Filler(submission) for submission in _owed()]
    with _served() as port:
        opened, _ = _rate(port, [_open_login] * len(people))
        saved, refused = _rate(port, [person.save for person in people])
    said = judged("同时保存与登录页的速率之比", saved / opened, goals.SAVES_OF_LOGINS, at_least=True)
    print(
        f"{len(people)} clients: {saved:.0f} saves a second, {opened:.0f} login pages, {saved / opened:.2f} of them "
        f"(goal >= {goals.SAVES_OF_LOGINS}: {said}); {refused} refused"
    )


def _owed():
    from workflows.models import Submission  # noqa: PLC0415 (models need django.setup)

    waiting = Submission.objects.filter(state="open", person__is_active=True, task__brings="points")
    waiting = waiting.filter(task__campaign__state="open").select_related("person").order_by("person", "pk")
    one_each = {submission.person_id: submission for submission in waiting[: CLIENTS * 10]}
    return list(one_each.values())[:CLIENTS]


class _Filler:
    """Somebody with his form open, who sends it as it stands whenever he is asked to."""

    def __init__(self, submission):
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(submission.person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        page = client.get(reverse("submission_fill", args=[submission.pk]))
        [form] = html.fromstring(page.content.decode()).xpath("//form[@data-save-url]")
        self.fields, self.url = list(form.form_values()), form.get("data-save-url")
        cookies = "; ".join(f"{name}={cookie.value}" for name, cookie in client.cookies.items())
        self.headers = FORM | {"Cookie": cookies}

    def save(self, connection):
        """Save, and return whether it was taken."""
        connection.request("POST", self.url, urlencode(self.fields), self.headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            return False
        version = str(json.loads(content)["version"])
        self.fields = [(name, version if name == "draft_version" else value) for name, value in self.fields]
        return True


def _open_login(connection):
    connection.request("GET", reverse("login"))
    answer = connection.getresponse()
    answer.read()
    return answer.status == 200


@contextlib.contextmanager
def _served():
    """Run the web server on a port of its own, and yield it."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "riskmgmt.wsgi:application", "--bind", f"127.0.0.1:{port}", "--preload",
        "--workers", str(WORKERS), "--threads", str(THREADS), "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip
    server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=dict(os.environ))
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and server.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _rate(port, acts):
    """Let each act be done again and again at the same time; return how many a second succeeded, and how many did not."""
    done, failed = [0] * len(acts), [0] * len(acts)
    until = time.monotonic() + SECONDS

    def run(number):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        while time.monotonic() < until:
            try:
                succeeded = acts[number](connection)
            except (OSError, http.client.HTTPException):
                succeeded = False
                connection.close()
            done[number] += succeeded
            failed[number] += not succeeded

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS, sum(failed)
