"""Papers on the screen and as PDF: what stands on the pages, and that nothing typed is more than text."""

import io
import re
import sys

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from registers.papers import faces, pages, subsets
from registers.papers.compose import compose
from registers.papers.pages import PaperError, to_html, to_pdf
from registers.papers.paper import SPECIMEN
from registers.schemes.layout import PaperLayout
from tests.registers.test_papers import CONTROL, LETTER, SEARCH, filled, layout
from tests.written import values_of

pytestmark = pytest.mark.once

HOSTILE = '<img src=file:///etc/passwd><script>alert(1)</script>{{ 7|add:7 }}"onclick=x &amp; 䶮𠮷'


def squeezed(text):
    return re.sub(r"\s", "", text)


def printed(papers):
    """The PDF's reader and the text of each page without white space."""
    reader = PdfReader(io.BytesIO(to_pdf(papers)))
    return reader, [squeezed(page.extract_text()) for page in reader.pages]


def control(**changes):
    return compose(layout(CONTROL), filled(**changes))


def everywhere(value, text):
    """``value`` with every Chinese text in it replaced by ``text``."""
    if isinstance(value, dict):
        return {key: everywhere(item, text) for key, item in value.items()}
    if isinstance(value, list):
        return [everywhere(item, text) for item in value]
    return text if isinstance(value, str) and re.search(r"[\u4e00-\u9fff]", value) else value


@pytest.mark.parametrize("style", ["grid", "line"])
def test_html_escapes_every_text_of_layout_and_document(style):
    written = values_of(CONTROL) | {"header_style": style, "footer_style": style}
    hostile = PaperLayout.model_validate(
        everywhere(written, HOSTILE[:70]) | {"paragraphs": ["{person.name}"], "closing": ["{person.name}"]}
    )

    html = to_html(compose(hostile, everywhere(filled(code=HOSTILE), HOSTILE)), standalone=False)

    assert set(re.findall(r"<([a-z0-9]+)", html)) <= {
        "div",
        "article",
        "p",
        "h2",
        "table",
        "colgroup",
        "col",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "span",
    }
    assert html.count("&lt;img") >= 30
    assert '"onclick' not in html


def test_fragment_needs_no_inline_style_or_script():
    html = to_html(control(), standalone=False)

    assert not re.search(r"style|<script|\son\w+=|<html", html)


def test_every_class_of_the_markup_has_its_rule():
    styles = pages.styles()
    html = "".join(
        to_html(paper, standalone=False)
        for paper in (control(), compose(layout(CONTROL), {}, blank=True), compose(layout(SEARCH), {"fixed": ["甲"]}))
    )

    used = {name for names in re.findall(r'class="([^"]+)"', html) for name in names.split()}
    measures = {name for name in used if re.fullmatch(r"(w|lines|tall)-\d+", name)}
    # One line is as high as its text.
    assert {name for name in measures - {"lines-1"} if f".{name} {{" not in styles} == set()
    assert {name.partition("-")[0] for name in measures} == {"w", "lines", "tall"}


def test_standalone_page_needs_no_other_file():
    html = to_html(control())

    assert html.startswith('<!doctype html>\n<html lang="zh-CN">')
    assert "<title>附件4 个人岗位廉能风险识别防控表</title>" in html
    assert ".paper-title" in html
    assert not re.search(r"<link|src=|href=|@import", html)


def test_pdf_prints_rare_characters_and_hostile_text_as_text():
    reader, texts = printed([control(rows=[{"content": HOSTILE}])])

    assert squeezed(HOSTILE) in texts[0]
    assert "欧阳䶮" in texts[0]
    assert reader.metadata.title == "附件4 个人岗位廉能风险识别防控表"


