"""Papers and ledgers as Excel workbooks, with one cell policy for both.

Every text is a string cell that Excel never reads as a formula, not even when somebody edits it (quotePrefix); a
text longer than a cell may be goes on, on the sheet 附录; unprintable characters are left out, and that is said.
Source: E7, X02, X05.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil, isfinite
from tempfile import SpooledTemporaryFile
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins

from registers.papers.words import lines_taken, printable

CELL_LIMIT = 32_767  # Excel's, in UTF-16 units
APPENDIX = "附录"
# Characters of a long text kept per cell: even if each takes two units they fit, with room for the reference.
_PIECE = 16_000
_SHOWN = 1_200  # of a text on the appendix: more would not be seen in a row, which can be 409 points high at most
_EPOCH = date(1899, 12, 30)
_LINE = Side(style="thin")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_OPEN = Border()
_WIDTH = {"landscape": 132, "portrait": 88}  # of a page, in the units of a column's width
_POINTS_PER_MM = 2.835


@dataclass(frozen=True)
class LedgerSheet:
    """One sheet of a ledger: ``name`` on its tab, ``title`` and ``note`` above the table.

    ``columns`` are (label, width in digits; a Chinese character takes two). ``rows``: any iterable of sequences of
    text, number, date, bool or None; it is read once, row by row.
    """

    title: str
    name: str
    columns: list[tuple[str, float]]
    rows: Iterable
    note: str = ""
    empty_text: str = "无数据"


def to_xlsx(papers):
    """Return papers as a workbook, a sheet each. The same papers give the same bytes. Source: C0, X12."""
    book, taken, overflow = _workbook(), {APPENDIX}, []
    for paper in papers:
        name = sheet_name(paper.full_title, taken)
        _PaperSheet(book.create_sheet(name), paper, overflow).write()
    return _bytes(book, overflow)


def ledger_workbook(sheets):
    """Return ledger sheets as one workbook.

    Memory does not grow with the rows: they are streamed. Source: C5-16, X05.
    """
    book, taken, overflow, bodies = _workbook(), {APPENDIX}, [], {}
    styles = _styles(book)
    for number, sheet in enumerate(sheets, 1):
        place = book.create_sheet(sheet_name(sheet.name, taken))
        bodies[f"xl/worksheets/sheet{number}.xml"] = write_table(place, sheet, styles, overflow)
    return _bytes(book, overflow, bodies)


def sheet_name(text, taken):
    r"""Return a name for a tab that Excel accepts and that is new to ``taken``, and add it there.

    Excel takes at most 31 characters and none of []:*?/\.
    """
    plain = re.sub(r"[\[\]:*?/\\\n]", " ", printable(text)[0]).strip(" '") or "表"
    name, number = plain[:31].rstrip(" '"), 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: 29 - len(str(number))]}({number})"
    taken.add(name.casefold())
    return name


def write_table(place, sheet, styles, overflow):
    """Write a ledger's title, note and head, and return a file with its rows as XML.

    openpyxl would take ten times as long for the rows, so they are written aside and put in on saving.
    """
    width, top, across = len(sheet.columns), 1, sum(wide for _, wide in sheet.columns) / 2
    for text, size, align in ((sheet.title, 16, "center"), (sheet.note, 10, "left")):
        if text:
            font = Font(name="宋体", size=size, bold=align == "center")
            _put(place, top, 1, text, font=font, align=align, across=width, border=_OPEN)
            place.row_dimensions[top].height = _height(lines_taken(text, max(1, int(across * 10 / size))), size) + 4
            top += 1
    for at, (label, wide) in enumerate(sheet.columns, 1):
        _put(place, top, at, label, font=Font(name="黑体", size=10), align="center")
        place.column_dimensions[get_column_letter(at)].width = wide
    rows = SpooledTemporaryFile(max_size=2**22)  # noqa: SIM115 (closed when the workbook is saved)
    last = _stream(rows, sheet, top, styles, overflow)
    if last == top:
        _put(place, top + 1, 1, sheet.empty_text, across=width, align="center")
    else:
        place.auto_filter.ref = f"A{top}:{get_column_letter(width)}{last}"
    _print_setup(place, "landscape", top, top)
    return rows


def _stream(rows, sheet, head, styles, overflow):
    """Write the rows' XML below row ``head`` and return the number of the last one."""
    columns = [(get_column_letter(at), max(1, int(wide / 2))) for at, (_, wide) in enumerate(sheet.columns, 1)]
    text_style, number_style, day_style = styles
    row = head
    for row, values in enumerate(sheet.rows, head + 1):
        xml, high = [""], 1
        for (letter, across), value in zip(columns, values, strict=True):
            if isinstance(value, bool):
                value = "是" if value else "否"  # noqa: PLW2901
            if value is None or value == "":
                xml.append(f'<c r="{letter}{row}" s="{text_style}"/>')
            elif isinstance(value, int | float) and isfinite(value):
                xml.append(f'<c r="{letter}{row}" s="{number_style}"><v>{value!r}</v></c>')
            elif isinstance(value, date):
                serial = (date(value.year, value.month, value.day) - _EPOCH).days
                xml.append(f'<c r="{letter}{row}" s="{day_style}"><v>{serial}</v></c>')
            else:
                text = _fitting(str(value), f"{sheet.name} {letter}{row}", overflow)
                if len(text) > across * high or "\n" in text:
                    high = max(high, lines_taken(text, across))
                xml.append(
                    f'<c r="{letter}{row}" s="{text_style}" t="inlineStr"><is>'
                    f'<t xml:space="preserve">{escape(text)}</t></is></c>'
                )
        # Excel measures the row again when somebody edits it; others show what is written here.
        xml[0] = f'<row r="{row}" ht="{_height(high)}">'
        xml.append("</row>")
        rows.write("".join(xml).encode())
    return row


