"""Ledgers as Excel workbooks, row by row into a file.

XlsxWriter keeps one row in memory (``docs/decisions/ledger-writer.md`` says why it and no other). What a cell may hold and how
high a row may be is said in ``cells``.
"""

from datetime import date, datetime
from math import isfinite
from pathlib import Path

from xlsxwriter import Workbook

from registers.papers.cells import APPENDIX, PAGE_NUMBER, clean, height, most_lines, parts_of, sheet_name
from registers.papers.words import lines_taken

_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 (it stands in the file, so that the same content gives the same bytes)
_PLAIN = {
    "font_name": "宋体",
    "font_size": 10,
    "align": "left",
    "valign": "vcenter",
    "text_wrap": True,
    "quote_prefix": True,
}
_BOX = {"left": 1, "right": 1, "top": 1, "bottom": 1}
_KINDS = {
    "text": {},
    "number": {"align": "center", "quote_prefix": False},
    "day": {"align": "center", "quote_prefix": False, "num_format": "yyyy-mm-dd"},
}
# Where a row stands among the rows that show one: open to the rows that go on with it.
_EDGES = {
    "alone": {},
    "first": {"bottom": 0, "valign": "top"},
    "between": {"top": 0, "bottom": 0, "valign": "top"},
    "last": {"top": 0, "valign": "top"},
}
_APPENDIX_COLUMNS = (("条目", 8), ("位置", 24), ("内容", 100))


def write_ledger(sheets, target):
    """Write ledger sheets as one workbook into ``target``.

    ``sheets``: of ``writing.LedgerSheet``, read one after the other. ``target``: a path, beside which lies what is not yet whole,
    or a binary file. Memory does not grow with the rows. The same sheets give the same bytes.
    """
    beside = {} if hasattr(target, "write") else {"tmpdir": str(Path(target).parent)}
    with Workbook(target, {"constant_memory": True, **beside}) as book:
        book.use_zip64()
        book.set_properties({"created": _MADE})
        looks, taken, overflow = _Looks(book), {APPENDIX}, []
        for sheet in sheets:
            _Table(book.add_worksheet(sheet_name(sheet.name, taken)), looks, sheet, overflow).write()
        if overflow:
            _append(book.add_worksheet(APPENDIX), looks, overflow)


class _Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book):
        self.title = book.add_format(_PLAIN | {"font_size": 16, "bold": True, "align": "center"})
        self.note = book.add_format(_PLAIN)
        self.head = book.add_format(_PLAIN | _BOX | {"font_name": "黑体", "align": "center"})
        self.empty = book.add_format(_PLAIN | _BOX | {"align": "center"})
        self.cells = {
            (kind, edge): book.add_format(_PLAIN | _BOX | said | place)
            for kind, said in _KINDS.items()
            for edge, place in _EDGES.items()
        }


