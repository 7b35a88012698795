"""Papers and ledgers as Excel and Word files."""

import io
import re
import zipfile
from datetime import date, datetime
from html import unescape
from itertools import pairwise

import docx as word
import openpyxl
import pytest
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from registers.papers.cells import sheet_name
from registers.papers.compose import compose, empty
from registers.papers.docx import to_docx
from registers.papers.pages import to_html, to_pdf
from registers.papers.writing import LedgerSheet, ledger_workbook
from registers.papers.xlsx import to_xlsx
from registers.schemes.layout import PaperLayout
from tests.longer import LONG
from tests.registers.test_papers import CONTROL, LETTER, SEARCH, filled, layout
from tests.registers.test_schemes_all import RULES

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
    words = [paper.heading, paper.label, paper.title, *paper.marks, *paper.notes, *paper.paragraphs, *paper.closing]
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


@settings(max_examples=60 if LONG else 20, suppress_health_check=[HealthCheck.too_slow])
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
    footer = sheet.oddFooter
    assert (footer.left.text, footer.center.text, footer.right.text) == (
        "核验码 A1B2-C3D4",
        "— &P —",
        "2026年度　第1版",
    )


@given(st.lists(st.text(), min_size=1, max_size=8))
def test_sheet_names_are_legal_and_unique(titles):
    taken = set()

    names = [sheet_name(title, taken) for title in titles]

    assert all(1 <= len(name) <= 31 and not re.search(r"[\[\]:*?/\\\x00-\x1f]", name) for name in names)
    assert not [name for name in names if name[0] == "'" or name[-1] == "'"]
    assert len({name.casefold() for name in names}) == len(names)


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
    footers = [
        squeezed("".join(part.text or "" for part in section.footer._element.iter(qn("w:t"))))
        for section in document.sections
    ]
    assert footers == ["核验码A1B2-C3D4—1—2026年度第1版", "—1—"]
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


def test_ledger_refuses_a_row_that_does_not_fit_its_columns():
    with pytest.raises(ValueError, match="zip"):
        ledger_workbook([ledger([(1, "甲")])])


def test_every_paper_of_every_scheme_can_be_written():
    papers = blank_papers()

    assert len(papers) >= 90
    assert len(PdfReader(io.BytesIO(to_pdf(papers))).pages) == len(papers)  # each blank form fits on its page
    assert len(open_book(to_xlsx(papers)).sheetnames) == len(papers)
    assert len(word.Document(io.BytesIO(to_docx(papers))).sections) == len(papers)


def blank_papers():
    """Every paper of every scheme. Of those that differ in the institution's name alone, the one with the longest name."""
    papers = {}
    for scheme in sorted(RULES.values(), key=lambda scheme: len(scheme.identity.institution), reverse=True):
        institution = scheme.identity.institution
        for name, form in scheme.papers.items():
            paper = empty(form, scheme)
            papers.setdefault((institution, name) if LONG else repr(paper).replace(institution, ""), paper)
    return list(papers.values())


def test_day_in_a_ledger_is_that_day():
    """A cell that Excel sorts and filters as a day, also where a time stands with it."""
    days = [date(2026, 3, 31), datetime(2026, 12, 31, 23, 59)]
    book = ledger_workbook([LedgerSheet("台账", "台账", [("日期", 12)], [[day] for day in days])])
    cells = [row[-1] for row in openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows() if row[-1].is_date]
    assert [cell.value.date() for cell in cells] == [date(2026, 3, 31), date(2026, 12, 31)]
