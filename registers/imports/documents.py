"""Reading the tables of a Word document: the papers that schemes prescribe, kept as .docx.

Each table is a sheet. Text that is marked as deleted is not read, a number that Word draws by itself is written out.
"""

import re

from registers.imports.grid import MOST_CELLS, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Book, Cell, Sheet
from registers.refusals import Refused

MAIN = "word/document.xml"
MOST_TABLES = 500
ABOVE, MOST_ABOVE = 0, 12  # the row that holds what stands above a table, and how many paragraphs at most
MOST_ENTRY_ROWS = 3  # of a small table above it that holds its entries: 单位, 岗位
NO_TABLE = "Word 文档里没有表格，没有读取。请上传有表格的文档，或把内容整理成 Excel 表格后再上传。"
PICTURES = "Word 文档里只有图片，没有可读的表格。请录入或导出为表格后再上传。"
CALLS = "Word 文档的第 {table} 个表格附近有调用别的程序或文件的域（{what}），没有读取。请删除该域或转为文字后再上传。"
DRAWN = "文档含图形或图片（如流程图），其中的文字没有读取，请另行录入。"
_CALL = re.compile(r"^\s*(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|LINK|DATABASE|IMPORT)\b", re.IGNORECASE)


def read(package):
    """Return the ``Book`` of the tables in a package. Raises ``Refused``."""
    for part in ("word/settings.xml", "word/styles.xml", "word/numbering.xml", MAIN):
        package.relations(part)  # refuses what points to other files
    reader = _Reader()
    package.parse(MAIN, start=reader.start, end=reader.end, text=reader.text)
    if not reader.sheets:
        raise Refused(PICTURES if any("/media/" in name for name in package.names) else NO_TABLE)
    drawn = sum("/media/" in name for name in package.names) + reader.drawn
    return Book(reader.sheets, [DRAWN] if drawn else [])


class _Table:
    """One table while it is read: where we are in it, and what spans several rows."""

    def __init__(self, name):
        self.sheet, self.row, self.column = Sheet(name), 0, 0
        self.spans = {}  # first column → [first row, first column, last row, last column] of a cell that goes on below
        self.wide, self.down = 1, ""
        self.pieces, self.length = [], 0


