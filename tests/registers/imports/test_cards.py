"""Cards, one a power or a post, mean the same as the table of the same things."""

import random

import pytest

from registers.imports import posts
from registers.models import Post
from tests.registers.imports.taken import ON, book_of, faults, plan_of, said
from tests.workbooks import parts, sheet, workbook, zipped

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

POWER = {
    "name": ["职权名称", "权力名称：", "事项  名称"],
    "kind": ["类型", "权力类型"],
    "number": ["编码", "职权编码"],
    "body": ["责任主体", "实施主体"],
    "basis": ["实施依据", "法律依据："],
    "step": ["办理程序"],
}
DUTIES = [f"{number}. 职责之{number}，含 1.5 万元以上的事项" for number in range(1, 12)]
DUTIES += ["12. 完成领导交办的其他工作"]


def powers():
    for number in range(1, 41):
        yield {
            "name": f"第{number}项权力",
            "kind": ["决策", "执行", "监督"][number % 3],
            "number": f"JY-{number:02}",
            "body": ["财务处", "招生就业处"][number % 2],
            "basis": f"《第{number}号办法》、院党〔2009〕{number}号",
            "step": "申请（经办人）→审批（处长）",
        }


def as_table(entries):
    names = list(entries[0])
    return [[POWER[name][0] for name in names], *([entry[name] for name in names] for entry in entries)]


def as_cards(entries, dice):
    """Rows of cards below a title: one or two labels in a row, with or without gaps."""
    words = {name: dice.choice(labels) for name, labels in POWER.items()}
    wide, left, rows = dice.choice([1, 2]), dice.choice([0, 1]), [["权力清单"]]
    for entry in entries:
        names = list(entry)
        rows += [[]] * dice.choice([0, 1, 2])
        for start in range(0, len(names), wide):
            row = [""] * left
            for name in names[start : start + wide]:
                row += [words[name], *[""] * dice.choice([0, 1]), entry[name]]
            rows.append(row)
    return rows


def found(plan):
    records = [line.record for line in plan.lines]
    return [(str(one.unit), one.name, one.values, one.steps) for one in records]


@pytest.mark.parametrize("seed", range(6))
def test_forty_cards_of_powers_down_a_sheet(make_campus, clock, seed):
    """Variant 52."""
    campus, entries = make_campus(), list(powers())
    table = plan_of(campus, as_table(entries), kind="powers")
    cards = plan_of(campus, as_cards(entries, random.Random(seed)), kind="powers")  # noqa: S311 (dice of a test)
    assert cards.is_ready, said(cards)
    assert len(found(cards)) == 40
    assert found(cards) == found(table)


def test_finding_in_a_card_names_the_cell_of_its_value(campus):
    rows = [["职权名称", "采购"], ["类型", "执行"], ["责任主体", "财务处"], ["办理程序", "长" * 301]]
    assert "人员!B4 步骤“" in faults(plan_of(campus, rows, kind="powers"))
    rows[1] = ["权力类型", "执行", "类型", "决策"]
    assert "人员!D2 有两项都像是“权力性质”" in faults(plan_of(campus, rows, kind="powers"))


def post_card(name, code):
    """A description of a post as a form, with its duties in one merged cell."""
    return sheet(
        [
            ["岗位说明书"],
            ["单位名称", "财务处", "", "岗位名称", name],
            ["岗位编号", code, "", "岗位等级", "专技七级"],
            ["岗位职责", "\n".join(DUTIES)],
            [],
            ["任职人", "甲二", "", "手机", "13800138000"],
        ],
        merges=["A1:E1", "B4:E5"],
    )


def test_cards_of_posts_one_a_sheet(campus):
    """Variant 45: twelve duties in their order, the last one kept. What is private is not."""
    names = {"出纳": "CW-71", "档案": "CW-72"}
    data = zipped(parts({name: post_card(name, code) for name, code in names.items()}))
    assert "13800138000" not in str(book_of(data))
    plan = plan_of(campus, data, kind="posts")
    assert plan.is_ready, said(plan)
    posts.apply(plan, plan.lines, on=ON)
    for name, code in names.items():
        post = Post.objects.get(code=code)
        assert (post.name, post.level, post.unit) == (name, "专技七级", campus.unit)
        assert [duty.text for duty in post.duties.all()] == [duty.split(". ", 1)[1] for duty in DUTIES]
    assert plan_of(campus, data, kind="posts").lines == []


def test_duties_beside_a_merged_label_come_line_by_line(campus):
    rows = [["岗位名称", "出纳"], ["单位", "财务处"], ["职责", "收款"], ["", "付款"], ["", "对账"]]
    plan = plan_of(campus, workbook(rows, merges=["A3:A5"]), kind="posts")
    assert plan.lines[0].record.duties == ["收款", "付款", "对账"]


def test_private_values_of_cards_without_a_head_leave_no_trace(campus):
    """Each label in a row of its own: nothing there looks like a line of heads."""
    rows = [["岗位名称", "出纳"], ["单位", "财务处"], ["手机", "13800138000"], ["出生日期", "1990.3"], ["职责", "收款"]]
    kept = str(book_of(workbook(rows)))
    assert "收款" in kept
    assert not [text for text in ("1380013", "1990") if text in kept]
