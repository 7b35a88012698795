"""Files that a worker writes: made once, for their owner, for some days, within limits; others are not kept waiting."""

import io
import os
import time

import openpyxl
import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from registers import jobs, limited
from registers.imports import uploads
from registers.models import AuditEntry, Job
from registers.papers import compose, writing
from registers.refusals import Refused
from registers.schemes.checking import loading
from registers.text import digest_of_text
from tests.personas import point, unit_point
from workflows import sweeping
from workflows.sheets import documents

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


def signed_in(user):
    client = Client()
    client.force_login(user, backend="registers.sessions.People")
    return client


@pytest.fixture
def head(year):
    return signed_in(year.campus.head)


def exported(year, client):
    """Order the ledger of the unit, let the worker write it, and return the job."""
    answer = client.post(reverse("ledger_export"), {"unit": year.campus.unit.code})
    jobs.work(at=year.clock.now)
    return Job.objects.get(pk=answer["Location"].split("/")[-2])


# --- Once, and for how long -------------------------------------------------------------------------------


def test_double_click_makes_one_job_and_one_entry(year, head):
    answers = [head.post(reverse("ledger_export"), {"unit": year.campus.unit.code}) for _ in range(3)]
    assert len({answer["Location"] for answer in answers}) == 1
    assert (Job.objects.count(), AuditEntry.objects.filter(act="ledger.export").count()) == (1, 1)

    jobs.work(at=year.clock.now)
    year.clock.set("2026-09-15 10:01")  # the register may have changed: a new file is wanted
    assert exported(year, head).pk != answers[0]["Location"].split("/")[-2]
    assert Job.objects.count() == 2


def test_registrar_exports_with_a_reason_and_reads_nothing_on_the_page(year):
    unit = year.campus.unit
    year.searched(unit_point("拆分采购项目"), code="unit-search")
    registrar = signed_in(year.campus.registrar)
    page = registrar.get(reverse("ledger"), {"unit": unit.code}).content.decode()
    assert ("导出理由" in page, "拆分采购项目" in page, "按等级汇总" in page) == (True, False, True)
    for path in ("/risks/", f"/comparison/?unit={unit.code}", f"/units/{unit.code}/records/", "/measures/"):
        answer = registrar.get(path)
        assert "拆分采购项目" not in answer.content.decode(), path

    for reason in ("", "  ", "长" * 201):
        assert registrar.post(reverse("ledger_export"), {"unit": unit.code, "reason": reason}).status_code == 422
    assert not Job.objects.exists()
    registrar.post(reverse("ledger_export"), {"unit": unit.code, "reason": "年度归档"})
    jobs.work(at=year.clock.now)

    job, entry = Job.objects.get(), AuditEntry.objects.get(act="ledger.export")
    assert (entry.actor, entry.detail["reason"]) == (year.campus.registrar, digest_of_text("年度归档"))
    book = openpyxl.load_workbook(jobs.opened(job))
    text = "".join(str(cell.value) for sheet in book for row in sheet for cell in row)
    assert "拆分采购项目" in text
    assert f"{year.campus.registrar.name}导出，理由：年度归档" in text


def test_file_is_refused_once_the_role_has_ended(year, head):
    job = exported(year, head)
    address = reverse("job_file", args=[job.pk])
    assert head.get(address).status_code == 200

    year.campus.head.appointments.update(until=year.clock.today)
    year.campus.group.members.filter(user=year.campus.head).delete()
    answer = head.get(address)
    assert answer.status_code == 403
    assert "该台账供本单位负责人" in answer.content.decode()


def test_file_is_kept_for_some_days_and_then_removed(year, head):
    job = exported(year, head)
    address = reverse("job_file", args=[job.pk])
    sweeping.sweep(at=year.clock.set("2026-09-22 10:00"))
    head = signed_in(year.campus.head)
    assert head.get(address).status_code == 200

    year.clock.set("2026-09-22 10:01")
    late = head.get(address)  # before any sweep
    assert (late.status_code, "文件只保留 7 天" in late.content.decode()) == (422, True)
    sweeping.sweep(at=year.clock.now)
    job.refresh_from_db()
    assert (job.file, job.file_name) == ("", "")
    assert "文件已过保存期" in head.get(reverse("job_detail", args=[job.pk])).content.decode()
    assert jobs.forget(at=year.clock.now) == 0


