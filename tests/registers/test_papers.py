"""A paper as data and what becomes of it before any writer sees it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from registers.papers import compose as composing
from registers.papers.compose import UnknownSource, compose, document_for, file_name, source
from registers.papers.words import BLANK_DATE, chinese_date
from registers.schemes.layout import PaperLayout, fields_used, leaf_columns
from tests.written import values_of

pytestmark = pytest.mark.once

CONTROL = """
label: 附件4
title: 个人岗位廉能风险识别防控表
orientation: landscape
header:
  - [{label: 姓名, field: person.name}, {label: 填表日期, field: filled_on, kind: date}]
  - [{label: 岗位职责, field: post.duties, wide: true, lines: 3}]
columns:
  - {label: 序号, field: number, width: 5, align: center}
  - {label: 风险点, field: content, width: 30}
  - label: 防控措施
    columns:
      - {label: 前期预防, field: measures.prevention, width: 20}
      - {label: 后期处置, field: measures.disposal, width: 20}
footer:
  - {label: 本人签字, step: fill, date: true}
  - {label: 单位意见, kind: opinion, step: review, members: true, date: true}
  - {label: 公示情况, kind: publicity, step: publicise}
  - {label: 备案意见, kind: opinion, step: file, seal: true, date: true}
marks: [{text: 报办公室备份, when: copied}]
notes: [本表一式两份。]
"""
SEARCH = """
label: 附件2
title: 个人岗位廉政风险自查表
fixed_rows: category
columns:
  - {label: 风险类别, field: category}
  - {label: 风险内容, field: content, width: 60}
