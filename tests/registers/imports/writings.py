"""One table written down in many ways: its cells, its head, what is merged, what stands around it, and the kind of file.

``Deck`` says which way. What a table says is the same in every one of them.
"""

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape

from registers.imports.grid import address
from tests.registers.imports import test_documents as word
from tests.workbooks import Number, workbook

SAME = object()  # a cell that says what the cell above it says
WORKBOOK, TEXT, PAGE, XML, DOCUMENT = FORMS = ("xlsx", "csv", "html", "xml", "docx")
ABOVE = ("", "titles", "English line", "titles and English line")
BELOW = ("", "help", "English line")
SHARED = ("merged", "marked", "filled")
DRESSES = ("{}", "*{}", "{}（必填）", "{}：", "wide", "broken")
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
SHEET = '<?xml version="1.0"?><Workbook xmlns="{0}" xmlns:ss="{0}"><Worksheet ss:Name="名册"><Table>{1}</Table></Worksheet></Workbook>'
EXCEL_2003 = "urn:schemas-microsoft-com:office:spreadsheet"


class Deck:
    """Deals the options of each name in a shuffled order, every one before any comes again."""

    def __init__(self, seed):
        self.random, self.left, self.rounds = random.Random(seed), {}, {}  # noqa: S311

    def one(self, name, options):
        options = list(options)
        key = (name, repr(options))
        if not self.left.get(key):
            self.left[key] = self.random.sample(options, len(options))
            self.rounds[key] = self.rounds.get(key, 0) + 1
        return self.left[key].pop()

    def undealt(self):
        """What never came up."""
        return {name: left for (name, key), left in self.left.items() if left and self.rounds[name, key] == 1}

    def maybe(self, name):
        return self.one(name, (True, False))

    def shuffled(self, things):
        return self.random.sample(list(things), len(things))


# How a value may stand in a cell. Those of ``RICH`` only where a cell may be a number.
NUMBERS = (str, "'{}".format, "{}\u00a0".format, lambda text: f"{text[:2]}\u200b{text[2:]}")
NUMBERS += (lambda text: "".join(chr(ord(digit) + 0xFEE0) for digit in text),)
RICH_NUMBERS = (lambda text: Number(text.lstrip("0"), 2), lambda text: Number(f"{text.lstrip('0')}.0", 2))
NAMES = (str, lambda name: f"{name[0]}\u3000{name[1:]}", " {} ".format, "{}*".format, "{}（女）".format)
DAYS = (
    "{0}-{1:02}-{2:02}",
    "{0}.{1}.{2}",
    "{0}年{1}月{2}日",
    "{0}{1:02}{2:02}",
    "{0}/{1}/{2}",
    "{0}-{1:02}-{2:02} 00:00:00",
)
DAYS += ("wide",)
MONTHS = ("{0}.{1:02}", "{0}{1:02}", "{0}-{1}", "{3}年{1}月", "{0}年{1}月", "wide")
SERIALS = (lambda serial: Number(serial, 3), lambda serial: Number(f"{serial}.0", 3), Number)
ITEMS = ("{}. ", "{}、", "（{}）", "{}．", "{}) ")


def number(deck, text, form):
    """A number of five digits, of which the first are zeros."""
    ways = {WORKBOOK: (*NUMBERS, *RICH_NUMBERS), TEXT: (*NUMBERS, '="{}"'.format)}
    return deck.one(f"number {form == WORKBOOK} {form == TEXT}", ways.get(form, NUMBERS))(text)


def day(deck, on, form):
    """A day; the first of a month may be written as the month."""
    serial = str((on - date(1899, 12, 30)).days)
    ways = (*DAYS, *SERIALS) if form == WORKBOOK else DAYS
    ways = (*MONTHS, *ways) if on.day == 1 else ways
    way = deck.one(f"day {on.day == 1} {form == WORKBOOK}", ways)
    if callable(way):
        return way(serial)
    if way == "wide":
        text = f"{on.year}.{on.month}" if on.day == 1 else f"{on.year}.{on.month}.{on.day}"
        return "".join(chr(ord(each) + 0xFEE0) for each in text)
    return way.format(on.year, on.month, on.day, on.year % 100)


