"""Large files: a worker reads and compares them, says how far it is, stops when told, and leaves nothing half done."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from registers import clock, jobs, limited
from registers.actors import Actor
from registers.imports import appointing, plans, progress, uploads
from registers.imports.people import JOINED
from registers.models import AuditEntry, ImportedFile, Job, Unit, User
from registers.sorting import sort_key
from registers.views import imports as views
from tests.factories import make_person, moment
from tests.noscript import Plain
from tests.registers.imports.taken import HEAD, ON
from tests.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

AT = moment("2026-09-15 10:00")
PEOPLE = [[f"07{number:03}", f"孙{number}", "财务处"] for number in range(1200)]


@pytest.fixture
def campus(make_campus, clock):
    return make_campus()


@pytest.fixture(autouse=True)
def few_is_many(monkeypatch):
    monkeypatch.setattr(uploads, "LARGE", 20 << 10)
    monkeypatch.setattr(limited, "LOOK_SECONDS", 0.001)


def sent(person, rows, name="名册.xlsx"):
    data = {"kind": "people", "effective_on": "2026-09-15", "files": SimpleUploadedFile(name, workbook(rows))}
    return person._show(person.client.post(reverse("import_list"), data, follow=True))


def test_worker_reads_a_large_file_and_its_page_says_so(campus):
    person = Plain(campus.registrar)
    page = sent(person, [HEAD, *PEOPLE])
    file = ImportedFile.objects.get()
    assert "由后台读取" in page.words and file.is_being_read
    assert AuditEntry.objects.filter(act="import.upload").count() == 1
    for act in ("columns", "answer", "tick", "accept", "file"):
        answer = (
            person.client.post(reverse(f"import_{act}", args=[file.pk]))
            if act != "file"
            else person.client.get(reverse("import_file", args=[file.pk]))
        )
        assert answer.status_code in (302, 409, 422), act
    assert jobs.work(at=clock.now()) == 1
    page = person.go(reverse("import_detail", args=[file.pk]))
    assert "新进 1200/1200" in page.words
    moved = person.client.get(reverse("import_detail", args=[file.pk]), headers={"HX-Request": "true"})
    assert moved.headers["HX-Refresh"] == "true"
    assert Job.objects.get().source is None


def test_answers_count_for_the_corrected_file(campus):
    """The file waits still when its registrar sends it again, and a worker reads both."""
    rows, person = [HEAD, *PEOPLE, ["99", "孙九", ""]], Plain(campus.registrar)
    for ready in (False, True):
        sent(person, rows)
        assert jobs.work(at=clock.now()) == 1
        file = ImportedFile.objects.latest("pk")
        assert (file.compared["is_ready"], bool(file.answers)) == (ready, ready)
        uploads.answer(file.pk, {"fill:人员:unit": "fill"}, actor=Actor(campus.registrar, on=ON), seen=file.version)


def test_small_file_is_compared_at_once(campus):
    assert "新进 3/3" in sent(Plain(campus.registrar), [HEAD, *PEOPLE[:3]]).words


def test_progress_is_told_and_giving_up_stops_the_worker(campus, monkeypatch):
    person, told = Plain(campus.registrar), []
    sent(person, [HEAD, *PEOPLE])
    file = ImportedFile.objects.get()
    say = progress.Progress.say

    def given_up(self, what, rows):
        told.append((what, rows))
        if what == "compared" and rows == 2 * plans.TOLD:
            person.client.post(reverse("import_drop", args=[file.pk]))
        say(self, what, rows)

    monkeypatch.setattr(progress.Progress, "say", given_up)
    assert jobs.work(at=clock.now()) == 1
    assert ("compared", 500) in told and any(what == "read" for what, _ in told)
    file.refresh_from_db()
    assert (file.dropped_at is not None, file.book, file.shape) == (True, None, "")
    assert "已放弃" in person.go(reverse("import_detail", args=[file.pk])).words


def test_large_file_that_cannot_be_read_says_why_on_its_page(campus):
    person = Plain(campus.registrar)
    data = b"%PDF-1.7" + b" " * uploads.LARGE
    form = {"kind": "people", "effective_on": "2026-09-15", "files": SimpleUploadedFile("a.xlsx", data)}
    person.client.post(reverse("import_list"), form)
    jobs.work(at=clock.now())
    assert "这是PDF 文件" in person.go(reverse("import_detail", args=[ImportedFile.objects.get().pk])).words


@pytest.fixture
def taken_by_a_worker(campus, monkeypatch):
    """A person at the page of a file that a worker is to take over, and the file."""
    monkeypatch.setattr(views, "AT_ONCE", 2)
    person = Plain(campus.registrar)
    page = sent(person, [HEAD, *PEOPLE[:3]])
    page.press(page.form("contains(@action, '/accept/')"))
    return person, ImportedFile.objects.get()


def brought():
    return User.objects.filter(number__startswith="07").count()


def test_acceptance_is_cancelled_before_it_writes(taken_by_a_worker):
    """Meanwhile nothing else is done to the file, and afterwards it is taken over as ever."""
    person, file = taken_by_a_worker
    page = person.go(reverse("import_detail", args=[file.pk]))
    assert "已排队，等待后台导入 3 项" in page.words
    assert person.client.post(reverse("import_drop", args=[file.pk])).status_code == 422
    page.press(page.form("contains(@action, '/cancel/')"))
    assert "已按您的要求取消" in page.words
    assert (jobs.work(at=clock.now()), brought()) == (0, 0)
    page.press(page.form("contains(@action, '/accept/')"))
    assert jobs.work(at=clock.now()) == 1
    page = person.go(reverse("import_detail", args=[file.pk]))
    assert ("已导入" in page.words, "下载导入结果" in page.words, brought()) == (True, True, 3)


def test_acceptance_is_cancelled_while_it_compares_anew_and_not_while_it_writes(taken_by_a_worker, monkeypatch):
    person, file = taken_by_a_worker
    cancel, told, answers = reverse("job_cancel", args=[progress.job_of(file.pk).pk]), [], []
    Unit.objects.filter(code="CW").update(position=99)  # so that it is compared anew
    monkeypatch.setattr(plans, "TOLD", 1)
    say, begin = progress.Progress.say, uploads._accept

    def cancelled(self, what, rows):
        told.append((what, rows))
        if rows == 2:
            answers.append(person.client.post(cancel).status_code)
        say(self, what, rows)

    with monkeypatch.context() as patched:
        patched.setattr(progress.Progress, "say", cancelled)
        jobs.work(at=clock.now())
    assert (told, answers, brought()) == ([("compared", 1), ("compared", 2)], [302], 0)
    assert progress.job_of(file.pk).error == jobs.CANCELLED

    def too_late(*args, **more):
        page = person.go(reverse("import_detail", args=[file.pk]))
        answers.append("正在写入 3 项，不能再取消" in page.words)
        answers.append(person.client.post(reverse("job_cancel", args=[progress.job_of(file.pk).pk])).status_code)
        return begin(*args, **more)

    monkeypatch.setattr(uploads, "_accept", too_late)
    page = person.go(reverse("import_detail", args=[file.pk]))
    page.press(page.form("contains(@action, '/accept/')"))
    jobs.work(at=clock.now())
    assert (answers[1:], brought()) == ([True, 422], 3)


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_page_says_how_many_lines_are_written(taken_by_a_worker, monkeypatch):
    """Over a connection beside the one that writes: none of the people is seen before all are written."""
    person, file = taken_by_a_worker
    save, seen = appointing.Posts.save, []

    def look(posts):
        save(posts)
        deadline = time.monotonic() + 10
        while not (written := progress.job_of(file.pk).written) and time.monotonic() < deadline:
            time.sleep(0.01)
        seen.append(written)
        seen.append(person.go(reverse("import_detail", args=[file.pk])).words)

    monkeypatch.setattr(appointing.Posts, "save", look)
    jobs.work(at=clock.now())
    assert seen[0] == 3
    assert "正在写入 3 项，不能再取消" in seen[1]
    assert "已写入 3 项，共 3 项" in seen[1]
    assert (brought(), progress.job_of(file.pk).expected) == (3, 3)


def test_worker_shows_anew_what_has_changed_meanwhile(taken_by_a_worker):
    person, file = taken_by_a_worker
    make_person("孙乙", Unit.objects.get(code="CW"), number="07001")
    jobs.work(at=clock.now())
    page = person.go(reverse("import_detail", args=[file.pk]))
    assert "有变动，没有导入" in page.words
    assert "新进 2/2" in page.words
    page.press(page.form("contains(@action, '/accept/')"))
    jobs.work(at=clock.now())
    assert brought() == 3


class Killed(BaseException):
    """What ends a worker in the middle of its work."""


@pytest.mark.parametrize("place", ["registers.imports.appointing.Posts.save", "registers.audit.append"])
@pytest.mark.django_db(transaction=True)
def test_worker_that_dies_takes_nothing_over(campus, monkeypatch, place):
    """The control does the same without the transaction and finds people, so the look would see them."""
    actor = Actor(campus.registrar, on=ON)
    given = {"actor": actor, "at": AT}
    file = uploads.upload(workbook([HEAD, *PEOPLE[:30]]), "a.xlsx", kind="people", effective_on=ON, **given)
    before = (User.objects.count(), AuditEntry.objects.count())

    def die(*args, **more):
        raise Killed

    def accept():
        uploads.accept(file.pk, digest=file.compared["digest"], seen=file.version, **given)

    with monkeypatch.context() as patched:
        patched.setattr(place, die)
        with pytest.raises(Killed):
            accept()
        assert (User.objects.count(), AuditEntry.objects.count()) == before
        plan = uploads.plan_of(file, actor=actor)
        plan.by, plan.at = campus.registrar, AT
        if "Posts" in place:
            with pytest.raises(Killed):
                uploads.SUBJECTS["people"].apply(plan, [line for line in plan.lines if line.kind == JOINED], on=ON)
            assert User.objects.count() == before[0] + 30
            User.objects.filter(number__startswith="07").delete()
    accept()
    assert User.objects.count() == before[0] + 30


@given(st.text("甲乙王长江单曾重庆乐行·A1 b𠮷", max_size=5))
def test_names_are_sorted_by_their_pinyin(name):
    assert sort_key(name) == " ".join(lazy_pinyin(name))[:80]
