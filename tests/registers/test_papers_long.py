"""Texts longer than a row of a workbook can show: in papers and ledgers, in every paper of every scheme (P1)."""

from datetime import date

import pytest
from openpyxl.utils import get_column_letter

from registers.papers.compose import compose
from registers.papers.writing import ledger_workbook
from registers.papers.xlsx import to_xlsx
from registers.schemes.layout import fields_used, leaf_columns
from tests.registers.test_papers import layout
from tests.registers.test_papers_office import everything, ledger, open_book, squeezed
from tests.registers.test_schemes_all import RULES

pytestmark = pytest.mark.once

LONG = "集体研究".join(f"〔{at:03}〕" for at in range(112))  # 1,004 characters


def long_document(paper):
    """A document in which whatever ``paper`` shows is long."""
    names = [leaf.field for leaf in leaf_columns(paper)]
    signed = {"name": "李建国", "opinion": LONG, "members": ["张丽"] * 200, "at": "2026-09-05", "outcome": LONG}
    return {
        "fields": dict.fromkeys(fields_used(paper), LONG),
        "rows": [dict.fromkeys(names, LONG), {**dict.fromkeys(names, "短"), names[-1]: LONG}] if names else [],
        "fixed": ["甲"],
        "signoffs": {block.step: signed for block in paper.footer},
        "institution": "某大学",
    }


def room(sheet, cell, areas):
    """How high a cell is, and how high its text, in points, as Excel counts widths. ``areas``: its merged cells."""
    columns, rows = areas.get((cell.row, cell.column), ({cell.column}, {cell.row}))
    width = sum(sheet.column_dimensions[get_column_letter(column)].width for column in columns)
    across = max(1, int(width / 2 * 10 / cell.font.size))
    taken = sum(max(1, -(-len(line) // across)) for line in cell.value.split("\n"))
    return sum(sheet.row_dimensions[row].height for row in rows), taken * cell.font.size * 1.3


def test_no_paper_of_any_scheme_hides_a_part_of_a_long_text_in_its_workbook():
    layouts = list({repr(paper): paper for scheme in RULES.values() for paper in scheme.papers.values()}.values())
    assert len(layouts) > 40

    papers = [compose(each, long_document(each)) for each in layouts]
    assert_all_is_seen(papers)


def test_merged_cell_shows_all_beside_rows_of_any_height():
    narrow = """{title: 表, fixed_rows: category, columns: [{label: 类别, field: category, width: 1},
                 {label: 内容, field: content, width: 1}, {label: 备注, field: remark, width: 98}]}"""
    cases = [("类" * 70, "采" * 60), ("类" * 120, "短"), ("类", "短")]

    papers = [
        compose(layout(narrow), {"rows": [{"category": name, "content": text}, {"category": name, "content": "短"}]})
        for name, text in cases
    ]

    assert {paper.body[0][0].rowspan for paper in papers} == {2}
    assert_all_is_seen(papers)


def assert_all_is_seen(papers):
    """Every text is in the workbook, and every cell is high enough for what it holds."""
    for paper, sheet in zip(papers, open_book(to_xlsx(papers)).worksheets, strict=True):
        written = [cell for column in sheet.iter_cols() for cell in column if cell.value]
        shown = squeezed("".join(cell.value for cell in written))
        for words in everything(paper):
            assert words in shown, (paper.title, words[:20])
        areas = {
            (area.min_row, area.min_col): (
                range(area.min_col, area.max_col + 1),
                range(area.min_row, area.max_row + 1),
            )
            for area in sheet.merged_cells.ranges
        }
        for cell in written:
            high, needed = room(sheet, cell, areas)
            assert high >= needed, (paper.title, cell.coordinate)
        assert max(row.height for row in sheet.row_dimensions.values()) <= 409


def test_long_report_is_spread_over_rows_that_can_be_seen():
    report = layout("{title: 自查报告, footer: [{label: 自查情况, kind: text, field: narrative}]}")
    narrative = "一、基本情况。" + "采购管理" * 1000

    sheet = open_book(to_xlsx([compose(report, {"fields": {"narrative": narrative}})])).worksheets[0]

    written = [row[1].value for row in sheet.iter_rows(min_row=2) if row[1].value]
    assert "".join(written) == narrative
    parts = [row[1].border for row in sheet.iter_rows(min_row=2) if row[1].value]
    lines = [(bool(one.top and one.top.style), bool(one.bottom and one.bottom.style)) for one in parts]
    assert lines == [(True, False), *[(False, False)] * (len(parts) - 2), (False, True)]  # one cell, as it looks
    assert max(row.height for row in sheet.row_dimensions.values()) < 409


def test_ledger_cuts_nothing_and_says_what_it_left_out():
    rows = [(1, LONG * 3, date(2026, 9, 1), 0), (2, "甲\x00\x01乙", None, 0)]
    book = open_book(ledger_workbook([ledger(rows)]))

    assert book.sheetnames == ["财务处", "附录"]
    assert [cell.value for cell in book["附录"][2]][1:] == ["财务处 B11", "原文有2个不能打印的控制字符，已略去。"]
    sheet = book["财务处"]
    parts = [row for row in sheet.iter_rows(min_row=3) if row[1].value]
    assert "".join(row[1].value for row in parts[:-1]) == LONG * 3
    assert [row[0].value for row in parts] == [1, *["1（续）"] * (len(parts) - 2), 2]
    assert [row[2].value is None for row in parts[:-1]] == [False, *[True] * (len(parts) - 2)]
    heights = [sheet.row_dimensions[row[0].row].height for row in parts]
    assert max(heights) <= 409
    assert all(high >= 14 * -(-len(row[1].value) // 15) for high, row in zip(heights, parts, strict=True))
    sides = [(row[1].border.top, row[1].border.bottom) for row in parts]
    edges = [tuple(bool(side and side.style) for side in pair) for pair in sides]
    assert edges == [(True, False), *[(False, False)] * (len(parts) - 3), (False, True), (True, True)]
