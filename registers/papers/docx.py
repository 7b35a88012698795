"""Papers as a Word document, for those who must hand in or go on editing a .docx.

Tables are written as WordprocessingML: python-docx takes seconds for the cells of a long table and knows neither
repeated heads nor East Asian faces.
"""

import io
from xml.sax.saxutils import escape

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from registers.papers.cells import restamp
from registers.papers.letters import ACROSS, with_kinds
from registers.papers.words import lines_taken, wide

_BODY, _HEAD, _TITLE = "仿宋", "黑体", "宋体"
# Page sides and margins in mm: width, height, top, right, bottom, left. A letter has those of GB/T 9704.
_PAGES = {
    "landscape": (297, 210, 20, 18, 17, 18),
    "portrait": (210, 297, 24, 20, 20, 24),
    "letter": (210, 297, 37, 26, 35, 28),
}
_TWIPS_PER_MM = 56.7
_GAP = '<w:p {ns}><w:pPr>{keep}<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
_KEEP, _TAB = "<w:keepNext/>", "<w:r><w:tab/></w:r>"
_CLOSE = '<w:spacing w:before="0" w:after="0"/>'
_PITCH = '<w:spacing w:after="0" w:line="579" w:lineRule="exact"/>'  # 22 lines a page, GB/T 9704
_NARROWER = -4  # twips between the characters of a letter, of which 28 make a line
_LETTER = {"body": _BODY, "salutation": _BODY, "heading-1": _HEAD, "heading-2": "楷体"}
_FROM_EDGE = 4  # characters from the day below a letter to the edge
_WHOLE = 12  # lines of a sign-off block that are kept on one page
_TITLE_AT_22 = {"landscape": 33, "portrait": 21}


def to_docx(papers):
    """Return papers as one document, a section each, with its own page count."""
    document = Document()
    document.settings.odd_and_even_pages_header_footer = True
    document.core_properties.author = document.core_properties.comments = ""
    document.core_properties.title = papers[0].full_title if papers else ""
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(10.5)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _BODY)
    normal.element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN"/>'))
    for number, paper in enumerate(papers):
        if number:
            document.add_section()
            # Word wants a paragraph after a table; as high as a line it could ask for a page of its own.
            _flatten(document.paragraphs[-1])
        _PaperSection(document, paper).write()
    target = io.BytesIO()
    document.save(target)
    target.seek(0)
    return restamp(target)


def _flatten(paragraph):
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(1)


def _run(text, *, face=_BODY, size=10.5, bold=False, boxed=False, apart=0):
    weight = ("<w:b/>" if bold else "") + (f'<w:spacing w:val="{apart}"/>' if apart else "")
    frame = '<w:bdr w:val="single" w:sz="6" w:space="0" w:color="auto"/>' if boxed else ""
    return (
        f'<w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{face}"/>{weight}'
        f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>{frame}</w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )


def _paragraph(text, *, align="left", more="", **style):
    return f'<w:p><w:pPr>{more}<w:jc w:val="{align}"/></w:pPr>{_run(text, **style)}</w:p>'


def _texts(text, keep=False, **style):
    """Return one paragraph for each line of ``text``, without space around it."""
    more = (_KEEP if keep else "") + _CLOSE
    return "".join(_paragraph(line, more=more, **style) for line in text.split("\n"))


def _cell(content, width, *, across=1, merge=None, top=False):
    """Return a table cell around paragraphs. ``merge`` joins it with the cells below or above."""
    span = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
    joined = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{joined}'
        f'<w:vAlign w:val="{"top" if top else "center"}"/></w:tcPr>{content}</w:tc>'
    )


def _row(cells, *, head=False, height=0, whole=True):
    """Return a table row. A ``whole`` one does not split over pages."""
    least = f'<w:trHeight w:val="{round(height)}"/>' if height else ""
    rules = ("<w:cantSplit/>" if whole else "") + least + ("<w:tblHeader/>" if head else "")
    return f"<w:tr><w:trPr>{rules}</w:trPr>{''.join(cells)}</w:tr>"