class _Reader:
    """Takes the events of the document's XML. The table that is being read last is on top of the pile."""

    def __init__(self):
        self.sheets, self.pile, self.made = [], [], 0
        self.deleted, self.inside, self.cells, self.rows = 0, "", 0, 0
        self.numbered, self.counts, self.field, self.drawn = False, {}, [], 0
        self.said = [""]  # paragraphs since the last table, such as 单位：教务处

    def start(self, tag, found):
        said = _said(found)
        if tag == "tbl":
            self._begin_table()
        elif tag in ("del", "moveFrom"):
            self.deleted += 1
        elif tag == "wsp":
            self.drawn += 1
        elif tag == "instrText":
            self.inside, self.field = tag, []
        elif self.pile:
            self._inside(tag, said)
        elif tag == "t":
            self.inside = tag

    def _begin_table(self):
        self.made += 1
        if self.made > MOST_TABLES:
            raise Refused(f"Word 文档超过 {MOST_TABLES} 个表格，没有读取。请分成几个文件后再上传。")
        self.pile.append(_Table(f"表{self.made}"))
        if len(self.pile) == 1:
            if above := "\n".join(text for text in self.said[-MOST_ABOVE:] if text.strip()):
                self.pile[-1].sheet.rows[ABOVE] = {1: Cell(above)}
            self.said = [""]

    def _inside(self, tag, said):
        table = self.pile[-1]
        if tag == "tr":
            table.row, table.column = table.row + 1, 0
            self.rows += 1
            if self.rows > MOST_ROWS + 200:
                raise Refused(f"文件超过 {MOST_ROWS} 行，没有读取。请按单位分成几个文件后再上传。")
        elif tag == "gridBefore":
            table.column += _count(said)
        elif tag == "tc":
            table.column, table.wide, table.down = table.column + 1, 1, ""
            table.pieces, table.length, self.counts = [], 0, {}
        elif tag == "gridSpan":
            table.wide = max(1, _count(said))
        elif tag == "vMerge":
            table.down = said if said == "restart" else "continue"
        elif tag == "numId":
            self.numbered = said != "0"
        elif tag == "t":
            self.inside = tag
            self._number()
        elif tag in ("br", "cr"):
            self._put("\n")
        elif tag == "tab":
            self._put(" ")

    def _number(self):
        """Write out the number that Word draws before a paragraph; every cell counts from 1."""
        if self.numbered and not self.deleted:
            self.numbered = False
            self.counts["1"] = self.counts.get("1", 0) + 1
            self._put(f"{self.counts['1']}. ")

    def text(self, data):
        if self.inside == "instrText":
            self.field.append(data)
        elif self.inside == "t" and self.pile and not self.deleted:
            self._put(data)
        elif self.inside == "t" and not self.deleted and len(self.said[-1]) < MOST_CHARACTERS:
            self.said[-1] += data

    def _put(self, text):
        table = self.pile[-1]
        table.length += len(text)
        if table.length > MOST_CHARACTERS:
            raise Refused(
                f"{table.sheet.name}!第 {table.row} 行：单元格文字过长，超过 {MOST_CHARACTERS} 个字。请缩短后再上传。"
            )
        table.pieces.append(text)

    def end(self, tag):
        if tag in ("del", "moveFrom"):
            self.deleted -= 1
        elif tag == "instrText":
            self.inside = ""
            if match := _CALL.match("".join(self.field)):
                raise Refused(CALLS.format(table=max(1, self.made), what=match[1].upper()))
        elif tag == "t":
            self.inside = ""
        elif not self.pile:
            self.said = [*self.said[-MOST_ABOVE:], ""] if tag == "p" else self.said
        elif tag == "p":
            self.numbered = False
            self._put("\n")
        elif tag == "tc":
            self._end_cell()
        elif tag == "tbl":
            self._end_table()

    def _end_cell(self):
        table = self.pile[-1]
        row, column, last = table.row, table.column, table.column + table.wide - 1
        if last > MOST_COLUMNS:
            raise Refused(f"{table.sheet.name} 超过 {MOST_COLUMNS} 列，没有读取。请只保留需要的列后再上传。")
        table.column = last
        if table.down == "continue" and column in table.spans:
            table.spans[column][2] = row
            return
        table.spans.pop(column, None)
        if table.down == "restart" or table.wide > 1:
            span = [row, column, row, last]
            table.sheet.merges.append(span)
            if table.down == "restart":
                table.spans[column] = span
        text = re.sub(r"\n{2,}", "\n", "".join(table.pieces)).strip()
        if text:
            self.cells += 1
            if self.cells > MOST_CELLS:
                raise Refused("文件的单元格太多，没有读取。请分成几个文件后再上传。")
            table.sheet.rows.setdefault(row, {})[column] = Cell(text)

    def _end_table(self):
        table = self.pile.pop()
        if self.pile:  # a table inside of a cell is text of that cell
            for _, cells in sorted(table.sheet.rows.items()):
                self._put("　".join(cell.text for _, cell in sorted(cells.items())) + "\n")
            return
        table.sheet.merges = [tuple(span) for span in table.sheet.merges if span[:2] != span[2:]]
        self.sheets.append(table.sheet)
        if len(table.sheet.rows.keys() - {ABOVE}) <= MOST_ENTRY_ROWS:
            self.said = [*_entries(table.sheet), ""]


def _entries(sheet):
    """Return the texts of a small table. Where a label has a cell of its own, it is joined with the cell beside it."""
    texts = []
    for _, cells in sorted(sheet.rows.items()):
        row = [cell.text for _, cell in sorted(cells.items())]
        labelled = len(row) % 2 == 0 and not any(re.search("[:：]", text) for text in row)
        texts += [f"{label}：{value}" for label, value in zip(row[::2], row[1::2], strict=True)] if labelled else row
    return texts


def _said(found):
    """Return the value that an element of Word's XML has, "" where it has none."""
    return next((value for key, value in found.items() if key.rpartition(" ")[2] == "val"), "")


def _count(text):
    return int(text) if re.fullmatch(r"\d{1,4}", text) else 0
