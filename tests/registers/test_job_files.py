"""Files of workers: written row by row, counted, cancelled, there whole or not at all, removed with their days."""

import gc
import os
import signal
import time
import tracemalloc
from functools import partial
from itertools import count

import pytest
from django.test import Client
from django.urls import reverse

from registers import exported, jobs, limited
from registers.models import Job
from registers.papers import tables
from registers.papers.writing import LedgerSheet, gathered, laid_out
from registers.refusals import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.EXPORT_ROOT = tmp_path / "exports"
    return settings.EXPORT_ROOT


@pytest.fixture
def head(year):
    client = Client()
    client.force_login(year.campus.head, backend="registers.sessions.People")
    return client


@pytest.fixture
def counted(monkeypatch):
    """Let every count be shown at once, not once a second."""
    monkeypatch.setattr(jobs._Pace, "is_time", lambda pace: True)


def lines(path, items):
    path.write_text("\n".join(map(str, items)))


def job_of(year, monkeypatch, work):
    monkeypatch.setitem(jobs.KINDS, "ledger", lambda parameters, owner: work)
    parameters = {"unit": year.campus.unit.code}
    return jobs.create("ledger", owner=year.campus.head, parameters=parameters, at=year.clock.now)


# --- While it is written ----------------------------------------------------------------------------------


def test_rows_are_counted_on_the_page_while_the_file_is_written(year, head, monkeypatch, counted):
    pages = []

    def rows():
        for number in range(1000):
            if number == 700:
                pages.append(head.get(address).content.decode())
            yield number

    job = job_of(year, monkeypatch, jobs.Work("a.txt", lines, rows(), 900))
    address = reverse("job_detail", args=[job.pk])
    jobs.work(at=year.clock.now)

    assert "已写 600 行，共约 900 行" in pages[0]
    assert 'value="600" max="900"' in pages[0]
    job.refresh_from_db()
    assert (job.written, job.error) == (900, "")  # never more than there are said to be
    assert jobs.opened(job).read().decode() == "\n".join(map(str, range(1000)))


def test_job_that_is_cancelled_while_it_is_written_leaves_nothing(year, head, monkeypatch, counted, folder):
    read = []

    def rows():
        for number in range(100_000):
            if number == 1000:
                head.post(reverse("job_cancel", args=[job.pk]))
            read.append(number)
            yield number

    job = job_of(year, monkeypatch, jobs.Work("a.txt", lines, rows(), 100_000))
    jobs.work(at=year.clock.now)

    job.refresh_from_db()
    assert (job.error, job.file, job.file_name) == (jobs.CANCELLED, "", "")
    assert len(read) < 2000
    assert list(folder.iterdir()) == []
    assert jobs.CANCELLED in head.get(reverse("job_detail", args=[job.pk])).content.decode()


def test_job_that_goes_on_for_long_stays_with_its_worker(year, monkeypatch, counted):
    def rows():
        for number in range(1000):
            if number % limited.PARCEL == 0:
                now = year.clock.set(f"2026-09-15 10:{3 * number // limited.PARCEL:02}")
                assert not jobs.waiting(now).exists()
            yield number

    job = job_of(year, monkeypatch, jobs.Work("a.txt", lines, rows(), 1000))
    assert jobs.work(at=year.clock.set("2026-09-15 10:00")) == 1
    job.refresh_from_db()
    assert (job.error, job.file_name, job.attempts) == ("", "a.txt", 1)


def test_job_of_a_worker_that_was_killed_is_done_by_the_next(year, monkeypatch):
    job = job_of(year, monkeypatch, jobs.Work("a.txt", lines, range(3), 3))
    Job.objects.update(started_at=year.clock.now, attempts=1, written=2)
    assert jobs.work(at=year.clock.now) == 0
    assert jobs.work(at=year.clock.set("2026-09-15 10:05")) == 1
    job.refresh_from_db()
    assert (job.attempts, jobs.opened(job).read()) == (2, b"0\n1\n2")