def _parts(text, across, most=28):
    """Split ``text`` into parts of at most ``most`` lines, as no row of a sheet can be higher."""
    parts, room = [[]], most
    for line in text.split("\n"):
        for at in range(0, len(line) or 1, across * most):
            piece = line[at : at + across * most]
            if (high := lines_taken(piece, across)) > room:
                parts.append([])
                room = most
            parts[-1].append(piece)
            room -= high
    return ["\n".join(part) for part in parts]


def _height(lines, size=10):
    """Return a row's height in points. Excel allows 409."""
    return min(409, size * 1.4 * lines + 4)


def _fitting(text, where, overflow):
    """Return ``text`` as a cell may hold it. What does not fit goes to the appendix. Source: X02."""
    if not text.isprintable():
        text, dropped = printable(text)
        if dropped:
            overflow.append((where, f"原文有{dropped}个不能打印的控制字符，已略去。"))
    if len(text) <= _PIECE or len(text.encode("utf-16-le")) <= 2 * CELL_LIMIT:
        return text
    first = len(overflow) + 1
    overflow.extend((where, text[at : at + _SHOWN]) for at in range(_PIECE, len(text), _SHOWN))
    return f"{text[:_PIECE]}……（下接“{APPENDIX}”第{first}条）"


def _put(place, row, column, text, *, font=None, align="left", across=1, down=1, border=_BOX):
    """Write ``text`` as text, merged over ``across`` columns and ``down`` rows, and return the cell."""
    cell = place.cell(row, column)
    cell.value = text
    cell.data_type = "s"  # openpyxl would take a leading = for a formula
    cell.quotePrefix = True
    cell.font = font or Font(name="宋体", size=10)
    cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
    cell.border = border
    if across > 1 or down > 1:
        place.merge_cells(start_row=row, start_column=column, end_row=row + down - 1, end_column=column + across - 1)
    return cell


def _styles(book):
    """Return the numbers of the styles for streamed text, numbers and days."""
    samples = book.create_sheet(APPENDIX)
    text, number, day = (_put(samples, 1, at, "") for at in (1, 2, 3))
    number.quotePrefix = day.quotePrefix = False
    number.alignment = day.alignment = Alignment(horizontal="center", vertical="center")
    day.number_format = "yyyy-mm-dd"
    styles = text.style_id, number.style_id, day.style_id
    book.remove(samples)
    return styles