def items(deck, texts):
    """Several texts in one cell, numbered."""
    mark = deck.one("items", ITEMS)
    return "\n".join(mark.format(place) + text for place, text in enumerate(texts, 1))


@dataclass
class Laid:
    """A table as it stands on a sheet. ``merges``: (row, column, row, column), counted from 0; ``data``: the rows that are data."""

    rows: list = field(default_factory=list)
    merges: list = field(default_factory=list)
    data: list = field(default_factory=list)


def file(deck, form, heads, entries):
    """Return (bytes, name) of a file that holds ``entries``, each of which is one row or several.

    ``heads``: field → words for its column. A row is field → value; what a later row of an entry does not say it shares with the
    one above it.
    """
    names = deck.shuffled(heads)
    titles = [_dressed(deck.one(f"head {name}", heads[name]), deck) for name in names]
    if deck.maybe("columns beside"):
        names, titles = ["", *names, ""], ["序号", *titles, "身份证号"]
    laid = Laid()
    _head(laid, deck, form, titles)
    _body(laid, deck, names, _lines(deck, entries))
    for foot in (["合计", "", f"共 {len(entries)} 项"], ["制表人：某　　审核：某"])[: deck.one("foot", range(3))]:
        laid.rows.append(foot)
    return WRITERS[form](laid, deck)


def _dressed(head, deck):
    dress = deck.one("dress", DRESSES)
    if dress == "wide":
        return f"{head[0]}  {head[1:]}"
    return f"{head[:-1]}\n{head[-1]}" if dress == "broken" else dress.format(head)


def _head(laid, deck, form, titles):
    above, width = deck.one("above", ABOVE), len(titles)
    if "titles" in above:
        laid.rows += [["某校名册"], ["填表日期：　　年　月　日"]]
        laid.merges += [(0, 0, 0, width - 1)] if deck.maybe("title merged") else []
    if "English" in above:
        laid.rows.append([f"fld_{'x' * place}" for place in range(1, width + 1)])
    if form != TEXT and "English" not in above and deck.maybe("head in two lines"):
        first, top = deck.random.randrange(width - 1), len(laid.rows)
        grouped = range(first, first + 2)
        laid.rows.append(["基本信息" if c == first else "" if c in grouped else head for c, head in enumerate(titles)])
        laid.rows.append([head if c in grouped else "" for c, head in enumerate(titles)])
        laid.merges += [(top, first, top, first + 1)]
        laid.merges += [(top, c, top + 1, c) for c in range(width) if c not in grouped]
        return
    laid.rows.append(titles)
    below = deck.one("below", BELOW)
    if below:
        laid.rows.append(["必填"] * width if below == "help" else [f"fld_{'x' * c}" for c in range(1, width + 1)])


def _lines(deck, entries):
    """Return the rows with what they share as ``SAME``; rows of one unit that follow each other may share it."""
    rows, share = [], deck.maybe("units shared")
    for entry in entries:
        for line in entry:
            row = line if line is entry[0] else {name: SAME for name in entry[0] if entry[0][name] != ""} | line
            if line is entry[0] and share and rows and "unit" in row and row["unit"] == _unit(rows):
                row = row | {"unit": SAME}
            rows.append(row)
    return rows


def _unit(rows):
    return next(row["unit"] for row in reversed(rows) if row["unit"] is not SAME)


def _body(laid, deck, names, rows):
    shared, sections = deck.one("shared", SHARED), deck.maybe("sections")
    starts, above = {}, {}
    for place, row in enumerate(rows):
        if sections and place % 2 == 0 and SAME not in row.values():
            laid.rows.append([f"{'一二三四五六七八九十'[place // 2 % 10]}、第{place // 2 + 1}部分"])
        here, cells = len(laid.rows), []
        laid.data.append(here)
        for column, name in enumerate(names):
            value = row.get(name, "") if name else str(place + 1) if column == 0 else "11010119900307721X"
            if value is SAME and shared == "merged":
                starts.setdefault((column, above[column][1]), []).append(here)
                value = ""
            elif value is SAME:
                value = above[column][0] if shared == "filled" else deck.one("mark", ("〃", "同上", '"'))
            else:
                above[column] = (value, here)
            cells.append(value)
        laid.rows.append(cells)
    laid.merges += [(first, column, more[-1], column) for (column, first), more in starts.items()]