footer: [{label: 填表人, step: fill, date: true}]
footer_style: line
"""
LETTER = """
title: 关于风险等级的公示
header: [[{label: 单位, field: unit.name}]]
paragraphs: ["各单位：", "现将{unit.name}的评估结果公示，自{date:start}起，电话{phone}。"]
closing: ["{institution}（盖章）", "{date:start}"]
"""


def layout(text):
    return PaperLayout.model_validate(values_of(text))


def filled(**changes):
    """A filled document for CONTROL, with ``changes``."""
    return {
        "fields": {"person.name": "欧阳䶮", "filled_on": "2026-09-05", "post.duties": ["采购立项", "档案归档"]},
        "rows": [
            {
                "content": "技术参数照抄某一品牌",
                "measures.prevention": ["集体论证", "公示参数"],
                "measures.disposal": ["谈话提醒"],
            },
            {"content": "报销积压𠮷", "measures.prevention": [], "measures.disposal": None},
        ],
        "signoffs": {
            "fill": {"name": "欧阳䶮", "at": "2026-09-05"},
            "review": {"opinion": "查找全面。", "members": ["李建国", "张丽"], "at": "2026-09-22"},
            "publicise": {"start": "2026-10-08", "end": "2026-10-14", "outcome": "无异议"},
            "file": {"opinion": "同意备案。", "at": "2026-09-25"},
        },
        "marks": ["copied"],
        "code": "A1B2-C3D4",
        "year": 2026,
        "version": "第1版",
        "institution": "某大学",
        **changes,
    }


def texts(rows):
    return [[cell.text for cell in row] for row in rows]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"columns": [{"label": "甲"}]}, "列“甲”应写 field"),
        ({"columns": [{"label": "甲", "field": "a", "columns": [{"label": "乙", "field": "b"}]}]}, "两者只能写一个"),
        ({"fixed_rows": "grade"}, "fixed_rows“grade”不是任何一列的 field"),
        ({"rows": "measures", "columns": []}, "写了 rows 就要写 columns"),
        ({"paragraphs": ["{单位}公示"]}, "花括号只能写成"),
        ({"header": [[{"label": "甲", "field": "a", "wide": True}, {"label": "乙", "field": "b"}]]}, "须独占一行"),
        ({"footer": [{"label": "计划", "kind": "text"}]}, "kind 为 text 时写 field"),
    ],
)
def test_layout_refuses_what_cannot_be_printed(change, words):
    with pytest.raises(ValidationError, match=words):
        PaperLayout.model_validate({**values_of(CONTROL), **change})


def test_layout_refuses_unknown_keys():
    with pytest.raises(ValidationError, match="colour"):
        PaperLayout.model_validate({"title": "表", "colour": "red"})


def test_layout_lists_its_leaves_and_fields():
    control = layout(CONTROL)

    assert [leaf.label for leaf in leaf_columns(control)] == ["序号", "风险点", "前期预防", "后期处置"]
    assert fields_used(control) == (
        "person.name",
        "filled_on",
        "post.duties",
        "number",
        "content",
        "measures.prevention",
        "measures.disposal",
    )
    assert fields_used(layout(LETTER)) == ("unit.name", "start", "phone", "institution")


def test_head_of_two_levels_spans_its_columns():
    paper = compose(layout(CONTROL), filled())

    assert [[(cell.text, cell.column, cell.colspan, cell.rowspan) for cell in row] for row in paper.head_rows] == [
        [("序号", 0, 1, 2), ("风险点", 1, 1, 2), ("防控措施", 2, 2, 1)],
        [("前期预防", 2, 1, 1), ("后期处置", 3, 1, 1)],
    ]


@given(st.lists(st.integers(1, 100), min_size=1, max_size=30))
def test_column_shares_always_fill_the_table(widths):
    columns = [{"label": f"列{at}", "field": f"f{at}", "width": width} for at, width in enumerate(widths)]

    paper = compose(PaperLayout.model_validate({"title": "表", "columns": columns}), {})

    shares = [column.share for column in paper.columns]
    assert sum(shares) == 100
    assert min(shares) >= 1
    assert shares[widths.index(max(widths))] >= shares[widths.index(min(widths))]


def test_rows_are_numbered_and_lists_become_lines():
    paper = compose(layout(CONTROL), filled())

    assert texts(paper.body) == [
        ["1", "技术参数照抄某一品牌", "1. 集体论证\n2. 公示参数", "谈话提醒"],
        ["2", "报销积压𠮷", "", ""],
    ]


def test_header_resolves_values_and_spreads_short_rows():
    paper = compose(layout(CONTROL), filled())

    assert [[(field.label, field.text, field.colspan) for field in row] for row in paper.header] == [
        [("姓名", "欧阳䶮", 1), ("填表日期", "2026年9月5日", 1)],
        [("岗位职责", "1. 采购立项\n2. 档案归档", 3)],
    ]
    assert sum(paper.header_shares) == 100


def test_fixed_rows_show_every_value_and_lose_no_other():
    rows = [
        {"category": "外部环境", "content": "丙"},
        {"category": "思想道德", "content": "甲"},
        {"category": "思想道德", "content": "乙"},
        {"category": "旧类别", "content": "丁"},
    ]

    paper = compose(layout(SEARCH), {"rows": rows, "fixed": ["思想道德", "业务流程", "外部环境"]})

    assert texts(paper.body) == [["思想道德", "甲"], ["乙"], ["业务流程", ""], ["外部环境", "丙"], ["旧类别", "丁"]]
    assert [row[0].rowspan for row in paper.body] == [2, 1, 1, 1, 1]


def test_long_group_names_its_value_in_every_row():
    rows = [{"category": "思想道德", "content": "风险" * 100}] * 4

    paper = compose(layout(SEARCH), {"rows": rows, "fixed": ["思想道德"]})

    assert [row[0].text for row in paper.body] == ["思想道德"] * 4
    assert {cell.rowspan for row in paper.body for cell in row} == {1}


def test_tick_columns_mark_the_one_grade():
    ticks = PaperLayout.model_validate(
        {
            "title": "表",
            "columns": [
                {"label": "高", "field": "grade", "tick": "high"},
                {"label": "低", "field": "grade", "tick": "low"},
            ],
        }
    )

    paper = compose(ticks, {"rows": [{"grade": "low"}, {"grade": "high"}, {"grade": ""}]})

    assert texts(paper.body) == [["", "√"], ["√", ""], ["", ""]]


def test_sort_orders_by_several_fields_and_keeps_gaps_last():
    by_rank = PaperLayout.model_validate(
        {"title": "表", "sort": ["rank", "-score"], "columns": [{"label": "名", "field": "name"}]}
    )
    rows = [
        {"name": "甲", "rank": 2},
        {"name": "乙", "rank": 10, "score": 9},
        {"name": "丙"},
        {"name": "丁", "rank": 2, "score": 1},
        {"name": "戊", "rank": 2, "score": 5},
    ]

    assert texts(compose(by_rank, {"rows": rows}).body) == [["戊"], ["丁"], ["甲"], ["乙"], ["丙"]]


def test_sign_offs_say_who_when_and_with_what_words():
    paper = compose(layout(CONTROL), filled())

    blocks = [(block.label, block.lines, block.closing()) for row in paper.footer for block in row]
    assert blocks == [
        ("本人签字", (), "欧阳䶮　　2026年9月5日"),
        ("单位意见", ("查找全面。", "组长及成员（签字）：李建国、张丽"), "2026年9月22日"),
        ("公示情况", ("公示时间：2026年10月8日至2026年10月14日", "有无异议：无异议"), ""),
        ("备案意见", ("同意备案。",), "（盖章）　　2026年9月25日"),
    ]


def test_narrow_closing_puts_the_date_on_its_own_line():
    block = composing.Block("意见", "opinion", name="李建国", seal=True, date="2026年10月20日")

    assert block.closing(30) == "李建国　　（盖章）　　2026年10月20日"
    assert block.closing(12) == "李建国　　（盖章）\n2026年10月20日"


def test_line_footer_leaves_room_for_names_not_yet_written():
    paper = compose(layout(SEARCH), {})

    assert paper.footer[0][0].inline == f"填表人：＿＿＿＿＿＿　{BLANK_DATE}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-09-05", "2026年9月5日"),
        (date(2026, 12, 31), "2026年12月31日"),
        ("2026-09-05T23:10:00", "2026年9月5日"),
        ("2026-09-05至2026-09-09", "2026-09-05至2026-09-09"),
        ("上旬", "上旬"),
        ("", BLANK_DATE),
        (None, BLANK_DATE),
    ],
)
def test_dates_are_written_out_in_chinese(value, shown):
    assert chinese_date(value) == shown


def test_mark_is_printed_only_when_the_paper_carries_it():
    assert compose(layout(CONTROL), filled()).marks == ("报办公室备份",)
    assert compose(layout(CONTROL), filled(marks=[])).marks == ()


def test_blank_form_shows_room_and_nothing_of_the_document():
    paper = compose(layout(CONTROL), filled(), blank=True)

    assert texts(paper.body) == [["", "", "", ""]] * 8
    assert paper.row_height >= 8
    shown = repr(paper)
    assert not [word for word in ("欧阳", "采购", "照抄", "李建国", "同意", "A1B2", "备份", "10月8日") if word in shown]
    assert paper.header[0][1].text == BLANK_DATE
    assert paper.footer[-1][-1].closing() == f"（盖章）　　{BLANK_DATE}"


def test_blank_portrait_form_keeps_its_fixed_rows():
    paper = compose(layout(SEARCH), {"fixed": ["思想道德", "业务流程"], "rows": [{"category": "x"}]}, blank=True)

    assert texts(paper.body) == [["思想道德", ""], ["业务流程", ""]]
    assert len(compose(layout(CONTROL.replace("landscape", "portrait")), {}, blank=True).body) == 12


def test_filled_paper_without_rows_says_so():
    assert texts(compose(layout(CONTROL), filled(rows=[])).body) == [["（无）"]]


def test_unprintable_characters_are_dropped_and_that_is_said():
    rows = [{"content": "采购\x00\x07管\u202e理\ud800\v论证\r\n公示\tA"}]

    paper = compose(layout(CONTROL), filled(rows=rows))

    assert paper.body[0][1].text == "采购管理\n论证\n公示  A"
    assert paper.notes == ("本表一式两份。", "注：原文有4个不能打印的控制字符，已略去。")
    assert compose(layout(CONTROL), filled()).notes == ("本表一式两份。",)


def test_letter_fills_its_sentences():
    document = {"fields": {"unit.name": "财务处", "start": "2026-10-08"}, "institution": "某大学"}

    paper = compose(layout(LETTER), document)

    assert paper.paragraphs[1] == "现将财务处的评估结果公示，自2026年10月8日起，电话＿＿＿＿＿＿。"
    assert paper.closing == ("某大学（盖章）", "2026年10月8日")


def test_value_that_looks_like_a_placeholder_stays_text():
    paper = compose(layout(LETTER), {"fields": {"unit.name": "{phone}", "phone": "123"}})

    assert paper.paragraphs[1].startswith("现将{phone}的")


def test_source_registry_makes_documents_by_name(monkeypatch):
    monkeypatch.setattr(composing, "SOURCES", {})

    @source("measures")
    def measures(*, unit):
        return {"fields": {"unit.name": unit}}

    assert document_for("measures", unit="财务处") == {"fields": {"unit.name": "财务处"}}
    with pytest.raises(UnknownSource, match="没有名为“powers”的表单数据来源；已有：measures"):
        document_for("powers")


def test_file_name_is_safe_everywhere():
    paper = compose(layout("{title: '关于“A/B:*?\"\n<x>”的公示', label: 附件1}"), {})

    assert file_name(paper, "pdf") == "附件1-关于-A-B-x-的公示.pdf"
