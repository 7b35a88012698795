"""Papers as Excel workbooks.

What a cell may hold and how high a row may be is said in ``cells``.
"""

from dataclasses import dataclass
from math import ceil

from openpyxl.styles import Border, Font
from openpyxl.utils import get_column_letter

from registers.papers.cells import (
    APPENDIX,
    BOX,
    OPEN,
    boxed,
    clean,
    height,
    most_lines,
    parts_of,
    print_setup,
    put,
    saved,
    sheet_name,
    workbook,
)
from registers.papers.letters import with_kinds
from registers.papers.words import lines_taken

_WIDTH = {"landscape": 132, "portrait": 88}  # of a page, in the units of a column's width
_POINTS_PER_MM = 2.835
_HEAD = Font(name="黑体", size=10)
_LETTER = {"body": "仿宋", "salutation": "仿宋", "heading-1": "黑体", "heading-2": "楷体"}


def to_xlsx(papers):
    """Return papers as a workbook, a sheet each. The same papers give the same bytes."""
    book, taken, overflow = workbook(), {APPENDIX}, []
    for paper in papers:
        name = sheet_name(paper.full_title, taken)
        _PaperSheet(book.create_sheet(name), paper, overflow).write()
    return saved(book, overflow)


@dataclass(frozen=True)
class _Place:
    """A text and where it stands: first column, columns taken, body rows taken, and how it looks."""

    text: str
    column: int
    across: int = 1
    down: int = 1
    align: str = "left"
    font: Font | None = None
    border: Border = BOX

    @property
    def size(self):
        return self.font.size if self.font else 10


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
            self.line(texts, font=Font(name="黑体", size=16), border=OPEN, last="right")
        for title in filter(None, (paper.heading, paper.title)):
            self.line([title], font=Font(name="宋体", size=20, bold=True), align="center", border=OPEN)
        line = paper.header_style == "line"
        for row in paper.header:
            self.line(
                [f"{field.label}：{field.text}" for field in row],
                border=OPEN if line else BOX,
                lines=max(field.lines for field in row),
                last="right" if line and len(row) > 1 else "left",
            )
        for kind, text in with_kinds(paper.paragraphs):
            indent = "" if kind == "salutation" else "　　"
            self.line([f"{indent}{text}" if text else ""], font=Font(name=_LETTER[kind], size=14), border=OPEN)
        first = self.row
        self.table()
        last = self.headed
        for text in paper.closing:
            self.line([text], font=Font(name="仿宋", size=14), align="right", border=OPEN)
        for row in paper.footer:
            self.footer(row)
        for text in paper.notes:
            self.line([text], font=Font(name="宋体", size=9), border=OPEN)
        print_setup(self.place, paper.orientation, first, last if paper.head_rows else 0)
        self.place.oddFooter.left.text = f"核验码 {paper.code}" if paper.code else None
        self.place.oddFooter.right.text = paper.edition or None

    def line(self, texts, *, lines=1, last="left", align="left", font=None, border=BOX):
        """Write a row of texts that share the table's width, in cells of nearly equal width."""
        for chunk in (texts[at : at + len(self.shares)] for at in range(0, len(texts), len(self.shares))):
            spans = self.spans(len(chunk))
            sides = [*[align] * (len(chunk) - 1), last if len(chunk) > 1 else align]
            self.rows(
                [
                    [
                        _Place(text, start, across, align=side, font=font, border=border)
                        for text, (start, across), side in zip(chunk, spans, sides, strict=True)
                    ]
                ],
                lines=lines,
            )

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

    def parts(self, place):
        return parts_of(place.text, self.across(place.column, place.across, place.size), most_lines(place.size))

    def lines(self, place, text=None):
        across = self.across(place.column, place.across, place.size)
        return lines_taken(place.text if text is None else text, across)

    def rows(self, rows, *, lines=1, least=0):
        """Write rows of places, each over as many rows of the sheet as its longest text needs.

        A text that takes several parts goes on from row to row, open between them; the others are merged down.
        ``lines`` and ``least`` (points) are the least height of each.
        """
        needs = self.needs(rows)
        for at, (row, (parts, each, count)) in enumerate(zip(rows, needs, strict=True)):
            for number in range(count):
                high = height(max(each, lines if number == 0 else 1))
                for place in row:
                    pieces = parts.get(place.column, [place.text])
                    if len(pieces) > 1:
                        piece = pieces[number] if number < len(pieces) else ""
                        self.put(place, piece, number=number, count=count)
                        high = max(high, height(self.lines(place, piece), place.size))
                    elif number == 0:
                        self.put(place, place.text, down=sum(count for *_, count in needs[at : at + place.down]))
                        if place.down == count == 1:
                            high = max(high, height(self.lines(place), place.size))
                self.place.row_dimensions[self.row].height = high if number else max(high, least)
                self.row += 1

    def needs(self, rows):
        """Return for each row its texts in parts by column, the lines of each part at least, and how many parts.

        What a tall cell needs is shared out over the rows beside it.
        """
        beside = [1] * len(rows)
        for at, row in enumerate(rows):
            for place in row:
                if place.down > 1:
                    share = ceil(self.lines(place) / place.down)
                    beside[at : at + place.down] = [max(share, high) for high in beside[at : at + place.down]]
        split = [{place.column: self.parts(place) for place in row if place.down == 1} for row in rows]
        counts = [
            max(ceil(high / most_lines()), *map(len, parts.values()), 1)
            for high, parts in zip(beside, split, strict=True)
        ]
        return [(parts, ceil(high / count), count) for parts, high, count in zip(split, beside, counts, strict=True)]

    def put(self, place, text, *, number=0, count=1, down=1):
        """Write part ``number`` of ``count`` parts of a place into the current row, merged over ``down`` rows."""
        where = f"{self.place.title} {get_column_letter(place.column)}{self.row}"
        border = boxed(number, count) if place.border is BOX else place.border
        put(
            self.place,
            self.row,
            place.column,
            clean(text, where, self.overflow),
            font=place.font,
            align=place.align,
            upright="center" if count == 1 else "top",
            across=place.across,
            down=down,
            border=border,
        )

    def table(self):
        """Write head and body. ``headed`` is then the last row of the head."""

        def places(rows, font=None):
            return [
                [_Place(cell.text, cell.column + 1, cell.colspan, cell.rowspan, cell.align, font) for cell in row]
                for row in rows
            ]

        self.rows(places(self.paper.head_rows, _HEAD), least=20)
        self.headed = self.row - 1
        self.rows(places(self.paper.body), least=max(20, self.paper.row_height * _POINTS_PER_MM))

    def footer(self, blocks):
        if self.paper.footer_style == "line":
            self.line([block.inline for block in blocks], border=OPEN)
            return
        columns = len(self.shares)
        beside = next((n for n in range(1, columns) if sum(self.shares[:n]) >= 12), columns - 1)
        for block in blocks:
            text = "\n".join(block.lines) if beside else f"{block.label}：" + "\n".join(block.lines)
            whole = _Place(text, beside + 1, columns - beside)
            parts = self.parts(whole)
            closing = [block.closing()] if block.closing() else []
            count = len(parts + closing)
            label = _Place(block.label, 1, beside, align="center", font=_HEAD)
            if beside:
                self.put(label, block.label, down=count)
            for number, part in enumerate(parts + closing):
                sign = _Place(part, beside + 1, columns - beside, align="left" if number < len(parts) else "right")
                self.put(sign, part, number=number, count=count)
                high = max(1 if number else block.room, self.lines(sign))
                if beside and not number:
                    high = max(high, self.lines(label) - count + 1)
                self.place.row_dimensions[self.row].height = height(high)
                self.row += 1