def _print_setup(place, orientation, first, last):
    """Set A4, as wide as the page, with head rows ``first`` to ``last`` on every page and in view."""
    place.page_setup.paperSize = place.PAPERSIZE_A4
    place.page_setup.orientation = orientation
    place.page_setup.fitToHeight = 0
    place.sheet_properties.pageSetUpPr.fitToPage = True
    place.page_margins = PageMargins(left=0.6, right=0.6, top=0.75, bottom=0.7)
    place.print_options.horizontalCentered = True
    place.oddFooter.center.text = "第&P页/共&N页"
    if last:
        place.print_title_rows = f"{first}:{last}"
        place.freeze_panes = f"A{last + 1}"


def _workbook():
    book = Workbook()
    book.remove(book.active)
    book.properties.creator = ""
    return book


def _bytes(book, overflow, bodies=None):
    if overflow:
        place = book.create_sheet(APPENDIX)
        for at, (label, wide) in enumerate((("条目", 8), ("位置", 24), ("内容", 100)), 1):
            _put(place, 1, at, label, font=Font(name="黑体", size=10), align="center")
            place.column_dimensions[get_column_letter(at)].width = wide
        for number, (where, text) in enumerate(overflow, 1):
            for at, words in enumerate((f"第{number}条", where, text), 1):
                _put(place, number + 1, at, words)
            place.row_dimensions[number + 1].height = _height(max(lines_taken(where, 12), lines_taken(text, 50)))
        _print_setup(place, "landscape", 1, 1)
    data = io.BytesIO()
    book.save(data)
    return restamp(data, bodies)