def _as_workbook(laid, deck):
    first, left = deck.one("corner", ((1, 1), (5, 3)))
    areas = [f"{address(first + a, left + b)}:{address(first + c, left + d)}" for a, b, c, d in laid.merges]
    hidden = {first + deck.random.choice(laid.data)} if deck.maybe("hidden row") else set()
    before = f'<dimension ref="A1:XFD1048576"/><cols><col min="{left + 1}" max="{left + 1}" hidden="1"/></cols>'
    after = '<sheetProtection sheet="1"/><autoFilter ref="A1:C3"/>'
    more = {"before": before, "after": after} if deck.maybe("protected") else {}
    return workbook(laid.rows, name="名册", merges=areas, hidden=hidden, first=first, left=left, **more), "名册.xlsx"


def _filled(laid):
    rows = [list(row) for row in laid.rows]
    for first, column, last, end in laid.merges:
        for below in range(first + 1, last + 1) if column == end else ():
            rows[below][column] = rows[first][column]
    return rows


def _as_text(laid, deck):
    out = io.StringIO()
    csv.writer(out, delimiter=deck.one("mark between", ",;\t"), lineterminator="\r\n").writerows(_filled(laid))
    return out.getvalue().encode(deck.one("encoding", ENCODINGS)), deck.one("name of text", ("名册.csv", "名册.xls"))


def _shown(laid):
    """Yield for each row (column, text, rows more, columns more) of the cells that are not covered by another."""
    spans = {(first, column): (last - first, end - column) for first, column, last, end in laid.merges}
    covered = {
        (row, column)
        for first, left, last, end in laid.merges
        for row in range(first, last + 1)
        for column in range(left, end + 1)
    } - set(spans)
    for number, row in enumerate(laid.rows):
        yield [
            (column, text, *spans.get((number, column), (0, 0)))
            for column, text in enumerate(row)
            if (number, column) not in covered
        ]


def _as_page(laid, deck):
    rows = [
        "".join(
            f'<td rowspan="{down + 1}" colspan="{wide + 1}">{escape(text)}</td>'.replace("\n", "<br>")
            for _, text, down, wide in row
        )
        for row in _shown(laid)
    ]
    page = f"<html><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table></html>"
    return page.encode(deck.one("encoding of a page", ("utf-8", "gb18030"))), "名册.xls"


def _as_xml(laid, deck):
    rows = [
        "".join(
            f'<Cell ss:Index="{c + 1}" ss:MergeDown="{down}" ss:MergeAcross="{wide}"><Data ss:Type="String">{escape(text)}</Data></Cell>'
            for c, text, down, wide in row
        )
        for row in _shown(laid)
    ]
    return SHEET.format(EXCEL_2003, "".join(f"<Row>{row}</Row>" for row in rows)).encode(), "名册.xls"


def _as_document(laid, deck):
    tops = {(first, column): last for first, column, last, end in laid.merges if first < last}
    under = {(row, column) for (first, column), last in tops.items() for row in range(first + 1, last + 1)}
    wide = {(first, column): end - column for first, column, _, end in laid.merges if end > column}
    lines = []
    for number, row in enumerate(laid.rows):
        cells, column = [], 0
        while column < len(row):
            text = escape(row[column]).replace("\n", "</w:t><w:br/><w:t>")
            down = "more" if (number, column) in under else "first" if (number, column) in tops else ""
            more = wide.get((number, column), 0)
            cells.append(word.cell(text, down=down, wide=more + 1))
            column += more + 1
        lines.append(cells)
    return word.document(word.table(*lines)), "名册.docx"


WRITERS = {WORKBOOK: _as_workbook, TEXT: _as_text, PAGE: _as_page, XML: _as_xml, DOCUMENT: _as_document}
