"""An old ledger on its road: accepted, signed by the head, offered by the first self-check."""

import pytest

from registers.actors import Actor
from registers.imports import uploads
from registers.models import ControlMeasure, RiskPoint
from tests.personas import Year
from tests.workbooks import workbook
from workflows.models import Submission
from workflows.routing import routes
from workflows.sheets import sheet_for

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

HEAD = ["部门", "岗位", "风险类别", "风险点", "表现形式", "等级", "前期预防", "中期监控", "后期处置", "责任人"]


@pytest.fixture
def campus(make_campus, clock):
    return make_campus()


def imported(campus, clock, rows, *, kind="ledgers", answers=None):
    """Upload and accept a file as the registrar, and return it."""
    actor = Actor(campus.registrar, on=clock.today)
    file = uploads.upload(workbook(rows), "台账.xlsx", kind=kind, effective_on=clock.today, actor=actor, at=clock.now)
    uploads.answer(file.pk, answers or {}, actor=actor, seen=file.version)
    file.refresh_from_db()
    assert file.compared["is_ready"], file.compared
    return uploads.accept(file.pk, actor=actor, digest=file.compared["digest"], seen=file.version, at=clock.now)


def signed(campus, clock, sheet):
    routes.decide(
        sheet.pk,
        "agree",
        actor=Actor(campus.head, on=clock.today),
        seen_version=sheet.version,
        signed=True,
        at=clock.now,
    )
    sheet.refresh_from_db()
    return sheet


ROWS = [
    HEAD,
    ["财务处", "会计核算", "岗位职责", "付款不复核", "一人经办", "高", "两人经办", "抽查", "问责", "甲一"],
    ["财务处", "", "业务流程", "拆分采购", "化整为零", "中", "论证", "", "", "部室负责人"],
]


def test_signed_ledger_is_offered_by_the_first_self_check(campus, clock):
    """Nothing is on record until the head has signed. Then the first campaign's sheets offer it."""
    clock.set("2026-07-01 10:00")
    imported(campus, clock, ROWS, answers={"fill:人员:post": "blank"})
    [sheet] = Submission.objects.all()
    assert (sheet.task.label, sheet.state, sheet.waiting_role) == ("历史台账导入", "in_review", "unit_head")
    assert not RiskPoint.objects.open().exists()
    assert signed(campus, clock, sheet).state == "filed"
    points = {point.content: point for point in RiskPoint.objects.open()}
    assert {content: (p.level, p.post, p.final_grade.code) for content, p in points.items()} == {
        "付款不复核": ("personal", campus.post, "grade-1"),
        "拆分采购": ("unit", None, "grade-2"),
    }
    measures = ControlMeasure.objects.open().filter(point_series=points["付款不复核"].series)
    assert {m.stage: (m.text, m.responsible) for m in measures} == {
        "prevention": ("两人经办", campus.clerk),
        "monitoring": ("抽查", campus.clerk),
        "disposal": ("问责", campus.clerk),
    }
    assert [line.reason for line in sheet.lines.filter(risk_point=points["拆分采购"])] == [
        "来源：台账.xlsx 人员!D3。原等级：中；责任人“部室负责人”未对应"
    ]
    year = Year(campus, clock)
    for code, content in (("personal-search", "付款不复核"), ("unit-search", "拆分采购")):
        [entry] = sheet_for(year.sheet(code)).content()["entries"]
        assert (entry["base"], entry["values"]["content"]) == (points[content].pk, content)