def test_pdf_pages_count_for_each_paper_and_keep_its_orientation():
    reader, texts = printed([control(), compose(layout(SEARCH), {"fixed": ["思想道德"]}), compose(layout(LETTER), {})])

    assert [page.mediabox.width > page.mediabox.height for page in reader.pages] == [True, False, False]
    assert [text.count("—1—") for text in texts] == [1, 1, 1]
    assert ["核验码A1B2-C3D4" in text for text in texts] == [True, False, False]
    assert "2026年度第1版" in texts[0]
    assert reader.metadata.title == "附件4 个人岗位廉能风险识别防控表等3份"


def test_long_table_repeats_its_head_and_prints_each_row_once():
    rows = [{"content": f"〔{number:03}〕报销审核积压，借故拖延办理时限。"} for number in range(1, 301)]

    _, texts = printed([control(rows=rows)])

    assert len(texts) > 5
    assert [text.count("风险点防控措施前期预防后期处置") for text in texts] == [1] * len(texts)
    assert re.findall(r"〔(\d{3})〕", "".join(texts)) == [f"{number:03}" for number in range(1, 301)]
    assert f"—{len(texts)}—" in texts[-1]


def test_row_higher_than_a_page_is_broken_and_complete():
    _, texts = printed([control(rows=[{"content": "采" * 5000}, {"content": "末行"}])])

    assert len(texts) > 3
    assert "".join(texts).count("采") == 5001  # and once among the duties
    assert [text.count("风险点防控措施") for text in texts] == [1] * len(texts)


def test_row_that_fits_on_a_page_is_never_broken():
    rows = [{"content": f"〔{at:02}〕" + "技术参数照抄某一品牌" * 9 + f"［{at:02}］"} for at in range(1, 21)]

    _, texts = printed([control(rows=rows)])

    assert len(texts) > 3
    for text in texts:
        assert re.findall(r"〔(\d\d)〕", text) == re.findall(r"［(\d\d)］", text)


def test_long_opinion_begins_below_the_table_and_goes_on_overleaf():
    signoffs = filled()["signoffs"]
    opinion = "［始］" + "集体审核意见如下，请按此办理。" * 60 + "［末］"
    signoffs = {**signoffs, "review": {**signoffs["review"], "opinion": opinion}}

    _, texts = printed([control(rows=[{"content": "〔行〕"}], signoffs=signoffs)])

    assert ["〔行〕" in text for text in texts] == ["［始］" in text for text in texts]
    assert "［末］" in texts[1]
    assert "".join(texts).count("请按此办理") == 60


@pytest.mark.parametrize("rows", range(1, 13))
def test_signatures_never_stand_on_a_page_without_a_row(rows):
    _, texts = printed([control(rows=[{"content": f"〔{at}〕" + "参数照抄" * 15} for at in range(rows)])])

    assert "〔" in texts[-1]
    places = [texts[-1].index(words) for words in ("〔", "本人签字", "备案意见", "本表一式")]
    assert places == sorted(places)


SHORT_CONTROL = CONTROL.replace("  - [{label: 岗位职责, field: post.duties, wide: true, lines: 3}]\n", "")


@pytest.mark.parametrize("text", [SHORT_CONTROL, SEARCH, LETTER], ids=["control", "search", "letter"])
def test_blank_form_fills_one_page(text):
    _, texts = printed([compose(layout(text), {"fixed": ["甲", "乙", "丙", "丁", "戊", "己"]}, blank=True)])

    assert len(texts) == 1


def test_same_papers_give_the_same_bytes():
    assert to_pdf([control(), control()]) == to_pdf([control(), control()])


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://169.254.169.254/", "data:image/png;base64,AAAA"])
def test_any_address_in_the_markup_stops_the_printing(monkeypatch, address):
    """The control to the escaping: had it a hole, the printer would still read no file and ask no server."""
    monkeypatch.setattr(pages, "_markup", lambda paper, standalone: f'<html><body><img src="{address}">')

    with pytest.raises(PaperError, match="外部资源地址"):
        to_pdf([control()])


def test_nothing_to_print_is_refused():
    with pytest.raises(PaperError, match="没有可打印的表"):
        to_pdf([])


