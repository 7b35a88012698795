"""Lists of powers, read and matched. The numbers are those of the list of variants and of the list of broken files."""

import pytest

from registers.models import Regulation
from tests.factories import make_post
from tests.registers.imports.taken import faults, plan_of, said
from tests.workbooks import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("both")]


@pytest.fixture
def campus(make_campus, clock):
    campus = make_campus()
    campus.buyer = make_post(campus.unit, "采购管理", campus.clerk)
    return campus


POWER_HEAD = ["单位", "编号", "职权名称", "权力类型", "承办岗位", "实施依据", "责任事项依据", "责任主体", "办理程序"]


def powers(campus, rows, **more):
    plan = plan_of(campus, workbook(rows, **more), kind="powers")
    assert plan.is_ready, f"{said(plan)}\n{plan.report.open_questions}"
    return plan, [line.record for line in plan.lines]


def test_steps_of_a_power_stand_in_rows_or_in_a_cell(campus):
    """Variants 47 and 48."""
    head = ["单位", "事项名称", "环节", "经办人", "环节时限"]
    rows = [
        head,
        ["财务处", "设备采购", "申请", "经办人", ""],
        ["", "", "审核", "科长", "3个工作日"],
        ["", "", "审批", "", ""],
    ]
    _, [power] = powers(campus, rows, merges=["A2:A4", "B2:B4"])
    assert power.steps == [("经办人", "申请", ""), ("科长", "审核", "3个工作日"), ("", "审批", "")]
    for words in (
        "申请（经办人）→审核（科长）→审批（处长）→办结",
        "1. 申请（经办人）\n2. 审核（科长）\n3. 审批（处长）",
        "第一步：申请（经办人）。第二步：审核（科长）。第3步，审批（处长）。",
        "申请（经办人）；审核（科长）；审批（处长）。",
    ):
        _, [power] = powers(campus, [["单位", "事项名称", "办理程序"], ["财务处", "设备采购", words]])
        assert power.steps == [("经办人", "申请", ""), ("科长", "审核", ""), ("处长", "审批", "")]


def test_each_field_of_a_power_is_one_column(campus):
    """Variants 49 to 51."""
    basis = "《政府采购法》、《学校采购办法》和院党〔2009〕8号"
    Regulation.objects.create(unit=campus.root, name="学校采购办法")
    rows = [
        POWER_HEAD,
        ["财务处", "001", "设备采购", "执行权", "采购管理", basis, "别的依据", "财务处", ""],
        ["财务处", "001-1", "零星采购", "执行", "某岗", "", "", "", ""],
        ["招生就业处", "001", "录取", "决策", "", "", "", "", ""],
    ]
    plan, [first, second, third] = powers(campus, rows)
    assert first.values == {"chart_number": "001", "legal_basis": basis, "kind": "execution"}
    assert first.post == campus.buyer
    assert "依据的制度“《政府采购法》”未对应" in said(plan)
    assert "学校采购办法" not in said(plan)
    assert (second.values["chart_number"], second.notes) == ("001-1", ["责任岗位“某岗”未对应"])
    assert str(third.unit) == "招生就业处"


def test_kind_and_steps_of_a_power_are_never_made_up(campus):
    """A list of another division of powers, and a column of steps under an unknown head."""
    rows = [["单位", "权力名称", "权力类别", "怎么办"], ["财务处", "设备采购", "人事权", "申请→审批"]]
    plan = plan_of(campus, workbook(rows), kind="powers")
    assert "人员!D1 没有认出“怎么办”这一列，没有读取" in said(plan)
    [question] = plan.report.open_questions
    plan = plan_of(campus, workbook(rows), kind="powers", answers={question.key: "none"})
    [record] = [line.record for line in plan.lines]
    assert (record.values, record.notes) == ({}, ["原权力类型：人事权"])
    assert "人员!C2 1 项权力没有权力性质（决策、执行、监督），留空导入" in said(plan)
    named = {"1:单位": "unit", "2:权力名称": "name", "3:权力类别": "", "4:怎么办": "step"}
    plan = plan_of(campus, workbook(rows), kind="powers", columns=named)
    assert ([line.record.steps for line in plan.lines], "没有认出" in said(plan)) == (
        [[("", "申请", ""), ("", "审批", "")]],
        False,
    )


def test_faults_of_powers_name_their_cells(campus):
    """Broken files 28 and 31, and an unknown kind that is asked for."""
    rows = [
        ["单位", "事项名称", "类型", "办理程序"],
        ["没有的单位处", "甲", "", ""],
        ["财务处", "乙", "服务类", "长" * 301],
        ["财务处", "乙", "", ""],
    ]
    plan = plan_of(campus, workbook(rows), kind="powers")
    assert "人员!A2 没有单位“没有的单位处”" in faults(plan)
    assert "人员!D3 步骤“" in faults(plan)
    assert [question.key for question in plan.report.open_questions] == ["kind:服务类"]
    twice = [["单位", "事项名称", "类型"], ["财务处", "乙", ""], ["财务处", "丙", ""], ["财务处", "乙", ""]]
    assert "人员!B2、B4 “财务处”有两项“乙”" in faults(plan_of(campus, workbook(twice), kind="powers"))
