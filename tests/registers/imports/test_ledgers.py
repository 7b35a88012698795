"""Old ledgers of risk points, read and matched.

The numbers are those of the list of variants and of the list of broken files.
"""

import pytest

from tests.factories import make_post
from tests.registers.imports.taken import plan_of, said
from tests.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]

FLAT = ["序号", "部门", "岗位", "职权", "风险类别", "风险点", "表现形式", "等级", "防控措施", "责任人"]
STAGED = [
    ["财务处廉政风险点台账"],
    ["序号", "岗位", "职权", "风险点", "风险类别", "等级", "防控措施", "", "", "责任人"],
    ["", "", "", "", "", "", "前期预防", "中期监控", "后期处置", ""],
]
STAGED_MERGES = ["A1:J1", *(f"{c}2:{c}3" for c in "ABCDEFJ"), "G2:I2"]


@pytest.fixture
def campus(make_campus, clock):
    campus = make_campus()
    campus.buyer = make_post(campus.unit, "采购管理", campus.clerk)
    return campus


def ledger(campus, rows, *, answers=None, **more):
    data = workbook(rows, name="财务处", **more) if more or not isinstance(rows, bytes) else rows
    return plan_of(campus, data, kind="ledgers", answers={"stage": "prevention", **(answers or {})}, name="台账.xlsx")


def records(plan):
    assert plan.is_ready, f"{said(plan)}\n{[(one.key, one.text) for one in plan.report.open_questions]}"
    return [line.record for line in plan.lines]


def row(**values):
    """A row under ``FLAT``."""
    usual = {"部门": "财务处", "岗位": "采购管理", "风险类别": "岗位职责", "风险点": "参数倾向", "等级": "一级"}
    return [{**usual, **values}.get(head, "") for head in FLAT]


def test_point_merged_over_rows_has_all_its_measures(campus):
    """Variant 53: one measure a row; what is merged down belongs to every point."""
    rows = [
        *STAGED,
        ["1", "采购管理", "设备采购", "参数倾向", "岗位职责", "高", "1.公示参数", "抽查", "问责", campus.clerk.name],
        ["", "", "", "", "", "", "2.专家论证", "", "", ""],
        ["2", "", "", "围标串标", "业务流程", "中", "3.随机抽取", "", "", ""],
    ]
    merges = [*STAGED_MERGES, "A4:A5", "B4:B6", "C4:C5", "D4:D5", "E4:E5", "F4:F5", "H4:H6", "I4:I5", "J4:J6"]
    found = records(ledger(campus, rows, merges=merges))
    assert [(one.content, one.grade, one.post.name) for one in found] == [
        ("参数倾向", "grade-1", "采购管理"),
        ("围标串标", "grade-2", "采购管理"),
    ]
    assert found[0].measures == {"prevention": "1.公示参数\n2.专家论证", "monitoring": "抽查", "disposal": "问责"}
    assert found[1].measures == {"prevention": "3.随机抽取", "monitoring": "抽查"}
    assert {one.responsible for one in found} == {campus.clerk}
    assert [one.source for one in found] == ["财务处!D4", "财务处!D6"]