class _Table:
    """The writer of one sheet, from top to bottom. ``row`` is the next free row, counted from 0."""

    def __init__(self, place, looks, sheet, overflow):
        self.place, self.looks, self.sheet, self.overflow, self.row = place, looks, sheet, overflow, 0
        self.across = [max(1, int(wide / 2)) for _, wide in sheet.columns]

    def write(self):
        sheet, looks = self.sheet, self.looks
        for column, (_, wide) in enumerate(sheet.columns):
            self.place.set_column(column, column, wide)
        self.line(sheet.title, looks.title, 16)
        self.line(sheet.note, looks.note, 10)
        head = self.row
        for column, (label, _) in enumerate(sheet.columns):
            self.place.write_string(head, column, label, looks.head)
        self.row += 1
        for values in sheet.rows:
            self.record(values)
        if self.row == head + 1:
            self.merged(sheet.empty_text, looks.empty)
        else:
            self.place.autofilter(head, 0, self.row - 1, len(sheet.columns) - 1)
        _print_setup(self.place, head)

    def line(self, text, look, size):
        """Write a text over the table's width, in as many lines as it takes. Nothing where there is no text."""
        if text:
            across = max(1, int(sum(wide for _, wide in self.sheet.columns) / 2 * 10 / size))
            self.place.set_row(self.row, height(lines_taken(text, across), size) + 4)
            self.merged(text, look)

    def merged(self, text, look):
        if len(self.sheet.columns) > 1:
            self.place.merge_range(self.row, 0, self.row, len(self.sheet.columns) - 1, "", look)
        self.place.write_string(self.row, 0, text, look)
        self.row += 1

    def record(self, values):
        """Write one row of the ledger.

        One with a text that no row of a sheet can show goes on in the rows below it, where its number says so.
        """
        cells, count, high = [], 1, 1
        for column, (across, value) in enumerate(zip(self.across, values, strict=True)):
            kind, shown = _kind(value)
            pieces = [shown]
            if kind == "text" and shown:
                shown = clean(shown, self.where(column), self.overflow) if not shown.isprintable() else shown
                pieces = [shown]
                if len(shown) > across * high or "\n" in shown:
                    pieces = parts_of(shown, across, most_lines())
                    high = max(high, lines_taken(pieces[0], across))
                    count = max(count, len(pieces))
            cells.append((kind, pieces))
        self.put(cells, high, "alone" if count == 1 else "first")
        for number in range(1, count):
            high = max(
                lines_taken(pieces[number], across)
                for across, (_, pieces) in zip(self.across, cells, strict=True)
                if number < len(pieces)
            )
            rest = [(kind, pieces[number:]) for kind, pieces in cells]
            if isinstance(values[0], int):
                rest[0] = ("text", [f"{values[0]}（续）"])
            self.put(rest, high, "last" if number == count - 1 else "between")

    def put(self, cells, high, edge):
        """Write the first pieces of ``cells`` (kind, pieces) into a row of ``high`` lines."""
        row, looks = self.row, self.looks.cells
        self.place.set_row(row, height(high))
        for column, (kind, pieces) in enumerate(cells):
            shown, look = pieces[0] if pieces else "", looks[kind, edge]
            if shown == "":
                self.place.write_blank(row, column, None, look)
            elif kind == "text":
                self.place.write_string(row, column, shown, look)
            elif kind == "number":
                self.place.write_number(row, column, shown, look)
            else:
                self.place.write_datetime(row, column, shown, look)
        # Only these would grow with the rows. The row before is in the file by now.
        self.place.row_info.pop(row - 1, None)
        self.place.row_sizes.pop(row - 1, None)
        self.row += 1

    def where(self, column):
        return f"{self.sheet.name} {_letters(column)}{self.row + 1}"


def _kind(value):
    """Return which kind of cell a value needs, and what stands there."""
    if isinstance(value, str):
        return "text", value
    if value is None:
        return "text", ""
    if isinstance(value, bool):
        return "text", "是" if value else "否"
    if isinstance(value, int | float) and isfinite(value):
        return "number", value
    if isinstance(value, date):
        return "day", date(value.year, value.month, value.day)
    return "text", str(value)


def _letters(column):
    """Return the letters of a column counted from 0."""
    return (_letters(column // 26 - 1) if column >= 26 else "") + chr(ord("A") + column % 26)


def _print_setup(place, head):
    """Set A4 across, as wide as the page, with row ``head`` on every page and in view."""
    place.set_paper(9)
    place.set_landscape()
    place.fit_to_pages(1, 0)
    place.set_margins(left=0.6, right=0.6, top=0.75, bottom=0.7)
    place.center_horizontally()
    place.set_footer(f"&C{PAGE_NUMBER}")
    place.repeat_rows(head, head)
    place.freeze_panes(head + 1, 0)


def _append(place, looks, overflow):
    """Write what was left out, as (place, sentence), on a sheet of its own."""
    for column, (label, wide) in enumerate(_APPENDIX_COLUMNS):
        place.set_column(column, column, wide)
        place.write_string(0, column, label, looks.head)
    for row, (where, text) in enumerate(overflow, 1):
        place.set_row(row, height(max(lines_taken(where, 12), lines_taken(text, 50))))
        for column, words in enumerate((f"第{row}条", where, text)):
            place.write_string(row, column, words, looks.cells["text", "alone"])
    _print_setup(place, 0)
