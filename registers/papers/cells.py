"""The cells of a workbook: text that is never a formula, in rows that can be seen and printed.

One cell policy for papers and ledgers. A row of a sheet is at most 409 points high, so a longer text goes on in the row
below (``parts_of``). Unprintable characters are left out, and the sheet 附录 says so.
"""

import io
import re
import zipfile
from copy import copy
from math import ceil

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.page import PageMargins

from registers.papers.words import lines_taken, printable

APPENDIX = "附录"
PAGE_NUMBER = "— &P —"
_HIGHEST = 409  # points of a row, Excel's limit
_LINE = Side(style="thin")
BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
OPEN = Border()
_FONT = Font(name="宋体", size=10)


def boxed(number, count):
    """Return the border of part ``number`` of the ``count`` parts that look like one cell."""
    top, bottom = _LINE if number == 0 else None, _LINE if number == count - 1 else None
    return Border(left=_LINE, right=_LINE, top=top, bottom=bottom)


def most_lines(size=10):
    """Return how many lines of text in ``size`` points the highest row can show."""
    return int((_HIGHEST - 4) / (size * 1.4))


def parts_of(text, across, most):
    """Split ``text`` into parts of at most ``most`` lines, as no row of a sheet can be higher.

    ``across``: how many Chinese characters stand side by side. A line break between two parts is not repeated.
    """
    parts, taken = [[]], 0
    for line in text.split("\n"):
        rest = line
        while True:
            if taken == most:
                parts.append([])
                taken = 0
            fits = across * (most - taken)
            parts[-1].append(rest[:fits])
            taken += max(1, ceil(len(rest[:fits]) / across))
            rest = rest[fits:]
            if not rest:
                break
    return ["\n".join(part) for part in parts]


def height(lines, size=10):
    """Return a row's height in points."""
    return min(_HIGHEST, size * 1.4 * lines + 4)


def clean(text, where, overflow):
    """Return ``text`` without unprintable characters, which are counted in ``overflow``."""
    if not text.isprintable():
        text, dropped = printable(text)
        if dropped:
            overflow.append((where, f"原文有{dropped}个不能打印的控制字符，已略去。"))
    return text


def as_text(cell, text, *, quoted):
    """Write ``text`` into a cell as text, which is never a formula.

    openpyxl would take a leading = for one. ``quoted``: it stays text when somebody edits the cell. Rows of ledgers are written
    as text by ``tables``, with another library.
    """
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = quoted


def put(place, row, column, text, *, font=None, align="left", upright="center", across=1, down=1, border=BOX):
    """Write ``text`` as text, merged over ``across`` columns and ``down`` rows, and return the cell.

    ``place``: a sheet of a ``workbook``.
    """
    cell = place.cell(row, column)
    lines = [line if line and line.style else None for line in (border.left, border.right, border.top, border.bottom)]
    place.parent.give_look(cell, lines, font or _FONT, align, upright)
    as_text(cell, text, quoted=True)
    if across > 1 or down > 1:
        _merge(cell, across, down, lines)
    return cell


def _merge(first, across, down, lines):
    """Merge cells. Those at the edge get the lines of the whole.

    openpyxl does the same, but it makes the look of each cell anew.
    """
    place, top, left = first.parent, first.row, first.column
    bottom, right = top + down - 1, left + across - 1
    place.merged_cells.ranges.add(CellRange(min_row=top, min_col=left, max_row=bottom, max_col=right))
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if (row, column) != (top, left):
                cell, at_edge = place.cell(row, column), (column == left, column == right, row == top, row == bottom)
                own = [line if is_there else None for line, is_there in zip(lines, at_edge, strict=True)]
                if any(own):
                    place.parent.give_look(cell, own)


class _Book(Workbook):
    """A workbook that makes each look once: openpyxl compares every cell's font and lines with all that there are."""

    def __init__(self):
        super().__init__()
        self._looks = {}

    def give_look(self, cell, lines, font=None, align=None, upright=None):
        """Give a new cell its lines (left, right, top, bottom), its font and the place of its text."""
        look = (
            tuple([line and line.style for line in lines]),
            font and (font.name, font.size, font.bold),
            align,
            upright,
        )
        if look not in self._looks:
            cell.border = Border(**dict(zip(("left", "right", "top", "bottom"), lines, strict=True)))
            if font:
                cell.font, cell.alignment = font, Alignment(horizontal=align, vertical=upright, wrap_text=True)
            self._looks[look] = copy(cell._style)
        cell._style = copy(self._looks[look])


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


def print_setup(place, orientation, first, last):
    """Set A4, as wide as the page, with head rows ``first`` to ``last`` on every page and in view."""
    place.page_setup.paperSize = place.PAPERSIZE_A4
    place.page_setup.orientation = orientation
    place.page_setup.fitToHeight = 0
    place.sheet_properties.pageSetUpPr.fitToPage = True
    place.page_margins = PageMargins(left=0.6, right=0.6, top=0.75, bottom=0.7)
    place.print_options.horizontalCentered = True
    place.oddFooter.center.text = PAGE_NUMBER
    if last:
        place.print_title_rows = f"{first}:{last}"
        place.freeze_panes = f"A{last + 1}"


def workbook():
    """Return a workbook without sheets."""
    book = _Book()
    book.remove(book.active)
    book.properties.creator = ""
    return book


def saved(book, overflow):
    """Return the workbook as bytes, with what was left out on a sheet of its own."""
    if overflow:
        place = book.create_sheet(APPENDIX)
        for at, (label, wide) in enumerate((("条目", 8), ("位置", 24), ("内容", 100)), 1):
            put(place, 1, at, label, font=Font(name="黑体", size=10), align="center")
            place.column_dimensions[get_column_letter(at)].width = wide
        for number, (where, text) in enumerate(overflow, 1):
            for at, words in enumerate((f"第{number}条", where, text), 1):
                put(place, number + 1, at, words)
            place.row_dimensions[number + 1].height = height(max(lines_taken(where, 12), lines_taken(text, 50)))
        print_setup(place, "landscape", 1, 1)
    data = io.BytesIO()
    book.save(data)
    return restamp(data)


def restamp(data):
    """Return the bytes of an Office file without the time of its making.

    So the same content gives the same bytes.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(W3CDTF\">)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", part)
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, part)
    return target.getvalue()
