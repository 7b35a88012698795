"""A database that is away, a lock that is held, a deadlock: nobody has to type again, and nothing is done twice."""

import re
import threading
import time
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client

from registers import regulations
from registers.models import AuditEntry, AuditHead, Regulation, Unit, User
from registers.views import busy
from tests import services

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database("both")]

OURS = {"Origin": "http://testserver"}
WORDS = "写了很久的备注 <b>&amp;"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def signed_in(user):
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="registers.sessions.People")
    return client


def form(unit):
    return {"unit": unit.code, "name": "采购办法", "state": "in_force", "document_number": "一号", "issued_by": "某处",
            "effective_on": "2026-01-01", "remark": WORDS, "old_password": "geheim-2026"}  # fmt: skip


def kept_in(page):
    """Return what the page would send again."""
    return {name: unescape(value) for name, value in HIDDEN.findall(page) if name != "csrfmiddlewaretoken"}


class Holder:
    """Somebody who holds the end of the audit chain, so that no act can be finished."""

    def __init__(self):
        self.holds, self.lets_go = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._hold)

    def _hold(self):
        with transaction.atomic():
            AuditHead.objects.select_for_update().get_or_create(pk=1)
            self.holds.set()
            self.lets_go.wait(20)
        connection.close()

    def __enter__(self):
        self.thread.start()
        assert self.holds.wait(20)

    def __exit__(self, *_):
        self.lets_go.set()
        self.thread.join(20)


