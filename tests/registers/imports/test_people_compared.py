"""Files of people against the people on record, and what keeps a file from being taken over.

The numbers are those of the lists of variants and of broken files.
"""

import re

import pytest

from registers.imports.posting import MEANS, TITLE
from registers.models import Incumbency
from registers.refusals import Refused
from tests.factories import make_post
from tests.registers.imports.taken import HEAD, ON, faults, joined, kinds, plan_of, said, taken
from tests.workbooks import Number, Raw, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

TWO = [["04001", "孙一", "财务处"], ["04002", "孙二", "招生就业处"]]


def test_file_again_is_a_comparison(campus):
    make_post(campus.other_unit, "招生", campus.colleague)
    rows = [
        [*HEAD, "职称", "职务"],
        ["clerk", "甲一", "财务处", "", "会计核算"],
        ["colleague", "甲二", "招生就业处", "讲师", ""],
        ["liaison", "乙壹", "财务处", "", ""],
        ["07001", "孙一", "财务处", "", "会计核算"],
    ]
    plan = plan_of(campus, rows)
    lines = {(line.kind, line.key): (line.old, line.new) for line in plan.lines}
    assert lines["moved", "colleague"] == ("财务处", "招生就业处")
    assert lines["changed", "colleague"] == ("职务/职称：", "讲师")
    assert lines["renamed", "liaison"] == ("乙一", "乙壹")
    assert lines["takes", "07001"] == ("", "财务处：会计核算")
    assert {key for kind, key in lines if kind == "left"} == {"member", "deputy", "head", "other_head"}
    assert (plan.unchanged, plan.missing, plan.rows) == (1, 4, 4)


def test_titles_make_posts_only_where_somebody_says_so(campus):
    """职务 is asked about once; what the file names of nobody is not offered to be left."""
    rows = [[*HEAD, "职务", "职称"], ["1", "孙一", "财务处", "科员", "讲师"], ["clerk", "甲一", "财务处", "科员", ""]]
    plan = plan_of(campus, rows, answers={MEANS: ""})
    [question] = plan.report.open_questions
    assert (question.key, question.cells, kinds(plan)) == (MEANS, "人员!D1", {"joined": 1, "left": 5})
    plan = plan_of(campus, rows, answers={MEANS: TITLE})
    assert (taken(plan), joined(plan)) == ([], {"1": ("孙一", "财务处")})
    assert [line.person.values["title"] for line in plan.lines if line.person] == ["科员、讲师", "科员"]
    make_post(campus.unit, "科员", campus.clerk)  # beside 会计核算, of which this file knows nothing
    plan = plan_of(campus, rows[::2])
    assert (kinds(plan), "库中的 1 项任职是本文件没有写到的岗位，保持不变" in said(plan)) == ({"left": 5}, True)
    more = [rows[0], ["clerk", "甲一", "财务处", "出纳", ""], ["1", "孙一", "财务处", "科员", ""]]
    assert [line.old for line in plan_of(campus, more).lines if line.kind == "leaves_post"] == ["财务处：科员"]


def test_changed_number_is_asked_for(campus):
    rows = [HEAD, ["08001", "甲一", "财务处"]]
    [question] = plan_of(campus, rows).report.open_questions
    same, other = (plan_of(campus, rows, answers={question.key: answer}) for answer in ("same", "other"))
    assert [(line.kind, line.old, line.new) for line in same.lines if line.key == "08001"] == [
        ("changed", "clerk", "08001")
    ]
    assert "clerk" not in [line.key for line in same.lines]
    assert list(joined(other)) == ["08001"]