def test_missing_pango_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    with pytest.raises(PaperError, match="apt-get install libpango"):
        to_pdf([control()])


@pytest.mark.parametrize(
    ("answer", "words"),
    [("#!/bin/sh\necho -n 'en|de'", "fonts-noto-cjk"), ("#!/bin/sh\nexit 1", "apt-get install fontconfig")],
)
def test_missing_chinese_font_is_refused_instead_of_printing_boxes(monkeypatch, tmp_path, answer, words):
    program = tmp_path / "fc-match"
    program.write_text(answer)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    faces.require_chinese.cache_clear()

    with pytest.raises(PaperError, match=words):
        to_pdf([control()])

    monkeypatch.undo()
    to_pdf([control()])  # what was missing is asked for again


def test_faces_of_the_operator_go_by_their_file_names(settings, tmp_path):
    (tmp_path / "FangSong_GB2312.ttf").write_bytes(b"font")
    settings.FONT_DIR = str(tmp_path)

    rules, assets = faces.sheet_and_assets.__wrapped__()

    assert rules.splitlines()[0] == (
        '@font-face { font-family: "FangSong_GB2312"; font-weight: normal; src: url(asset:font/0) }'
    )
    assert assets["asset:font/0"] == b"font"


def fonts_of(reader):
    """Return the names of the fonts in a PDF without the mark of their part."""
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    return {font["/BaseFont"].partition("+")[2] for font in fonts}


def test_papers_print_without_the_small_copies(monkeypatch):
    monkeypatch.setattr(subsets, "_libraries", lambda: None)
    faces.sheet_and_assets.cache_clear()
    pages._press.cache_clear()
    pages._fonts.cache_clear()
    try:
        reader, texts = printed([control()])
    finally:
        faces.sheet_and_assets.cache_clear()
        pages._press.cache_clear()
        pages._fonts.cache_clear()

    assert "技术参数照抄某一品牌" in texts[0]
    assert not any(name.startswith("Paper") for name in fonts_of(reader))


def test_every_character_is_printed_from_the_smallest_copy_that_has_it():
    """Also white space after a character of a smaller copy, which shows as a box where the copy has none."""
    frequent, everyday, rest = map(set, faces._parts())
    text = "权力—·“”，A 蹉 跎　饕餮，浔 A"
    assert {*map(ord, text)} & everyday == {*map(ord, " \u3000")}
    reader = PdfReader(io.BytesIO(pages.markup_to_pdf(f'<p class="paper">{text}</p>')))

    assert frequent & everyday & rest == {*map(ord, " \u00a0\u3000")}
    assert fonts_of(reader) == {"Paper-Serif", "Paper-Serif-3,"}
    assert squeezed(reader.pages[0].extract_text()) == squeezed(text) + "—1—"


def test_glyph_has_the_same_number_on_the_page_and_in_its_font():
    """Readers that look a glyph up by its name in the font would show others."""
    reader, _ = printed([control()])
    embedded = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]["/FontFile3"].get_data()
        for font in reader.pages[0]["/Resources"]["/Font"].values()
    ]

    assert len(embedded) >= 2
    for font in embedded:
        names = TTFont(io.BytesIO(font)).getGlyphOrder()
        assert names == [".notdef", *(f"cid{number:05}" for number in range(1, len(names)))]


def test_getting_ready_leaves_pango_alone():
    """Its thread is not there in a process that is forked afterwards, which would wait for it for ever."""
    pages._press.cache_clear()
    pages._fonts.cache_clear()

    pages.warm()

    assert (pages._press.cache_info().currsize, pages._fonts.cache_info().currsize) == (1, 0)


def test_specimen_has_every_part_of_a_form():
    reader, texts = printed([SPECIMEN])

    assert len(texts) == 1
    assert fonts_of(reader) >= {"Paper-Serif", "Paper-Serif-Bold", "Paper-Sans"}
