"""The filed sheets of a campaign as volumes by unit and task: what its reader may read, whole, nothing of anybody else."""

import io
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from registers import jobs
from registers.models import AuditEntry, Job
from tests.personas import point, unit_point
from workflows.compiled import volumes
from workflows.models import Submission

pytestmark = pytest.mark.database("both")


def asked(by, **sent):
    client = Client()
    client.force_login(by, backend="registers.sessions.People")
    return client, client.post(reverse("progress_papers"), sent)


def packed(year, by, **sent):
    """Ask for the volumes as ``by``, let the worker print them, and return name → text of each volume."""
    client, answer = asked(by, **sent)
    assert answer.status_code == 302
    assert jobs.work(at=year.clock.now) == 1
    job = Job.objects.order_by("pk").last()
    assert (job.error, job.file_name[-4:]) == ("", ".zip")
    assert "生成" in client.get(answer["Location"]).content.decode()
    archive = ZipFile(io.BytesIO(client.get(reverse("job_file", args=[job.pk])).getvalue()))
    readers = {name: PdfReader(io.BytesIO(archive.read(name))) for name in archive.namelist()}
    return {name: "".join(page.extract_text() for page in reader.pages) for name, reader in readers.items()}


@pytest.fixture
def filed(year):
    year.searched(point("先签字后审批"))
    year.searched(unit_point("拆分采购项目"), code="unit-search")
    return year


def test_volumes_hold_the_filed_papers_by_unit_and_task(filed):
    found = packed(filed, filed.campus.office)

    sheets = Submission.objects.filter(state="filed", filed_paper__isnull=False)
    assert set(found) == {
        f"{sheet.unit.code} {sheet.unit.name}/{sheet.task.paper_rules.label} {sheet.task.label}.pdf" for sheet in sheets
    }
    text = {name.rpartition(" ")[2]: text.replace("\n", "") for name, text in found.items()}
    personal = filed.sheet("personal-search").task.label
    assert ["先签字后审批" in words for name, words in sorted(text.items()) if personal in name] == [True]
    assert sum("拆分采购项目" in words for words in text.values()) == 1
    job = Job.objects.get()
    assert job.parameters == {"campaign": filed.campaign.pk}
    assert job.expected == len(sheets)
    assert AuditEntry.objects.get(act="paper.export").detail == {"job": job.pk, "form": "zip"}


def test_volume_that_is_full_goes_on_in_another(filed, monkeypatch):
    monkeypatch.setattr(volumes, "MOST_PAPERS", 1)
    first = Submission.objects.get(task__code="personal-search", filed_paper__isnull=False)
    rows = volumes.filed(filed.actor(filed.campus.office), filed.campaign, volumes.Choice(task="personal-search"))
    monkeypatch.setattr(volumes, "in_order", lambda rows, read: [[key for _, key in read(rows)] * 3])
    names = [name for name, _ in volumes._papers(filed.campaign, rows)]
    assert names == [
        f"{first.unit.code} {first.unit.name}/{first.task.paper_rules.label} {first.task.label}{mark}.pdf"
        for mark in ("", "（2）", "（3）")
    ]


def test_nobody_is_given_what_he_may_not_read(filed):
    _, answer = asked(filed.campus.clerk)
    assert answer.status_code == 403
    for by, sent in (
        (filed.campus.other_head, {}),
        (filed.campus.registrar, {}),
        (filed.campus.office, {"person": "无此人"}),
    ):
        client, answer = asked(by, **sent)
        assert "没有您可以查看的已备案表格" in client.get(answer["Location"]).content.decode()
    assert not Job.objects.exists()

    head = packed(filed, filed.campus.head, person=filed.campus.clerk.name)
    assert len(head) == 1
    assert Job.objects.get().parameters["people"] == [filed.campus.clerk.pk]