def test_nobody_keeps_the_others_waiting(year, monkeypatch):
    order = []

    def write(parameters, owner):
        order.append((owner.number, parameters["n"]))
        return "a", jobs.saving(lambda: b"a")

    monkeypatch.setitem(jobs.KINDS, "test", write)
    for n in range(jobs.MOST_WAITING):
        jobs.create("test", owner=year.campus.head, parameters={"n": n}, at=year.clock.now)
    with pytest.raises(Refused, match="正在生成"):
        jobs.create("test", owner=year.campus.head, parameters={"n": 99}, at=year.clock.now)
    jobs.create("test", owner=year.campus.office, parameters={"n": 0}, at=year.clock.now)

    jobs.work(at=year.clock.now)
    assert order[:2] == [("head", 0), ("office", 0)]
    assert len(order) == jobs.MOST_WAITING + 1


def test_worker_that_has_worked_long_enough_leaves_the_rest_to_the_next_call(year, monkeypatch):
    woken = []
    monkeypatch.setattr(jobs, "wake", lambda: woken.append(1))
    monkeypatch.setattr(jobs, "ENOUGH_SECONDS", 0)
    monkeypatch.setitem(jobs.KINDS, "test", lambda parameters, owner: ("a", jobs.saving(lambda: b"a")))
    for n in range(3):
        Job.objects.create(kind="test", owner=year.campus.head, parameters={"n": n}, created_at=year.clock.now)
    monkeypatch.setattr(jobs.time, "monotonic", iter(range(100)).__next__)
    assert (jobs.work(at=year.clock.now), len(woken)) == (1, 1)


def test_job_that_came_while_others_were_done_is_called_for(year, monkeypatch):
    woken = []
    monkeypatch.setattr(jobs, "wake", lambda: woken.append(1))

    def write(parameters, owner):
        if parameters["n"] == 0:
            Job.objects.create(kind="test", owner=owner, parameters={"n": 1}, created_at=year.clock.now)
        return "a", jobs.saving(lambda: b"a")

    monkeypatch.setitem(jobs.KINDS, "test", write)
    Job.objects.create(kind="test", owner=year.campus.head, parameters={"n": 0}, created_at=year.clock.now)
    assert [jobs.work(at=year.clock.now) for _ in range(3)] == [1, 1, 0]
    assert len(woken) == 1


def test_jobs_leave_a_worker_for_other_work_and_the_sweep_does_none(year, monkeypatch):
    woken = []
    monkeypatch.setattr(jobs, "wake", lambda: woken.append(1))
    monkeypatch.setitem(jobs.KINDS, "test", lambda parameters, owner: ("a", jobs.saving(lambda: b"a")))
    sweeping.sweep(at=year.clock.now)
    assert woken == []
    for _ in range(jobs.AT_ONCE + 1):
        Job.objects.create(kind="test", owner=year.campus.head, created_at=year.clock.now)
    sweeping.sweep(at=year.clock.now)
    assert (woken, Job.objects.filter(started_at=None).count()) == ([1], jobs.AT_ONCE + 1)

    first, *others = Job.objects.order_by("pk")
    Job.objects.exclude(pk=first.pk).update(started_at=year.clock.now, attempts=1)
    assert jobs.work(at=year.clock.now) == 0
    Job.objects.filter(pk=others[0].pk).update(finished_at=year.clock.now)
    assert jobs.work(at=year.clock.now) == 1


