"""The list of what is late, or not done, as a file: the rows of the screen, nobody else's."""

import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from registers import jobs
from registers.models import AuditEntry, Job
from tests.factories import make_person, make_post
from tests.personas import point
from workflows.models import Submission

pytestmark = pytest.mark.database("both")

HEAD = ["序号", "单位", "姓名", "岗位", "事项", "表格", "状态", "当前环节", "经办人", "截止日期", "逾期天数", "联系人"]


def exported(year, by, **sent):
    """Ask for the list as ``by`` and let the worker write it; return its rows below the head."""
    client = Client()
    client.force_login(by, backend="registers.sessions.People")
    answer = client.post(reverse("progress_export"), sent)
    assert answer.status_code == 302
    jobs.work(at=year.clock.now)
    job = Job.objects.order_by("pk").last()
    assert job.file, job.error
    assert client.get(answer["Location"]).status_code == 200
    content = client.get(reverse("job_file", args=[job.pk])).getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    at = rows.index(HEAD)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [] if rows[at + 1][0] == "无数据" else rows[at + 1 :]


@pytest.fixture
def late(year):
    """21 September; in the other unit somebody is late as well, under a name that is found nowhere else."""
    other = make_person("=暗记(1)", year.campus.other_unit)
    post = make_post(year.campus.other_unit, "暗记岗位", other)
    task = year.sheet("personal-search").task
    Submission.objects.create(
        task=task, unit=year.campus.other_unit, post=post, person=other, state="open", step="fill", due_on=task.due_on
    )
    year.at("09-21")
    return year


def test_line_says_whose_what_where_since_when_and_whom_to_call(late):
    rows = exported(late, late.campus.head, task="personal-search", person="甲一")

    assert [[str(value) if value is not None else "" for value in row] for row in rows] == [
        [
            "1",
            "财务处",
            "甲一",
            "会计核算",
            "个人岗位廉政风险自查",
            late.sheet("personal-search").task.paper_rules.label,
            "待填报",
            "个人自查",
            "甲一",
            "2026-09-20 00:00:00",
            "1",
            "乙一",
        ]
    ]


def test_rows_of_other_units_are_never_in_it(late):
    rows = exported(late, late.campus.head, which="unfinished")

    assert rows
    assert {row[1] for row in rows} == {"财务处"}
    assert "暗记" not in str(rows)
    assert exported(late, late.campus.head, which="unfinished", unit="ZS") == []


def test_office_has_all_and_a_name_that_looks_like_a_formula_stays_a_name(late):
    rows = exported(late, late.campus.office)

    assert {"财务处", "招生就业处"} == {row[1] for row in rows}
    assert "=暗记(1)" in {row[2] for row in rows}


def test_late_and_unfinished_are_what_the_screen_counts(late):
    client = Client()
    client.force_login(late.campus.office, backend="registers.sessions.People")
    page = client.get(reverse("progress_list"))
    stats = page.context["stats"]

    assert len(exported(late, late.campus.office)) == stats["late"]
    assert (
        len(exported(late, late.campus.office, which="unfinished"))
        == stats["open"] + stats["moving"] + stats["returned"]
    )
    assert len(exported(late, late.campus.office, which="unfinished", state="in_review")) == stats["moving"]


def test_scope_is_that_of_the_day_the_worker_writes_it(late):
    client = Client()
    client.force_login(late.campus.head, backend="registers.sessions.People")
    for _ in range(2):  # a double click makes one job: there is no second one to get below
        client.post(reverse("progress_export"), {"which": "unfinished"})
    late.campus.head.appointments.update(until=late.clock.today)
    late.campus.group.members.filter(user=late.campus.head).delete()

    jobs.work(at=late.clock.now)

    job = Job.objects.get()
    assert client.get(reverse("job_file", args=[job.pk])).status_code == 403
    content = jobs.opened(job).read()
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()]
    assert {row[2] for row in rows[rows.index(HEAD) + 1 :]} <= {"丙一", late.campus.head.name}


def test_job_holds_ids_alone_and_the_export_is_on_record(late):
    exported(late, late.campus.office, person="甲一", unit="CW")

    job = Job.objects.get()
    assert job.parameters == {
        "campaign": late.campaign.pk,
        "which": "late",
        "unit": "CW",
        "people": [late.campus.clerk.pk],
    }
    entry = AuditEntry.objects.get(act="progress.export")
    assert entry.detail == {"job": job.pk, "which": "late", "unit": "CW"}


def test_sheet_in_review_names_its_step_and_who_has_it(late):
    sheet = late.submit(late.sheet("personal-search"), late.points(late.sheet("personal-search"), point()))
    late.review(sheet)

    rows = exported(late, late.campus.office, which="unfinished", person="甲一", task="personal-search")

    assert [rows[0][6], rows[0][8]] == ["审核中", late.campus.office.name]
    assert rows[0][7] == late.again(sheet).step_rules.label


def test_clerk_may_not_ask_for_it(late):
    client = Client()
    client.force_login(late.campus.clerk, backend="registers.sessions.People")

    assert client.post(reverse("progress_export")).status_code == 403
    assert not Job.objects.exists()
