"""Letters and long rows as they are printed, and what every paper of every scheme owes to custom (GB/T 9704, C0)."""

import io
import re

import pytest
from pypdf import PdfReader

from registers.papers import faces
from registers.papers.compose import compose, empty
from registers.papers.glyphs import places_of, unprintable
from registers.papers.letters import with_kinds
from registers.papers.pages import to_html, to_pdf
from registers.papers.words import BLANK_TEXT
from registers.schemes.desk.samples import sample
from tests.registers.test_papers import CONTROL, filled, layout
from tests.registers.test_schemes_all import RULES

pytestmark = pytest.mark.once

REPORT = """
heading: "{unit.name}"
title: 自查报告
paragraphs: ["学校办公室：", "{narrative}"]
closing: ["{unit.name}（盖章）", "{date:filled_on}"]
footer: [{label: 负责人签字, step: sign, date: true}]
"""
NOWHERE = "\U000f1234"  # a private character that no typeface has
PAPERS = [(rules, slug, paper) for rules in RULES.values() for slug, paper in rules.papers.items()]


def report(narrative, **changes):
    fields = {"unit.name": "财务处", "narrative": narrative, "filled_on": "2026-11-02"}
    return compose(layout(REPORT), {"fields": fields, **changes})


def lines_of(page):
    return [line.strip() for line in page.extract_text().splitlines() if line.strip()]


def place_of_number(page):
    """How far to the right the page's number stands, as a part of the page's width."""
    found = []
    page.extract_text(visitor_text=lambda text, _, matrix, *rest: found.append(matrix[4]) if "—" in text else None)
    return found[0] / float(page.mediabox.width)


def test_page_of_a_letter_has_22_lines_of_28_characters_and_its_number_outside():
    pages = PdfReader(io.BytesIO(to_pdf([report("采" * 26 + "购" * 28 * 60)]))).pages

    lines = [line for line in lines_of(pages[1]) if re.fullmatch("[采购]+", line)]
    assert len(lines) == 22
    assert {len(line) for line in lines} == {28}
    assert [place_of_number(page) > 0.5 for page in pages[:3]] == [True, False, True]


def test_paragraphs_of_a_report_are_set_by_their_numbers():
    text = "一、基本情况\n（一）做法\n一、采购由集体研究。按季检查，结果公开。\n请按时报送："

    kinds = with_kinds(report(text).paragraphs)

    assert [kind for kind, _ in kinds] == ["salutation", "heading-1", "heading-2", "body", "body"]


def test_blank_report_leaves_lines_to_write_on():
    paper = compose(layout(REPORT), {}, blank=True)

    assert paper.paragraphs[0] == "学校办公室："
    assert len(paper.paragraphs) > 6
    assert set(paper.paragraphs[1:]) == {""}
    assert paper.heading == BLANK_TEXT


def test_row_that_goes_on_overleaf_is_closed_and_named_again():
    long = compose(layout(CONTROL), filled(rows=[{"content": "短"}, {"content": "采" * 2500}, {"content": "末"}]))
    short = compose(layout(CONTROL), filled(rows=[{"content": "短"}]))

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(to_pdf([long]))).pages]

    assert len(pages) > 2
    assert all("2" in text.split() for text in pages[1:-1])
    assert 'class="paper-end"' in to_html(long, standalone=False)
    assert "paper-end" not in to_html(short, standalone=False)


def test_dates_of_a_table_are_not_broken_where_they_fit():
    html = to_html(compose(layout(CONTROL), filled(rows=[{"content": "自2026-09-05起"}])), standalone=False)

    assert '自<span class="paper-piece">2026-09-05</span>起' in html


def test_characters_without_a_glyph_are_named_with_their_places():
    paper = compose(layout(CONTROL), filled(rows=[{"content": f"采购{NOWHERE}䶮𠮷\ufe0f　"}]))

    assert unprintable(places_of(paper)) == [f"“{NOWHERE}”（U+F1234）：第1行“风险点”"]
    assert unprintable([("姓名", NOWHERE), ("岗位", NOWHERE)]) == [f"“{NOWHERE}”（U+F1234）：姓名、岗位"]


def test_nothing_is_said_of_glyphs_where_fonts_cannot_be_asked(monkeypatch):
    monkeypatch.setattr(faces, "_coverage", lambda: ([], []))

    assert faces.missing(NOWHERE) == []


@pytest.mark.parametrize(("rules", "slug", "paper"), PAPERS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_paper_keeps_to_custom(rules, slug, paper):
    blank, shown = empty(paper, rules), compose(paper, sample(rules, paper) | {"marks": ["decided"]})

    if paper.header_style == "line":
        assert all(field.text.strip() or field.kind == "date" for row in blank.header for field in row)
    if paper.footer_style == "line":
        assert not [block.inline for row in blank.footer for block in row if block.inline.endswith("：")]
    if paper.compiled:
        assert blank.heading == shown.heading == rules.identity.institution
    if paper.columns and not paper.paragraphs:
        assert blank.text_size == 10.5
    if paper.paragraphs:
        assert blank.heading
        assert re.search("（[盖公]章）$", blank.closing[0])
        assert re.search("年.*月.*日$", blank.closing[-1])
    if slug == "unit-ledger":
        assert blank.title == rules.ledger_title
    if any(task.brings == "report" and task.paper == slug for task in rules.tasks):  # it is no box in a table
        assert "narrative" not in [block.field for block in paper.footer]
    assert "拟定）" not in "".join(cell.text for row in shown.head_rows for cell in row)
    assert shown.institution == rules.identity.institution
