"""Tables of Word documents, read like workbooks, and what is refused of them."""

import re

import pytest

from registers.imports import reading
from registers.imports.heads import columns_of, field_of, head_of
from registers.papers.compose import empty
from registers.papers.docx import to_docx
from registers.refusals import Refused
from registers.schemes.checking import loading
from registers.schemes.layout import leaf_columns
from tests.registers.mutated import FILES
from tests.workbooks import parts, sheet, zipped

pytestmark = pytest.mark.once
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def paragraph(text, *, numbered=False):
    number = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>' if numbered else ""
    return f"<w:p>{number}<w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(content, *, down="", wide=1):
    span = f'<w:gridSpan w:val="{wide}"/>' if wide > 1 else ""
    merge = {"": "", "first": '<w:vMerge w:val="restart"/>', "more": "<w:vMerge/>"}[down]
    return f"<w:tc><w:tcPr>{span}{merge}</w:tcPr>{content if content.startswith('<') else paragraph(content)}</w:tc>"


def table(*rows):
    return "".join(["<w:tbl>", *(f"<w:tr>{line}</w:tr>" for line in map("".join, rows)), "</w:tbl>"])


def document(body, **more):
    return zipped({"word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'} | more)


DELETED = "<w:p><w:del><w:r><w:delText>旧的</w:delText></w:r></w:del><w:ins><w:r><w:t>新的</w:t></w:r></w:ins></w:p>"
GOOD = table(
    [cell("岗位"), cell("风险点"), cell("措施", wide=2)], [cell("出纳"), cell("坐支"), cell("核对"), cell("轮岗")]
)


def book(body, **more):
    return reading.read(document(body, **more), "台账.docx")


def rows(made):
    return {number: {column: one.text for column, one in cells.items()} for number, cells in made.rows.items()}


def test_table_is_read_like_a_sheet():
    """Variant 60: cells merged both ways, numbers that Word draws, a controlled cell, what was deleted and put in."""
    items = paragraph("核对", numbered=True) + paragraph("轮岗", numbered=True)
    body = table(
        [cell("岗位"), cell("风险点"), cell("措施", wide=2)],
        [
            cell("出纳", down="first"),
            cell(DELETED),
            cell(items),
            f"<w:sdt><w:sdtContent>{cell('甲一')}</w:sdtContent></w:sdt>",
        ],
        [cell("", down="more"), cell(table([cell("内"), cell("表")])), cell("登记"), cell("")],
    )
    [made] = book(paragraph("单位：财务处") + body).sheets
    assert rows(made) == {
        0: {1: "单位：财务处"},
        1: {1: "岗位", 2: "风险点", 3: "措施"},
        2: {1: "出纳", 2: "新的", 3: "1. 核对\n2. 轮岗", 4: "甲一"},
        3: {2: "内　表", 3: "登记"},
    }
    assert made.merges == [(1, 3, 1, 4), (2, 1, 3, 1)]


def test_private_columns_of_a_document_are_not_read():
    body = table(
        [cell("岗位"), cell("风险点"), cell("身份证号")], [cell("出纳"), cell("坐支"), cell("11010119900307721X")]
    )
    assert "1101" not in str([rows(each) for each in book(body).sheets])


RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TEMPLATE = (
    f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" TargetMode="External" Target="http://a.example/x.dotm"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>'
)
FIELD = "<w:p><w:r><w:instrText> DDEAUTO c:\\x </w:instrText></w:r></w:p>"
REFUSED = {
    "4 entities": (lambda: zipped({"word/document.xml": '<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>'}), "实体定义"),
    "12 macros": (lambda: document(GOOD, **{"word/vbaProject.bin": "x"}), "含宏"),
    "14 pictures only": (lambda: document(paragraph("图"), **{"word/media/image1.png": "x"}), "只有图片"),
    "15 template elsewhere": (
        lambda: document(GOOD, **{"word/settings.xml": "<s/>", "word/_rels/settings.xml.rels": TEMPLATE}),
        "指向外部的内容",
    ),
    "15 embedded": (lambda: document(GOOD, **{"word/embeddings/a.bin": "x"}), "嵌入的对象"),
    "15 field that calls": (lambda: document(GOOD + FIELD), "DDEAUTO"),
    "no table": (lambda: document(paragraph("只有文字")), "没有表格"),
    "20 broken": (lambda: zipped({"word/document.xml": "<w:document><w:tbl>"}), "损坏"),
    "18 wide span": (lambda: document(table([cell("宽", wide=9000)])), "500 列"),
    "3 long text": (lambda: document(table([cell("长" * 40_000)])), "表1!第 1 行.*文字过长"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_document_is_refused_with_a_remedy(case):
    make, words = REFUSED[case]
    with pytest.raises(Refused, match=words) as refused:
        reading.read(make(), "台账.docx")
    assert re.search("请", str(refused.value)), "no remedy"
    assert [len(each.rows) for each in book(GOOD).sheets] == [2]


def test_drawings_are_said_not_to_be_read():
    """A chart of steps drawn with shapes holds no text of cells."""
    picture = book(GOOD, **{"word/media/image1.png": "x"})
    assert "图形或图片" in picture.notes[0]
    drawn = zipped(parts({"权力": sheet([["事项名称"], ["设备采购"]])}) | {"xl/drawings/drawing1.xml": "<x/>"})
    assert "有 1 个工作表含图形" in reading.read(drawn, "权力.xlsx").notes[0]
    assert book(GOOD).notes == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_own_papers_of_every_scheme_are_recognised(path):
    """Whatever this site prints of points can come back: of each paper the column of points is known by its head."""
    rules, unknown = loading.read(path)[0], []
    tasks = (*rules.tasks, *rules.adjustments.values(), *rules.imports.values())
    slugs = {task.paper for task in tasks if task.brings in ("points", "grades", "measures")}
    for slug in sorted(slugs):
        if not {"content", "content_and_manifestation"} & {column.field for column in leaf_columns(rules.papers[slug])}:
            continue
        made = reading.opened(to_docx([empty(rules.papers[slug], rules)]), "a.docx")
        heads = [columns_of(one, head).values() for one in made.sheets if (head := head_of(one))]
        found = [field_of(text, "ledgers") for texts in heads for text in texts]
        unknown += [] if "content" in found else [(slug, heads)]
    assert slugs
    assert unknown == []


def test_entries_above_a_table_say_its_unit_and_post():
    """The head of a personal form stands in a small table of its own."""
    entries = table(
        [cell("姓名"), cell("甲一"), cell("部门"), cell("财务处")],
        [cell("岗位"), cell("出纳"), cell("日期"), cell("无")],
    )
    _, made = book(entries + GOOD).sheets
    assert made.rows[0][1].text == "姓名：甲一\n部门：财务处\n岗位：出纳\n日期：无"