FAULTS = {
    "22 no head": ([["甲", "乙"], ["丙", "丁"]], None, "没有找到人员的表头"),
    "23 no number": ([["姓名", "部门"], ["孙一", "财务处"]], "人员!1 行", "姓名不能代替工号.*列的对应"),
    "9 only a head": ([HEAD], None, "没有数据行"),
    "9 one letter": ([["x"]], None, "没有找到人员的表头"),
    "9 blank cells": ([["　", " "]], None, "没有数据行"),
    "24 two numbers": ([["工号", "职工号", "姓名"], ["1", "2", "孙一"]], "人员!A1、B1", "指定一列"),
    "24 name twice": ([["工号", "姓名", "姓名"], ["1", "孙一", "孙二"]], "人员!B1、C1", "指定一列"),
    "25 number twice": ([HEAD, ["1", "孙一", "财务处"], ["1", "孙二", "财务处"]], "人员!A2、A3", "用了两次"),
    "26 zeros": ([HEAD, ["4008", "孙一", "财务处"], ["04008", "孙二", "财务处"]], "人员!A2、A3", "前面的 0"),
    "26 case": ([HEAD, ["t1", "孙一", "财务处"], ["T1", "孙二", "财务处"]], "人员!A2、A3", "大小写"),
    "27 exponent": ([HEAD, ["6.22848E+17", "孙一", "财务处"]], "人员!A2", "丢失末尾数字"),
    "27 digits gone": ([HEAD, [Number("110101199003070000"), "孙一", "财务处"]], "人员!A2", "丢失末尾数字"),
    "28 long number": ([HEAD, ["1" * 21, "孙一", "财务处"]], "人员!A2", "21 个字符，最多 20 个"),
    "28 long name": ([HEAD, ["1", "孙" * 41, "财务处"]], "人员!B2", "41 个字，最多 40 个"),
    "28 long unit": ([HEAD, ["1", "孙一", "处" * 81]], "人员!C2", "81 个字，最多 80 个"),
    "29 error": ([HEAD, [Raw('<c r="@" t="e"><v>#VALUE!</v></c>'), "孙一", "财务处"]], "人员!A2", "#VALUE!"),
    "29 yes": ([HEAD, [Raw('<c r="@" t="b"><v>1</v></c>'), "孙一", "财务处"]], "人员!A2", "TRUE"),
    "29 nan": ([HEAD, ["nan", "孙一", "财务处"]], "人员!A2", "“nan”"),
    "29 none": ([HEAD, ["无", "孙一", "财务处"]], "人员!A2", "“无”"),
    "29 null": ([HEAD, ["null", "孙一", "财务处"]], "人员!A2", "“null”"),
    "29 day": ([HEAD, [Number("43501", 3), "孙一", "财务处"]], "人员!A2", "日期"),
    "30 another person": ([HEAD, ["clerk", "李四", "财务处"]], "人员!A2", "工号换人"),
    "31 no unit": ([HEAD, ["1", "孙一", "图书馆"]], "人员!C2", "请先导入单位"),
    "16 formula": ([HEAD, ["1", "=cmd|'/C calc'!A0", "财务处"]], "人员!B2", "像是公式"),
    "16 address": ([HEAD, ["1", '=HYPERLINK("http://a")', "财务处"]], "人员!B2", "像是公式"),
    "17 several people": ([HEAD, ["1", "孙一、孙二", "财务处"]], "人员!B2", "每人一行"),
    "19 merged over head and data": ([HEAD, *TWO], "人员!C1:C2", "跨了表头和数据"),
    "37 text in another order": ([HEAD, ["1", "孙\u202e一", "财务处"]], "人员!B2", "不可见字符"),
    "38 bomb of points": ([HEAD, ["1." * 16_000, "孙一", "财务处"]], "人员!A2", "32000 个字符"),
    "38 number beyond all": ([HEAD, [Number("1e300"), "孙一", "财务处"]], "人员!A2", "数值"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_fault_is_named_with_its_cell_and_a_remedy(campus, case):
    rows, cell, words = FAULTS[case]
    merges = ["C1:C2"] if case.startswith("19") else []
    try:
        plan = plan_of(campus, workbook(rows, merges=merges))
    except Refused as refused:  # no sheet of it can be read at all
        text = str(refused)
    else:
        assert not plan.is_ready
        text = faults(plan)
    assert not cell or cell in text
    assert re.search(words, text), text


def test_near_unit_is_asked_for(campus):
    plan = plan_of(campus, [HEAD, ["1", "孙一", "财务"], ["2", "孙二", "财务"]])
    [question] = plan.report.open_questions
    assert [label for _, label in question.options] == ["财务处（CW）"]
    plan = plan_of(campus, [HEAD, ["1", "孙一", "财务"]], answers={question.key: str(campus.unit.pk)})
    assert joined(plan) == {"1": ("孙一", "财务处")}
    assert plan.aliases == {"财务": campus.unit}


def test_roles_are_not_given_by_a_file_and_markup_is_text(campus):
    """Broken file 39."""
    plan = plan_of(campus, [[*HEAD, "系统管理员", "superuser"], ["1", "<b>../孙</b>", "财务处", "是", "1"]])
    assert kinds(plan) == {"joined": 1, "left": 6}
    assert joined(plan)["1"][0] == "<b>../孙</b>"


def test_post_with_another_holder_is_taken_beside_it(campus):
    assert Incumbency.objects.in_force(ON).filter(post__name="处长").count() == 1
    plan = plan_of(campus, [[*HEAD, "职务"], ["1", "孙一", "财务处", "处长"]])
    assert taken(plan) == [("孙一", "财务处：处长")]