@pytest.fixture
def impatient():
    """Make this connection give up waiting soon, as a web process does after some seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET lock_timeout = '200ms'" if connection.vendor == "postgresql" else "PRAGMA busy_timeout = 200"
        )
    yield
    connection.close()


def test_form_that_meets_a_held_lock_is_offered_again(year, impatient):
    client, sent = signed_in(year.campus.liaison), form(year.campus.unit)
    with Holder():
        answer = client.post("/regulations/add/", sent, headers=OURS)
    page = answer.content.decode()

    assert (answer.status_code, answer["Retry-After"]) == (503, str(busy.RETRY_AFTER_SECONDS))
    assert "再次提交" in page
    assert WORDS in unescape(HIDDEN.sub("", page))  # to be read and copied, should the database stay away
    assert "geheim-2026" not in page
    assert kept_in(page) == {name: value for name, value in sent.items() if name != "old_password"}
    assert not Regulation.objects.exists()
    assert client.post("/regulations/add/", kept_in(page), headers=OURS).status_code == 302
    assert Regulation.objects.get().remark == WORDS
    assert AuditEntry.objects.filter(act="regulation.add").count() == 1


def test_without_the_middleware_the_form_is_gone(year, impatient, monkeypatch):
    """Control of the test above."""
    monkeypatch.setattr(busy, "cannot_serve", lambda failure: False)
    client = signed_in(year.campus.liaison)
    with Holder():
        answer = client.post("/regulations/add/", form(year.campus.unit), headers=OURS)
    assert answer.status_code == 500
    assert WORDS not in unescape(answer.content.decode())


def test_nobody_elses_form_is_offered_and_a_script_is_told_in_one_sentence(year, impatient):
    client, sent = signed_in(year.campus.liaison), form(year.campus.unit)
    with Holder():
        foreign = client.post("/regulations/add/", sent, headers={"Origin": "https://evil.example"})
        script = client.post("/regulations/add/", sent, headers={**OURS, "X-Requested-With": "fetch"})
    assert (foreign.status_code, kept_in(foreign.content.decode())) == (503, {})
    assert (script.status_code, script.json()) == (503, {"message": busy.SAID})


# --- A deadlock ------------------------------------------------------------------------------------------


@pytest.fixture
def crossing(year, monkeypatch):
    """Make the first request that adds a regulation lock a second unit, which somebody else has locked before the first."""
    add, first, second = regulations.add, year.campus.unit, year.campus.other_unit
    has_first, has_second, tries = threading.Event(), threading.Event(), []

    def other():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '20s'")  # so that PostgreSQL ends the request, not this one
            Unit.objects.select_for_update().get(pk=second.pk)
            has_second.set()
            has_first.wait(20)
            Unit.objects.select_for_update().get(pk=first.pk)
        connection.close()

    thread = threading.Thread(target=other)

    def crossed(*args, **kwargs):
        tries.append(args)
        if len(tries) == 1:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL deadlock_timeout = '50ms'")
                Unit.objects.select_for_update().get(pk=first.pk)
                has_first.set()
                time.sleep(0.1)
                Unit.objects.select_for_update().get(pk=second.pk)
        return add(*args, **kwargs)

    monkeypatch.setattr(regulations, "add", crossed)
    thread.start()
    assert has_second.wait(20)
    yield tries
    has_first.set()
    thread.join(20)


@pytest.mark.pg
def test_request_that_lost_a_deadlock_is_done_again(year, crossing):
    answer = signed_in(year.campus.liaison).post("/regulations/add/", form(year.campus.unit), headers=OURS)
    assert (answer.status_code, len(crossing)) == (302, 2)
    assert Regulation.objects.count() == 1
    assert AuditEntry.objects.filter(act="regulation.add").count() == 1


@pytest.mark.pg
def test_without_a_second_try_a_deadlock_is_the_persons_to_solve(year, crossing, monkeypatch):
    """Control of the test above."""
    monkeypatch.setattr(busy, "AGAIN", 0)
    answer = signed_in(year.campus.liaison).post("/regulations/add/", form(year.campus.unit), headers=OURS)
    assert (answer.status_code, len(crossing)) == (503, 1)
    assert not Regulation.objects.exists()


@pytest.mark.pg
def test_request_that_has_committed_something_is_not_done_again(year, crossing, monkeypatch):
    """Doing it again would do twice what stands already."""
    crossed = regulations.add

    def after_a_commit(*args, **kwargs):
        User.objects.filter(pk=year.campus.liaison.pk).update(title="已写入")
        return crossed(*args, **kwargs)

    monkeypatch.setattr(regulations, "add", after_a_commit)
    answer = signed_in(year.campus.liaison).post("/regulations/add/", form(year.campus.unit), headers=OURS)
    assert (answer.status_code, len(crossing)) == (503, 1)


def test_second_try_reads_every_file_from_its_beginning(rf, monkeypatch):
    monkeypatch.setattr(busy, "PAUSE_SECONDS", 0)
    request = rf.post("/", {"files": [SimpleUploadedFile(name, name.encode()) for name in ("one", "two")]})
    monkeypatch.setattr(busy, "begins_anew", lambda failure: True)
    read = []

    def view(request):
        read.append([file.read() for file in request.FILES.getlist("files")])
        answer = HttpResponse()
        answer.failure = OperationalError() if len(read) == 1 else None
        return answer

    busy.BusyMiddleware(view)(request)
    assert read == [[b"one", b"two"]] * 2


# --- A database that is away -----------------------------------------------------------------------------


@pytest.mark.pg
def test_database_that_stops_and_comes_back_keeps_what_was_typed(year, tmp_path, monkeypatch):
    """With a server of its own, which is stopped under a person's hands and started again."""
    tmp_path.parent.chmod(0o711), tmp_path.parent.parent.chmod(0o711), tmp_path.chmod(0o711)
    with services.stoppable_postgresql(tmp_path / "pg") as serving:
        with serving() as address:
            elsewhere(address, monkeypatch)
            root = Unit.objects.create(code="root", name="学校", unit_type="institution")
            user = User.objects.create_user("liaison", name="联络", unit=root)
            user.appointments.create(unit=root, role="liaison", since="2020-01-01")
            client, sent = signed_in(user), form(root)
            assert client.get("/regulations/").status_code == 200
        picture = SimpleUploadedFile("a.txt", b"text")
        stopped = client.post("/regulations/add/", sent | {"file": picture}, headers=OURS)
        page = stopped.content.decode()
        assert (stopped.status_code, client.get("/regulations/").status_code) == (503, 503)
        assert kept_in(page)["remark"] == WORDS
        assert "所选的文件没有保留" in page
        with serving() as address:
            elsewhere(address, monkeypatch)
            assert client.post("/regulations/add/", kept_in(page), headers=OURS).status_code == 302
            assert Regulation.objects.get().remark == WORDS
        connection.close()
    monkeypatch.undo()
    connection.close()


def elsewhere(address, monkeypatch):
    """Point this thread's connection to another server."""
    connection.close()
    parts = urlsplit(address)
    own = {"HOST": parts.hostname, "PORT": parts.port, "PASSWORD": parts.password, "NAME": services.TEMPLATE}
    for name, value in own.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