def test_every_kind_of_file_is_written_in_the_cage_and_without_the_database(
    year, sheet, monkeypatch, django_assert_num_queries
):
    caged = []

    def run(write, items=None, each=None, parcel=None):
        read = [] if items is None else [list(items)]
        with django_assert_num_queries(0):
            write(*read)
        caged.append(write.args[-1].read_bytes())

    paper = compose.compose(sheet.task.paper_rules, documents.document(sheet))
    file = uploads.upload(
        "工号,姓名,部门\n07001,孙一,财务处\n".encode(),
        "a.csv",
        kind="people",
        effective_on=year.clock.today,
        actor=year.actor(year.campus.registrar),
        at=year.clock.now,
    )
    taken = {"file": file.pk, "version": file.version, "digest": file.compared["digest"]}
    monkeypatch.setattr(limited, "run", run)  # the upload was read in the real one
    asked = {
        "import": {"parameters": taken, "owner": year.campus.registrar},
        "ledger": {"parameters": {"unit": year.campus.root.code, "on": "2026-09-15"}},
        "unfinished": {"parameters": {"campaign": year.campaign.pk, "which": "unfinished"}},
        "risk_order": {"parameters": {"unit": year.campus.root.code, "kind": "key"}},
        "volumes": {"parameters": {"campaign": year.campaign.pk}, "owner": year.campus.head},
        "bound": {"parameters": {"unit": year.campus.unit.code, "on": "2026-09-15"}},
        "paper": {"parameters": {"form": "xlsx"}, "source": writing.pack(paper)},
    }
    assert set(asked) == set(jobs.KINDS) - {"import_reading"}  # which writes no file
    for name, given in asked.items():
        jobs.create(name, **{"owner": year.campus.office, "at": year.clock.now, **given})
    jobs.work(at=year.clock.now)
    assert [job.error for job in Job.objects.all()] == [""] * len(asked)
    assert sorted(jobs.opened(job).read() for job in Job.objects.all()) == sorted(caged)


# --- Jobs that fail ---------------------------------------------------------------------------------------


def test_file_whose_query_takes_too_long_fails_in_words_and_holds_up_no_other(year, head, monkeypatch):
    def read(parameters, owner):
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setitem(jobs.KINDS, "slow", read)
    monkeypatch.setitem(
        jobs.KINDS, "quick", lambda parameters, owner: ("长" * 300 + ".xlsx", jobs.saving(lambda: b"a"))
    )
    slow = jobs.create("slow", owner=year.campus.head, parameters={}, at=year.clock.now)
    quick = jobs.create("quick", owner=year.campus.office, parameters={}, at=year.clock.now)
    assert [jobs.work(at=year.clock.now) for _ in range(jobs.ATTEMPTS + 1)] == [1, 0, 1, 0]
    quick.refresh_from_db()
    assert (len(quick.file_name), quick.file_name[-6:]) == (120, "….xlsx")  # as long as can be stored
    assert jobs.FAILED in head.get(reverse("job_detail", args=[slow.pk])).content.decode()


def test_file_whose_worker_died_each_time_fails_in_words_and_keeps_no_place_in_the_queue(year, head):
    for n in range(jobs.MOST_WAITING):
        job = jobs.create("ledger", owner=year.campus.head, parameters={"n": n}, at=year.clock.now)
    Job.objects.update(started_at=year.clock.now, attempts=jobs.ATTEMPTS)
    again = jobs.create("ledger", owner=year.campus.head, parameters=job.parameters, at=year.clock.now)
    assert again.pk == job.pk  # for all anybody knows it is being made

    jobs.work(at=year.clock.now)
    assert "正在生成" in head.get(reverse("job_detail", args=[job.pk])).content.decode()
    year.clock.set("2026-09-15 10:05")
    jobs.work(at=year.clock.now)
    assert jobs.FAILED in signed_in(year.campus.head).get(reverse("job_detail", args=[job.pk])).content.decode()
    assert exported(year, head).file_name


# --- Heavy papers -----------------------------------------------------------------------------------------


@pytest.fixture
def sheet(year):
    sheet = year.sheet("personal-search")
    return year.submit(sheet, year.points(sheet, point("先签字后审批"), point("一人经办")))


@pytest.fixture
def light_page(monkeypatch):
    """Let a paper of one row be all that a page may write."""
    monkeypatch.setattr(writing, "MOST_ROWS", 1)