def test_what_is_cancelled_before_or_after_it_is_written(year, head, monkeypatch):
    job = job_of(year, monkeypatch, jobs.Work("a.txt", jobs.saving(lambda: b"a")))
    address = reverse("job_cancel", args=[job.pk])
    assert address in head.get(reverse("job_detail", args=[job.pk])).content.decode()
    assert head.post(address)["Location"] == reverse("job_detail", args=[job.pk])
    assert jobs.work(at=year.clock.now) == 0

    again = jobs.create("ledger", owner=year.campus.head, parameters=job.parameters, at=year.clock.now)
    assert (again.pk != job.pk, jobs.work(at=year.clock.now)) == (True, 1)
    address = reverse("job_cancel", args=[again.pk])
    assert head.post(address).status_code == 302
    again.refresh_from_db()
    assert (again.error, again.file_name) == ("", "a.txt")


def test_worker_whose_job_another_one_has_taken_delivers_nothing(year, monkeypatch, folder):
    def late():
        Job.objects.update(started_at=year.clock.set("2026-09-15 10:05"))  # the lease ended, somebody else began
        yield 1

    job = job_of(year, monkeypatch, jobs.Work("a.txt", lines, late(), 1))
    jobs.work(at=year.clock.now)
    job.refresh_from_db()
    assert (job.finished_at, job.file, list(folder.iterdir())) == (None, "", [])


def test_rows_whose_reading_fails_end_the_child_and_the_job_is_tried_again(year, monkeypatch, folder):
    def broken():
        yield 1
        raise ZeroDivisionError

    job = job_of(year, monkeypatch, jobs.Work("a.txt", lines, broken(), 1))
    jobs.work(at=year.clock.now)
    job.refresh_from_db()
    assert (job.started_at, job.attempts, list(folder.iterdir())) == (None, 1, [])
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # no child is left behind


# --- Killed -----------------------------------------------------------------------------------------------


def half(path, items):
    """Write a line of each item, at once."""
    with path.open("w") as file:
        for item in items:
            file.write(f"{item}\n")
            file.flush()


def endless():
    while True:
        time.sleep(0.001)
        yield "行"


