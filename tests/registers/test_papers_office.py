"""Papers and ledgers as Excel and Word files."""

import io
import re
import zipfile
from datetime import date
from html import unescape
from itertools import pairwise

import docx as word
import openpyxl
import pytest
from django.conf import settings as django_settings
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter
from pypdf import PdfReader

from registers.papers.cells import sheet_name
from registers.papers.compose import compose, empty
from registers.papers.docx import to_docx
from registers.papers.pages import to_html, to_pdf
from registers.papers.xlsx import LedgerSheet, ledger_workbook, to_xlsx
from registers.schemes.checking import loading
from registers.schemes.layout import PaperLayout, fields_used, leaf_columns
from tests.registers.test_papers import CONTROL, LETTER, SEARCH, filled, layout

pytestmark = pytest.mark.once

FORMULAS = ["=1+1", "+1", "-1", "@x", "=cmd|' /C calc'!A0", "\t=1", "＝1+1"]


def squeezed(text):
    return re.sub(r"\s", "", text)


def control(**changes):
    return compose(layout(CONTROL), filled(**changes))


def cells(book):
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def open_book(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def word_text(data):
    document = word.Document(io.BytesIO(data))
    return "".join(node.text or "" for node in document.element.body.iter(qn("w:t")))


def everything(paper):
    """All words of a paper, as they must be found in every output."""
    words = [paper.label, paper.title, *paper.marks, *paper.notes, *paper.paragraphs, *paper.closing]
    words += [cell.text for row in (*paper.head_rows, *paper.body) for cell in row]
    words += [text for row in paper.header for field in row for text in (field.label, field.text)]
    blocks = [block for row in paper.footer for block in row]
    words += [text for block in blocks for text in (block.label, *block.lines, block.name, block.date)]
    return [squeezed(text) for text in words if squeezed(text)]


@pytest.mark.parametrize(
    ("text", "document"),
    [
        (CONTROL, filled()),
        (
            SEARCH,
            {
                "rows": [{"category": "甲", "content": "乙"}, {"category": "甲", "content": "丙"}],
                "fixed": ["甲", "丁"],
                "signoffs": {"fill": {"name": "李建国", "at": "2026-09-01"}},
            },
        ),
        (LETTER, {"fields": {"unit.name": "财务处", "start": "2026-10-08"}, "institution": "某大学"}),
    ],
    ids=["control", "search", "letter"],
)
def test_all_writers_show_the_same_words(text, document):
    paper = compose(layout(text), document)
    outputs = {
        "html": re.sub(r"<[^>]+>", "", to_html(paper, standalone=False)),
        "pdf": "".join(page.extract_text() for page in PdfReader(io.BytesIO(to_pdf([paper]))).pages),
        "xlsx": "".join(cell.value for cell in cells(open_book(to_xlsx([paper])))),
        "docx": word_text(to_docx([paper])),
    }

    missing = {
        (name, words) for name, shown in outputs.items() for words in everything(paper) if words not in squeezed(shown)
    }

    assert missing == set()


LABELS = st.text("风险类别（岗位）、", min_size=1, max_size=14)
STYLES = st.sampled_from(["grid", "line"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 99),
    st.text("采购𠮷\n<&=", max_size=60),
    st.lists(st.text("甲乙", max_size=5), max_size=3),
)


@st.composite
def any_layout(draw):
    """A strategy of layouts that are allowed but that nobody would write. Their fields are f0 … f9."""
    leaves = [
        {"label": draw(LABELS), "field": f"f{at}", "width": draw(st.integers(1, 100))}
        for at in range(draw(st.integers(0, 8)))
    ]
    columns = leaves
    if len(leaves) > 3 and draw(st.booleans()):
        columns = [{"label": "组", "columns": [leaves[0], {"label": "次组", "columns": leaves[1:3]}]}, *leaves[3:]]
    header = st.lists(
        st.fixed_dictionaries(
            {
                "label": LABELS,
                "field": st.just("f1"),
                "lines": st.integers(1, 24),
                "kind": st.sampled_from(["text", "date"]),
            }
        ),
        min_size=1,
        max_size=6,
    )
    kinds = st.sampled_from(["signature", "opinion", "publicity", "text"])
    block = st.fixed_dictionaries(
        {
            "label": LABELS,
            "kind": kinds,
            "step": st.just("s"),
            "members": st.booleans(),
            "date": st.booleans(),
            "seal": st.booleans(),
            "lines": st.integers(0, 20),
        }
    )
    footer = [item | ({"field": "f2"} if item["kind"] == "text" else {}) for item in draw(st.lists(block, max_size=7))]
    return PaperLayout.model_validate(
        {
            "title": draw(LABELS),
            "label": draw(st.sampled_from(["", "附件1"])),
            "columns": columns,
            "footer": footer,
            "orientation": draw(st.sampled_from(["portrait", "landscape"])),
            "header": draw(st.lists(header, max_size=3)),
            "header_style": draw(STYLES),
            "footer_style": draw(STYLES),
            "closing": ["落款"][: draw(st.integers(0, 1))],
            "paragraphs": ["自{date:f3}起{f1}"][: draw(st.integers(0, 1))],
            "fixed_rows": "f0" if leaves and draw(st.booleans()) else None,
        }
    )


ROWS = st.lists(st.dictionaries(st.sampled_from([f"f{at}" for at in range(8)]), VALUES), max_size=5)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(any_layout(), ROWS, st.lists(st.sampled_from("甲乙丙"), unique=True), VALUES, st.booleans())
def test_every_accepted_layout_can_be_written_with_all_its_words(anything, rows, fixed, value, blank):
    document = {
        "rows": rows,
        "fixed": fixed,
        "fields": {"f1": value, "f2": value, "f3": "2026-09-05"},
        "signoffs": {"s": {"name": "李建国", "opinion": "同意", "members": ["张丽"], "at": "2026-09-05"}},
    }
    paper = compose(anything, document, blank=blank)

    shown = squeezed("".join(cell.value for cell in cells(open_book(to_xlsx([paper])))))
    written = squeezed(word_text(to_docx([paper])))
    page = squeezed(unescape(re.sub(r"<[^>]+>", "", to_html(paper, standalone=False))))

    for words in everything(paper):
        assert (words in shown, words in written, words in page) == (True, True, True), words


def test_workbook_holds_text_that_excel_never_takes_for_a_formula():
    rows = [{"content": text} for text in FORMULAS]

    found = cells(open_book(to_xlsx([control(rows=rows, fields={"person.name": "=HYPERLINK()"})])))

    assert {cell.data_type for cell in found} == {"s"}
    assert {cell.quotePrefix for cell in found} == {True}
    assert {"姓名：=HYPERLINK()", *(text.strip() for text in FORMULAS)} <= {cell.value for cell in found}


def test_workbook_is_ready_to_print():
    sheet = open_book(to_xlsx([control()])).worksheets[0]

    page = sheet.page_setup
    assert (page.orientation, page.paperSize, page.fitToHeight) == ("landscape", 9, 0)
    assert (sheet.print_title_rows, sheet.freeze_panes) == ("$5:$6", "A7")
    assert {"C5:D5", "A5:A6", "B5:B6", "A2:D2"} <= {str(area) for area in sheet.merged_cells.ranges}
    assert sheet.oddFooter.center.text == "— &P —"


@given(st.lists(st.text(), min_size=1, max_size=8))
def test_sheet_names_are_legal_and_unique(titles):
    taken = set()

    names = [sheet_name(title, taken) for title in titles]

    assert all(1 <= len(name) <= 31 and not re.search(r"[\[\]:*?/\\\x00-\x1f]", name) for name in names)
    assert not [name for name in names if name[0] == "'" or name[-1] == "'"]
    assert len({name.casefold() for name in names}) == len(names)


LONG = "集体研究".join(f"〔{at:03}〕" for at in range(112))  # 1,004 characters


def long_document(paper):
    """A document in which whatever ``paper`` shows is long."""
    names = [leaf.field for leaf in leaf_columns(paper)]
    signed = {"name": "李建国", "opinion": LONG, "members": ["张丽"] * 200, "at": "2026-09-05", "outcome": LONG}
    return {
        "fields": dict.fromkeys(fields_used(paper), LONG),
        "rows": [dict.fromkeys(names, LONG), {**dict.fromkeys(names, "短"), names[-1]: LONG * 3}] if names else [],
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
    layouts = list({repr(paper): paper for scheme in schemes() for paper in scheme.papers.values()}.values())
    assert len(layouts) > 40

    papers = [compose(each, long_document(each)) for each in layouts]
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
    assert max(row.height for row in sheet.row_dimensions.values()) < 409


def test_word_document_has_heads_that_repeat_and_rows_that_stay_whole():
    document = word.Document(io.BytesIO(to_docx([control(), compose(layout(SEARCH), {"fixed": ["甲"]})])))

    table = document.tables[1]._tbl
    rows = table.findall(qn("w:tr"))
    assert [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows] == [True, True, False, False]
    assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
    # Only the last row stays with the signatures below it.
    assert [row.find(f".//{qn('w:keepNext')}") is not None for row in rows] == [False, False, False, True]
    assert [span.get(qn("w:val")) for span in table.iter(qn("w:gridSpan"))] == ["2"]
    merges = [merge.get(qn("w:val")) for merge in table.iter(qn("w:vMerge"))]
    assert merges == ["restart", "restart", "continue", "continue"]
    assert [section.orientation for section in document.sections] == [1, 0]
    numbering = [section._sectPr.find(qn("w:pgNumType")) for section in document.sections]
    assert [first.get(qn("w:start")) for first in numbering] == ["1", "1"]
    faces = {fonts.get(qn("w:eastAsia")) for fonts in document.element.body.iter(qn("w:rFonts"))}
    assert faces == {"仿宋", "黑体", "宋体"}


def test_word_document_keeps_hostile_text_as_text():
    hostile = "<w:p/>&amp;]]>\"'䶮𠮷"

    assert hostile in word_text(to_docx([control(rows=[{"content": hostile}])]))


@pytest.mark.parametrize("write", [to_xlsx, to_docx])
def test_same_papers_give_the_same_bytes(write):
    data = write([control()])

    assert data == write([control()])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def ledger(rows, **changes):
    columns = [("序号", 6), ("风险点", 30), ("备案日期", 12), ("得分", 8)]
    return LedgerSheet(**{"title": "风险台账", "name": "财务处", "columns": columns, "rows": rows, **changes})


def test_ledger_keeps_text_numbers_and_days_apart():
    rows = [(number, text, date(2026, 9, number), None) for number, text in enumerate(FORMULAS, 1)]
    rows += [(99, "甲\n乙 <b>&", None, 2.5), (100, " 前后有空格 ", None, True)]

    sheet = open_book(ledger_workbook([ledger(iter(rows), note="截至2026年")]))["财务处"]

    body = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
    assert [row[0] for row in body] == [*range(1, 8), 99, 100]
    assert [row[1] for row in body][:7] == [text.replace("\t", "  ") for text in FORMULAS]
    assert [row[1] for row in body][7:] == ["甲\n乙 <b>&", " 前后有空格 "]
    assert body[0][2].date() == date(2026, 9, 1)
    assert (body[7][3], body[8][3]) == (2.5, "是")
    texts = [sheet.cell(row, 2) for row in range(4, 13)]
    assert {(cell.data_type, cell.quotePrefix) for cell in texts} == {("s", True)}
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref) == ("A4", "$3:$3", "A3:D12")


def test_ledger_rows_are_written_once_and_in_order():
    rows = [(number, "乙", None, number) for number in range(300)]

    data = ledger_workbook([ledger([(1, "甲", None, 1)], name="汇总"), ledger(rows)])

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
            numbers = [int(number) for number in re.findall(r'<row r="(\d+)"', archive.read(part).decode())]
            assert all(before < after for before, after in pairwise(numbers))
    again = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    assert [sheet.title for sheet in again] == ["汇总", "财务处"]
    assert sum(1 for _ in again["财务处"].iter_rows()) == 302


def test_empty_ledger_has_its_head_and_says_that_there_is_nothing():
    sheet = open_book(ledger_workbook([ledger([])]))["财务处"]

    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["风险台账", None, None, None],
        ["序号", "风险点", "备案日期", "得分"],
        ["无数据", None, None, None],
    ]


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


def test_ledger_refuses_a_row_that_does_not_fit_its_columns():
    with pytest.raises(ValueError, match="zip"):
        ledger_workbook([ledger([(1, "甲")])])


def schemes():
    return [
        loading.read(file)[0] for file in sorted((django_settings.BASE_DIR / "fixtures" / "schemes").glob("*.yaml"))
    ]


def test_every_paper_of_every_scheme_can_be_written():
    papers = [empty(paper, scheme) for scheme in schemes() for paper in scheme.papers.values()]

    assert len(papers) >= 11
    assert len(PdfReader(io.BytesIO(to_pdf(papers))).pages) == len(papers)  # each blank form fits on its page
    assert len(open_book(to_xlsx(papers)).sheetnames) == len(papers)
    assert len(word.Document(io.BytesIO(to_docx(papers))).sections) == len(papers)