def restamp(data, bodies=None):
    """Copy an Office file without the time of its making.

    So the same content gives the same bytes (X12). ``bodies`` maps the name of a worksheet part to a file of row XML
    that is put in after its last row.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(W3CDTF\">)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", part)
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with new.open(entry, "w", force_zip64=name in (bodies or {})) as out:
                if bodies and (rows := bodies.get(name)):
                    head, part = part.split(b"</sheetData>")
                    out.write(re.sub(rb"<dimension [^>]*/>", b"", head))
                    rows.seek(0)
                    while chunk := rows.read(2**20):
                        out.write(chunk)
                    rows.close()
                    part = b"</sheetData>" + part
                out.write(part)
    return target.getvalue()


class _PaperSheet:
    """The writer of one paper, from top to bottom. ``row`` is the next free row."""

    def __init__(self, place, paper, overflow):
        self.place, self.paper, self.overflow, self.row = place, paper, overflow, 1
        self.shares = [column.share for column in paper.columns] or [25, 25, 25, 25]

    def write(self):
        paper, page = self.paper, _WIDTH[self.paper.orientation]
        for at, share in enumerate(self.shares, 1):
            self.place.column_dimensions[get_column_letter(at)].width = page * share / 100
        if paper.label or paper.marks:
            texts = [paper.label, "　".join(paper.marks)]
            self.line(texts, font=Font(name="黑体", size=16), border=_OPEN, last="right")
        self.line([paper.title], font=Font(name="宋体", size=20, bold=True), align="center", border=_OPEN)
        line = paper.header_style == "line"
        for row in paper.header:
            self.line(
                [f"{field.label}：{field.text}" for field in row],
                border=_OPEN if line else _BOX,
                lines=max(field.lines for field in row),
                last="right" if line and len(row) > 1 else "left",
            )
        for text in paper.paragraphs:
            self.line([f"　　{text}"], font=Font(name="仿宋", size=14), border=_OPEN)
        first = self.row
        self.table()
        for text in paper.closing:
            self.line([text], font=Font(name="仿宋", size=14), align="right", border=_OPEN)
        for row in paper.footer:
            self.footer(row)
        for text in paper.notes:
            self.line([text], font=Font(name="宋体", size=9), border=_OPEN)
        _print_setup(self.place, paper.orientation, first, first + len(paper.head_rows) - 1 if paper.head_rows else 0)
        self.place.oddFooter.left.text = f"核验码 {paper.code}" if paper.code else None
        self.place.oddFooter.right.text = paper.edition or None

    def put(self, row, column, text, **style):
        where = f"{self.place.title} {get_column_letter(column)}{row}"
        _put(self.place, row, column, _fitting(text, where, self.overflow), **style)

    def line(self, texts, *, lines=1, last="left", align="left", font=None, border=_BOX):
        """Write a row of texts that share the table's width, in cells of nearly equal width."""
        size, high = font.size if font else 10, lines
        for chunk in (texts[at : at + len(self.shares)] for at in range(0, len(texts), len(self.shares))):
            for number, (text, (start, across)) in enumerate(zip(chunk, self.spans(len(chunk)), strict=True), 1):
                side = last if number == len(chunk) > 1 else align
                self.put(self.row, start, text, font=font, align=side, across=across, border=border)
                high = max(high, self.lines(text, start, across, size))
            self.grow(high, size)

    def spans(self, count):
        """Return ``(first column, number of columns)`` for ``count`` cells of nearly equal width."""
        ends, total = [], 0
        for number in range(1, count):
            total = 100 * number / count
            options = range(number, len(self.shares) - count + number + 1)
            options = [end for end in options if not ends or end > ends[-1]]
            ends.append(min(options, key=lambda end, total=total: abs(sum(self.shares[:end]) - total)))
        starts = [0, *ends]
        return [(start + 1, end - start) for start, end in zip(starts, [*ends, len(self.shares)], strict=True)]

    def across(self, start, columns, size=10):
        """Return how many Chinese characters fit side by side in ``columns`` columns from ``start``."""
        return max(1, int(_WIDTH[self.paper.orientation] * sum(self.shares[start - 1 :][:columns]) / 200 * 10 / size))

    def lines(self, text, start, columns, size=10):
        return lines_taken(text, self.across(start, columns, size))

    def grow(self, lines, size=10, least=0):
        """Set the height of the current row, which no program finds by itself, and go to the next."""
        self.place.row_dimensions[self.row].height = max(least, _height(lines, size))
        self.row += 1

    def table(self):
        least = self.paper.row_height * _POINTS_PER_MM
        for rows, style, lowest in (
            (self.paper.head_rows, {"font": Font(name="黑体", size=10)}, 20),
            (self.paper.body, {}, max(20, least)),
        ):
            for row in rows:
                for cell in row:
                    self.put(
                        self.row,
                        cell.column + 1,
                        cell.text,
                        align=cell.align,
                        across=cell.colspan,
                        down=cell.rowspan,
                        **style,
                    )
                high = (ceil(self.lines(cell.text, cell.column + 1, cell.colspan) / cell.rowspan) for cell in row)
                self.grow(max(high), least=lowest)

    def footer(self, blocks):
        if self.paper.footer_style == "line":
            self.line([block.inline for block in blocks], border=_OPEN)
            return
        columns = len(self.shares)
        beside = next((n for n in range(1, columns) if sum(self.shares[:n]) >= 12), columns - 1)
        for block in blocks:
            text = "\n".join(block.lines) if beside else f"{block.label}：" + "\n".join(block.lines)
            parts = _parts(text, self.across(beside + 1, columns - beside))
            closing = [block.closing()] if block.closing() else []
            if beside:
                self.put(
                    self.row,
                    1,
                    block.label,
                    font=Font(name="黑体", size=10),
                    align="center",
                    across=beside,
                    down=len(parts + closing),
                )
            for number, part in enumerate(parts + closing):
                border = Border(
                    left=_LINE,
                    right=_LINE,
                    top=None if number else _LINE,
                    bottom=_LINE if number == len(parts + closing) - 1 else None,
                )
                self.put(
                    self.row,
                    beside + 1,
                    part,
                    across=columns - beside,
                    border=border,
                    align="left" if number < len(parts) else "right",
                )
                self.grow(max(1 if number else block.room, self.lines(part, beside + 1, columns - beside)))