def killed(act, folder):
    """Do ``act`` in a process of its own that is killed once something is written, and return whether others outlive it."""
    worker = os.fork()
    if worker == 0:
        os.setpgid(0, 0)
        act()
        os._exit(0)
    for _ in range(200):
        if any(file.stat().st_size for file in folder.rglob("*") if file.is_file()):
            break
        time.sleep(0.05)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    for _ in range(100):  # the child of a worker that is gone sees the end of its rows
        try:
            os.killpg(worker, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True


def in_cage(write, path):
    limited.run(partial(write, path), items=endless())


def test_killed_worker_delivers_nothing_and_leaves_no_process(folder):
    assert not killed(lambda: exported.keep(partial(in_cage, half)), folder)

    [left] = folder.iterdir()
    assert (left.suffix, os.stat(folder).st_mode & 0o777) == (".part", 0o700)
    assert exported.sweep(set()) == 0  # it could be at work
    os.utime(left, (0, 0))
    assert (exported.sweep(set()), list(folder.iterdir())) == (1, [])


def test_file_that_is_written_in_its_place_is_left_half(folder):
    """Control of the test above."""
    folder.mkdir()
    killed(lambda: in_cage(half, folder / "whole"), folder)
    assert (folder / "whole").read_text().startswith("行\n")


# --- Afterwards -------------------------------------------------------------------------------------------


def test_file_is_private_goes_with_its_days_and_is_missed_in_words(
    year, head, monkeypatch, folder, django_capture_on_commit_callbacks
):
    job = job_of(year, monkeypatch, jobs.Work("a.xlsx", jobs.saving(lambda: b"a")))
    jobs.work(at=year.clock.now)
    [file] = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert head.get(reverse("job_file", args=[job.pk])).getvalue() == b"a"
    os.utime(file, (0, 0))
    assert exported.sweep({file.name}) == 0  # as old as it is, it is somebody's

    file.rename(folder / "elsewhere")  # a database that was put back without its files
    answer = head.get(reverse("job_file", args=[job.pk]))
    assert (answer.status_code, "请重新导出" in answer.content.decode()) == (422, True)
    (folder / "elsewhere").rename(file)
    with django_capture_on_commit_callbacks(execute=True):
        assert jobs.forget(at=year.clock.set("2026-09-23 10:00")) == 1
    assert list(folder.iterdir()) == []


def test_file_of_a_row_of_before_is_still_fetched(year, head):
    job = Job.objects.create(
        kind="ledger", owner=year.campus.head, parameters={"unit": year.campus.unit.code}, content=b"alt",
        created_at=year.clock.now, finished_at=year.clock.now, file_name="a.xlsx",
    )  # fmt: skip
    assert head.get(reverse("job_file", args=[job.pk])).getvalue() == b"alt"


@pytest.mark.once
def test_sheets_are_the_same_when_their_rows_have_been_handed_over():
    sheets = [LedgerSheet(f"题{n}", f"名{n}", [("甲", 6)], [[f"{n}{m}"] for m in range(n)], "注") for n in range(4)]
    again = [(sheet.title, sheet.name, sheet.note, list(sheet.rows)) for sheet in gathered(laid_out(sheets))]
    assert again == [(sheet.title, sheet.name, sheet.note, sheet.rows) for sheet in sheets]
    assert list(gathered(laid_out([]))) == []


@pytest.mark.once
@pytest.mark.parametrize(
    "items",
    [lambda: (f"行{number}" * 300 for number in count()), lambda: iter(["长" * 10**7])],
    ids=["endless", "long"],
)
def test_child_that_takes_nothing_is_ended_in_time(items):
    start = time.monotonic()
    with pytest.raises(Refused, match="没有写出新的内容"):
        limited.run(lambda items: time.sleep(60), items=items(), seconds=0.3)
    assert time.monotonic() - start < 30


@pytest.mark.once
def test_only_standing_still_is_too_long(monkeypatch):
    times = [0]
    monkeypatch.setattr(limited.time, "monotonic", lambda: times[0])

    def apart(seconds):
        for number in range(3):
            times[0] += seconds
            yield number

    assert limited.run(bytes, items=apart(limited.SECONDS - 10), parcel=1) == b"\0\1\2"
    with pytest.raises(Refused, match="没有写出新的内容"):
        limited.run(bytes, items=apart(limited.SECONDS + 10), parcel=1)


@pytest.mark.once
def test_child_that_has_all_its_items_can_still_be_ended():
    counts = []

    def stop(count):
        counts.append(count)
        if len(counts) == 3:
            raise Refused(jobs.CANCELLED)

    def write(items):
        assert list(items) == [1, 2]
        time.sleep(60)

    with pytest.raises(Refused, match="取消"):
        limited.run(write, items=[1, 2], each=stop)
    assert counts == [2, 2, 2]


@pytest.mark.once
def test_same_sheets_give_the_same_bytes(tmp_path):
    for name, wait in (("a", 0), ("b", 1.1)):
        time.sleep(wait)  # a file knows seconds
        sheet = LedgerSheet("题", "名", [("甲", 6), ("乙", 9)], iter([[1, "=1+1"], [2, "文" * 2000]]))
        tables.write_ledger([sheet], tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.once
def test_memory_does_not_grow_with_the_rows(tmp_path):
    held = {}

    def rows():
        for number in range(3001):
            if number in (1000, 3000):
                gc.collect()
                held[number] = tracemalloc.get_traced_memory()[0]
            yield [number, "文" * (number % 40)]

    tracemalloc.start()
    try:
        tables.write_ledger([LedgerSheet("题", "名", [("甲", 6), ("乙", 9)], rows())], tmp_path / "a")
    finally:
        tracemalloc.stop()
    assert held[3000] - held[1000] < 100_000