def test_heavy_paper_is_written_by_the_worker_and_fetched_by_who_asked(year, sheet, light_page):
    clerk, address = signed_in(year.campus.clerk), reverse("submission_file", args=[sheet.pk, "xlsx"])
    asked = [clerk.get(address) for _ in range(2)]
    assert [answer.status_code for answer in asked] == [302, 302]
    job = Job.objects.get()
    waits = clerk.get(reverse("job_detail", args=[job.pk])).content.decode()
    assert "可能需要一两分钟" in waits

    assert jobs.work(at=year.clock.now) == 1
    job.refresh_from_db()
    assert (job.error, job.source) == ("", None)
    assert clerk.get(reverse("job_file", args=[job.pk]))["Location"] == address
    book = openpyxl.load_workbook(io.BytesIO(clerk.get(address).getvalue()))
    text = "".join(str(cell.value) for row in book.active for cell in row)
    assert "先签字后审批" in text
    assert "一人经办" in text
    assert Job.objects.count() == 1

    # Who else may read it has to ask for his own; a stranger gets neither the paper nor the file.
    assert signed_in(year.campus.head).get(address).status_code == 302
    assert Job.objects.count() == 2
    stranger = signed_in(year.campus.other_head)
    assert stranger.get(address).status_code == 404
    assert stranger.get(reverse("job_file", args=[job.pk])).status_code == 404


def test_heavy_paper_that_has_changed_is_written_anew(year, sheet, light_page):
    clerk, address = signed_in(year.campus.clerk), reverse("submission_file", args=[sheet.pk, "xlsx"])
    clerk.get(address)
    jobs.work(at=year.clock.now)
    year.vote(sheet, year.campus.member)
    year.vote(sheet, year.campus.head)
    year.agree(sheet, year.campus.head)
    assert clerk.get(address).status_code == 302
    assert Job.objects.count() == 2


def test_light_paper_is_written_at_once(year, sheet):
    answer = signed_in(year.campus.clerk).get(reverse("submission_file", args=[sheet.pk, "xlsx"]))
    assert (answer.status_code, Job.objects.count()) == (200, 0)


def test_paper_that_takes_too_long_ends_in_words_and_is_not_tried_again(year, sheet, light_page, monkeypatch):
    monkeypatch.setitem(writing.TYPES, "pdf", ("application/pdf", lambda paper: time.sleep(20)))
    monkeypatch.setattr(limited.run, "__kwdefaults__", limited.run.__kwdefaults__ | {"seconds": 0.2})
    clerk = signed_in(year.campus.clerk)
    clerk.get(reverse("submission_file", args=[sheet.pk, "pdf"]))
    jobs.work(at=year.clock.now)
    job = Job.objects.get()
    assert (job.error, job.attempts) == (limited.TOO_LONG, 1)
    assert limited.TOO_LONG in clerk.get(reverse("job_detail", args=[job.pk])).content.decode()


def test_every_paper_of_every_scheme_comes_out_of_its_parcel_as_it_went_in(sheet):
    rules = [loading.read(path)[0] for path in (settings.BASE_DIR / "fixtures" / "schemes").glob("*.yaml")]
    papers = [compose.empty(layout, one) for one in rules for layout in one.papers.values()]
    papers.append(compose.compose(sheet.task.paper_rules, documents.document(sheet)))
    assert len(papers) > 20
    for paper in papers:
        assert writing.unpack(writing.pack(paper)) == paper


# --- The limited process ----------------------------------------------------------------------------------


def refuse():
    raise Refused("缺少字体。")


@pytest.mark.parametrize(
    ("work", "limits", "said"),
    [
        (lambda: time.sleep(20), {"seconds": 0.1}, limited.TOO_LONG),
        (lambda: bytes(bytearray(500_000_000)), {"megabytes": 50}, limited.TOO_LARGE),
        (os.abort, {}, limited.TOO_LARGE),
        (refuse, {}, "缺少字体。"),
    ],
)
def test_what_breaks_out_of_the_limits_is_ended_and_said(work, limits, said):
    start = time.monotonic()
    with pytest.raises(Refused) as refused:
        limited.run(work, **limits)
    assert str(refused.value) == said
    assert time.monotonic() - start < 10
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # no child is left behind


def test_what_is_made_in_the_cage_comes_out_whole_and_changes_nothing_outside():
    kept = []

    def work():
        kept.append(1)
        return b"x" * 3_000_000

    assert limited.run(work) == b"x" * 3_000_000
    assert kept == []
    with pytest.raises(limited.Broken, match="ZeroDivisionError"):
        limited.run(lambda: 1 / 0)
