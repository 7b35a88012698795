"""What is compiled for an inspection from above, and the mechanisms of prevention bound as one book (R2-27, R2-31)."""

import pytest
from django.urls import reverse

from registers import jobs
from registers.actors import Actor
from registers.models import Job, LeadingGroup, Regulation
from registers.papers import pages
from registers.refusals import Refused
from tests.workflows.test_findings import Found
from tests.workflows.test_inspections import on_record
from workflows.compiled import binding, logs

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


def paper(campus, slug, on, reader=None):
    rules = campus.scheme.rules
    return logs.paper(rules.papers[slug], rules, unit=campus.unit, on=on, reader=reader)


def cells(made):
    """The body of a paper, row by row, without numbers of rows."""
    return [[cell.text for cell in row][1:] for row in made.body]


def test_materials_are_counted_and_what_is_missing_is_said(campus, clock):
    on_record(campus)
    found = Found(campus, clock)
    found.begin()
    found.find()
    found.conclude()
    Regulation.objects.create(unit=campus.unit, name="采购管理办法")
    Regulation.objects.create(unit=campus.unit, name="旧办法", state="repealed")
    listed = {row[1]: row for row in cells(paper(campus, "inspection-materials", clock.today))}
    assert listed["制度目录"] == ["制度措施", "制度目录", "1 项", "制度目录", "有"]
    assert listed["检查记录和结论"][2:] == ["1 次", "检查与整改", "有"]
    assert listed["检查发现的问题"][2] == "1 项"
    assert listed["销号的问题和佐证"][2::2] == ["0 项", "缺"]
    groups = LeadingGroup.objects.in_force(clock.today).filter(unit=campus.unit).count()
    assert listed["领导小组名单"][2] == f"{groups} 个"
    assert [row for row in listed if row.startswith("风险点（")] == [
        f"风险点（{grade.label}）" for grade in campus.scheme.rules.grades
    ]
    # Whoever may not read inspections of the unit is told of none.
    outsider = Actor(campus.other_head, on=clock.today)
    known = {row[1]: row for row in cells(paper(campus, "inspection-materials", clock.today, outsider))}
    assert known["检查发现的问题"][2] == "0 项"


def test_mechanisms_say_what_the_scheme_says(campus, clock):
    rules = campus.scheme.rules
    rows = cells(paper(campus, "prevention-mechanism", clock.today))
    assert {row[0] for row in rows} >= {
        "等级评定",
        "防控措施",
        "分级监控",
        "监督检查",
        "预警规则",
        "预警处置",
        "考核评议",
    }
    assert [row[1] for row in rows if row[0] == "预警处置"] == [
        one.label for one in sorted(rules.warning_actions, key=lambda one: one.severity)
    ]
    assert len([row for row in rows if row[0] == "预警规则"]) == len(rules.warnings.rules)
    assert any("15 个工作日内答复" in row[2] for row in rows)


def test_book_is_bound_by_a_worker_for_whoever_reads_the_records(campus, clock, client, monkeypatch):
    for number in range(3):
        Regulation.objects.create(unit=campus.unit, name=f"制度{number}")
    address = reverse("record_bind", args=[campus.unit.code])
    client.force_login(campus.clerk)
    assert client.post(address).status_code == 403
    client.force_login(campus.liaison)
    assert "防控机制汇编" in client.get(reverse("record_list", args=[campus.unit.code])).content.decode()
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    jobs.work(at=clock.now)
    made = Job.objects.get()
    assert made.error == ""
    assert jobs.opened(made).read().startswith(b"%PDF-")
    file = client.get(reverse("job_file", args=[made.pk]))
    assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
    # What is in it: the mechanisms first, then what is on record. An empty directory is left out.
    reader = Actor(campus.liaison, on=clock.today)
    bound = binding.papers(campus.scheme.rules, unit=campus.unit, on=clock.today, reader=reader)
    assert [one.title for one in bound] == ["廉政风险防控机制", "制度目录"]
    assert "制度1" in pages.to_html(bound[1])
    monkeypatch.setattr(binding, "MOST_ROWS", 2)
    with pytest.raises(Refused, match="分别汇编"):
        binding.papers(campus.scheme.rules, unit=campus.unit, on=clock.today, reader=reader)
    campus.liaison.appointments.all().delete()
    assert client.get(reverse("job_file", args=[made.pk])).status_code == 403