class _PaperSection:
    """The writer of one paper into the document's last section."""

    def __init__(self, document, paper):
        self.body, self.paper = document.element.body, paper
        self.section = document.sections[-1]
        page = _PAGES["letter" if paper.paragraphs else paper.orientation]
        self.width = round((page[0] - page[3] - page[5]) * _TWIPS_PER_MM)
        self.set_page(page)

    def set_page(self, page):
        paper, section = self.paper, self.section
        section.orientation = WD_ORIENT.LANDSCAPE if paper.orientation == "landscape" else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(page[0]), Mm(page[1])
        section.top_margin, section.right_margin = Mm(page[2]), Mm(page[3])
        section.bottom_margin, section.left_margin = Mm(page[4]), Mm(page[5])
        section.footer_distance = Mm(9)
        # Every paper counts its own pages.
        for old in section._sectPr.findall(qn("w:pgNumType")):
            section._sectPr.remove(old)
        section._sectPr.find(qn("w:pgMar")).addnext(parse_xml(f'<w:pgNumType {nsdecls("w")} w:start="1"/>'))
        size = 14 if paper.paragraphs else 10.5
        page = f'<w:fldSimple w:instr="PAGE">{_run("1", size=size)}</w:fldSimple>'
        number = f"{_run('— ', size=size)}{page}{_run(' —', size=size)}"
        code, edition = (_run(text, size=9) for text in (f"核验码 {paper.code}" if paper.code else "", paper.edition))
        said = code + _run("　", size=9) + edition
        # A letter has its number on the outer side (GB/T 9704), a form in the middle.
        odd, even = ([said, "", number], [number, "", said]) if paper.paragraphs else ([code, number, edition],) * 2
        for footer, parts in ((section.footer, odd), (section.even_page_footer, even)):
            footer.is_linked_to_previous = False
            line = footer.paragraphs[0]._p
            line.getparent().replace(line, self.xml(f"<w:p><w:pPr>{self.tabs()}</w:pPr>{_TAB.join(parts)}</w:p>"))

    def tabs(self):
        return (
            '<w:tabs><w:tab w:val="clear" w:pos="4320"/><w:tab w:val="clear" w:pos="8640"/>'
            f'<w:tab w:val="center" w:pos="{self.width // 2}"/><w:tab w:val="right" w:pos="{self.width}"/></w:tabs>'
        )

    @staticmethod
    def xml(text):
        """Parse ``text``, whose first tag lacks the name space."""
        tag, rest = text.split(">", 1)
        return parse_xml(f"{tag} {nsdecls('w')}>{rest}")

    def add(self, text):
        self.body.insert(len(self.body) - 1, self.xml(text))

    def write(self):
        paper = self.paper
        if paper.label or paper.marks:
            marks = "".join(_TAB + _run(f" {mark} ", face=_HEAD, boxed=True) for mark in paper.marks)
            self.add(
                f'<w:p><w:pPr><w:tabs><w:tab w:val="right" w:pos="{self.width}"/></w:tabs>{_CLOSE}</w:pPr>'
                f"{_run(paper.label, face=_HEAD, size=16)}{marks}</w:p>"
            )
        if paper.heading:
            self.title(paper.heading, before=80, after=0)
        self.title(paper.title, before=0 if paper.heading else 80, after=579 if paper.paragraphs else 160)
        self.header()
        for kind, text in with_kinds(paper.paragraphs):
            indent = "" if kind == "salutation" else '<w:ind w:firstLineChars="200" w:firstLine="640"/>'
            style = {"face": _LETTER[kind], "size": 16, "apart": _NARROWER}
            self.add(_paragraph(text, align="both", more=_PITCH + indent, **style))
        self.rows()
        self.closing()
        self.footer()
        for text in paper.notes:
            self.add(_paragraph(text, size=9, more='<w:spacing w:before="60" w:after="0"/>'))

    def title(self, text, *, before, after):
        size = 18 if _TITLE_AT_22[self.paper.orientation] < len(text) else 22
        space = f'<w:spacing w:before="{before}" w:after="{after}"/>'
        self.add(_paragraph(text, align="center", face=_TITLE, size=size, bold=True, more=space))

    def closing(self):
        """Write the issuer in the middle above the day, the day four characters from the edge. Source: GB/T 9704."""
        longest = max((wide(text) for text in self.paper.closing), default=0)
        left = max(0, round((ACROSS - _FROM_EDGE - longest) * 316))
        for number, text in enumerate(self.paper.closing):
            pitch = _PITCH if number else _PITCH.replace("<w:spacing", '<w:spacing w:before="579"')
            indent = f'<w:ind w:left="{left}" w:right="{_FROM_EDGE * 316}"/>'
            self.add(
                _paragraph(text, align="center", size=16, apart=_NARROWER, more=_KEEP * (not number) + pitch + indent)
            )

    def widths(self, shares):
        return [round(self.width * share / 100) for share in shares]

    def table(self, widths, rows, *, border="single"):
        """Write a table with fixed ``widths`` in twips, a hair of space below a table above."""
        if self.body[-2].tag == qn("w:tbl"):
            self.body.insert(len(self.body) - 1, parse_xml(_GAP.format(ns=nsdecls("w"), keep=_KEEP)))
        sides = "".join(
            f'<w:{side} w:val="{border}" w:sz="4" w:space="0" w:color="auto"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        margins = "".join(
            f'<w:{side} w:w="{width}" w:type="dxa"/>'
            for side, width in (("top", 40), ("left", 80), ("bottom", 40), ("right", 80))
        )
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        self.add(
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type="fixed"/>'
            f"<w:tblCellMar>{margins}</w:tblCellMar>"
            f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
        )

    def line(self, texts):
        """Write texts side by side without borders: the first at the left, the last at the right."""
        widths = self.widths([100 / len(texts)] * len(texts))
        aligns = ["left", *["center"] * (len(texts) - 2), "right"]
        cells = [
            _cell(_texts(text, align=align), width) for text, width, align in zip(texts, widths, aligns, strict=False)
        ]
        self.table(widths, [_row(cells)], border="nil")

    def header(self):
        paper = self.paper
        if paper.header_style == "line":
            for row in paper.header:
                self.line([f"{field.label}：{field.text}" for field in row])
            return
        widths, rows = self.widths(paper.header_shares), []
        for row in paper.header:
            cells = []
            for at, field in enumerate(row):
                cells.append(
                    _cell(_texts(field.label, align="center", face=_HEAD, size=paper.text_size), widths[2 * at])
                )
                span = sum(widths[2 * at + 1 :][: field.colspan])
                cells.append(_cell(_texts(field.text, size=paper.text_size), span, across=field.colspan))
            rows.append(_row(cells, height=max(1.4, *(field.lines * 1.3 for field in row)) * paper.text_size * 20))
        if rows:
            self.table(widths, rows)

    def rows(self):
        paper = self.paper
        if not paper.columns:
            return
        widths = self.widths([column.share for column in paper.columns])
        style = {"face": _HEAD, "size": paper.text_size}
        rows = [_row(cells, head=True) for cells in self.cells(paper.head_rows, widths, lambda row, cell: style)]
        # The last row stays with the sign-offs: a page of signatures alone could be put under any text.
        last = paper.body[-1] if paper.footer else None
        height = paper.row_height * _TWIPS_PER_MM
        rows += [
            _row(cells, height=height)
            for cells in self.cells(
                paper.body, widths, lambda row, cell: {"size": paper.text_size, "keep": row is last}
            )
        ]
        self.table(widths, rows)

    @staticmethod
    def cells(rows, widths, style):
        """Return the cells of ``rows`` as XML, with the continuations that Word wants below tall cells."""
        open_cells = {}
        for row in rows:
            placed = {cell.column: cell for cell in row}
            cells, at = [], 0
            while at < len(widths):
                if cell := placed.get(at):
                    across, merge = cell.colspan, "restart" if cell.rowspan > 1 else None
                    content = _texts(cell.text, align=cell.align, **style(row, cell))
                    if merge:
                        open_cells[at] = [cell.rowspan - 1, across]
                else:
                    across, merge, content = open_cells[at][1], "continue", "<w:p/>"
                    open_cells[at][0] -= 1
                cells.append(_cell(content, sum(widths[at:][:across]), across=across, merge=merge))
                at += across
            yield cells

    def footer(self):
        paper = self.paper
        if paper.footer_style == "line":
            for row in paper.footer:
                self.line([block.inline for block in row])
            return
        widths, rows = self.widths(paper.footer_shares), []
        for number, row in enumerate(paper.footer, 1):
            spans = [sum(widths[2 * at + 1 :][: block.colspan]) for at, block in enumerate(row)]
            holds = [int((span - 160) / paper.text_size / 20) for span in spans]
            high = [
                sum(lines_taken(line, across) for line in block.lines) for block, across in zip(row, holds, strict=True)
            ]
            whole = max(high) <= _WHOLE
            keep, cells = whole and number < len(paper.footer), []
            for at, block in enumerate(row):
                label = _texts(block.label, keep, align="center", face=_HEAD, size=paper.text_size)
                cells.append(_cell(label, widths[2 * at]))
                lines = [*block.lines, *[""] * (block.room - high[at] - 1)]
                content = "".join(_texts(line, keep, size=paper.text_size) for line in lines)
                if closing := block.closing(holds[at]):
                    content += _texts(closing, keep, align="right", size=paper.text_size)
                top = block.kind == "opinion"
                cells.append(_cell(content or "<w:p/>", spans[at], across=block.colspan, top=top))
            rows.append(_row(cells, whole=whole))
        if rows:
            self.table(widths, rows)
