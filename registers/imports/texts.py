"""Reading tables that are text: CSV, tables of a web page, and the XML that Excel 2003 wrote.

All may be called .xls.
"""

import csv
import io
import re
from html.parser import HTMLParser
from xml.parsers import expat

from registers.imports.grid import DAY, MOST_CELLS, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, NUMBER, Book, Cell, Sheet
from registers.imports.packages import ENTITIES
from registers.refusals import Refused

MIXED = "文件的编码不一致，没有读取：第 {line} 行附近不是{name}编码。请在 Excel 或 WPS 中打开，另存为 .xlsx 后再上传。"
GARBLED = "第 {line} 行有乱码（“{text}”），说明文件曾用错误的编码保存过。请用原始文件重新导出后再上传。"
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
_MOJIBAKE = re.compile("锟斤拷|烫烫烫|\ufffd")


def decoded(data):
    """Return the text of a file in UTF-8, UTF-16 or GB 18030.

    Raises ``Refused`` naming the line that is none of it.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding, name = "utf-16", " UTF-16 "
    elif data[:3] == b"\xef\xbb\xbf":
        encoding, name = "utf-8-sig", " UTF-8 "
    else:
        encoding, name = ("utf-8", " UTF-8 ") if _looks_like_utf8(data) else ("gb18030", " GBK ")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise Refused(MIXED.format(line=line, name=name)) from wrong
    if bad := _CONTROL.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        raise Refused(f"第 {line} 行有不可见的控制字符，没有读取。请删除后再上传。")
    if bad := _MOJIBAKE.search(text):
        raise Refused(GARBLED.format(line=text.count("\n", 0, bad.start()) + 1, text=bad[0]))
    return text


def _looks_like_utf8(data):
    """Whether most of what is not ASCII reads as UTF-8, so that a fault in it is a fault and no other encoding."""
    text = data.decode("utf-8", "replace")
    return text.count("\ufffd") * 4 <= sum(not char.isascii() for char in text[:200_000])


def read_csv(text, name="数据"):
    """Return the book of a text whose columns are parted by commas, semicolons or tabs."""
    head = "\n".join(text.splitlines()[:20])
    counts = {mark: head.count(mark) for mark in ("\t", ",", ";")}
    mark = max(counts, key=lambda each: counts[each])
    sheet = Sheet(name)
    csv.field_size_limit(MOST_CHARACTERS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for number, values in enumerate(reader, start=1):
            put(sheet, number, [(_bare(value), "t", "") for value in values])
    except csv.Error as wrong:
        raise Refused(
            f"第 {reader.line_num} 行的单元格文字过长或引号不成对，没有读取。请另存为 .xlsx 后再上传。"
        ) from wrong
    return Book([sheet])


def _bare(value):
    """Return a value without the dress that keeps Excel from making a number of it: ="04008"."""
    match = re.fullmatch(r'=\s*"([^"]*)"', value.strip())
    return match[1] if match else value


def put(sheet, row, values, column=1):
    """Put a row of (text, kind, format) into a sheet, from ``column`` on.

    Raises ``Refused`` beyond what a file may hold.
    """
    cells = {}
    for place, (text, kind, form) in enumerate(values, start=column):
        if not text.strip():
            continue
        if place > MOST_COLUMNS:
            raise Refused(f"文件超过 {MOST_COLUMNS} 列，没有读取。请只保留需要的列后再上传。")
        if len(text) > MOST_CHARACTERS:
            raise Refused(f"{sheet.name}!第 {row} 行：单元格文字过长，超过 {MOST_CHARACTERS} 个字。请缩短后再上传。")
        cells[place] = Cell(text, kind, form)
    if not cells:
        return
    sheet.rows.setdefault(row, {}).update(cells)
    if len(sheet.rows) > MOST_ROWS + 200:
        raise Refused(f"文件超过 {MOST_ROWS} 行，没有读取。请按单位分成几个文件后再上传。")


class _Tables(HTMLParser):
    """Takes the rows of all tables of a page one below the other."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.sheet, self.row, self.column, self.text = Sheet("网页表格"), 0, 0, None
        self.span, self.taken, self.cells = (1, 1), {}, 0

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.row, self.column = self.row + 1, 0
        elif tag in ("td", "th") and self.row:
            found = dict(attrs)
            self.span = (_span(found.get("rowspan")), _span(found.get("colspan")))
            self.text = []
        elif tag == "br" and self.text is not None:
            self.text.append("\n")

    def handle_data(self, data):
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.text is not None:
            self.column += 1
            while self.taken.get(self.column, 0) >= self.row:
                self.column += 1
            rows, columns = self.span
            put(self.sheet, self.row, [("".join(self.text).strip(" \t\r\n"), "t", "")], self.column)
            self.cells += 1
            if self.cells > MOST_CELLS:
                raise Refused("文件的单元格太多，没有读取。请只保留需要的行和列后再上传。")
            if rows > 1 or columns > 1:
                self.sheet.merges.append((self.row, self.column, self.row + rows - 1, self.column + columns - 1))
            for column in range(self.column, self.column + columns):
                self.taken[column] = self.row + rows - 1
            self.column, self.text = self.column + columns - 1, None


def _span(text):
    number = int(text) if text and re.fullmatch(r"\d{1,18}", text) else 1
    if number > MOST_COLUMNS:
        raise Refused(f"表格的合并跨度 {number} 太大，没有读取。请另存为 .xlsx 后再上传。")
    return max(1, number)


def _extra(text):
    """Return how many more rows or columns a cell takes."""
    return _span(text) if text and text != "0" else 0


def read_html(text):
    """Return the book of the tables of a web page that was saved as a workbook."""
    tables = _Tables()
    tables.feed(text)
    tables.close()
    return Book([tables.sheet])


def read_xml_2003(data):
    """Return the book of a workbook in the XML of Excel 2003. Raises ``Refused``."""
    reader = _Xml2003()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda tag, found: reader.start(
        tag.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in found.items()}
    )
    parser.EndElementHandler = lambda tag: reader.end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as wrong:
        raise Refused(f"文件第 {wrong.lineno} 行已损坏。请在 Excel 或 WPS 中另存为 .xlsx 后再上传。") from wrong
    return Book(reader.sheets)


def _refuse_doctype(*_):
    raise Refused(ENTITIES)


class _Xml2003:
    """Takes the events of such a workbook's XML."""

    def __init__(self):
        self.sheets, self.row, self.column = [], 0, 0
        self.pieces, self.kind, self.across = None, "", (0, 0)

    def start(self, tag, found):
        if tag == "Worksheet":
            self.sheets.append(Sheet(found.get("Name", "")[:80]))
            self.row = 0
        elif tag == "Row":
            self.row = self._index(found, self.row, MOST_ROWS + 1000)
            self.column = 0
            if found.get("Hidden") == "1":
                self.sheets[-1].hidden_rows.add(self.row)
        elif tag == "Cell":
            self.column = self._index(found, self.column, MOST_COLUMNS)
            self.across = _extra(found.get("MergeDown")), _extra(found.get("MergeAcross"))
        elif tag == "Data":
            self.pieces, self.kind = [], found.get("Type", "String")

    def _index(self, found, before, most):
        given = found.get("Index", "")
        number = int(given) if re.fullmatch(r"\d{1,12}", given) else before + 1
        if number > most:
            raise Refused(f"文件的行或列的序号 {number} 太大，没有读取。请另存为 .xlsx 后再上传。")
        return number

    def text(self, data):
        if self.pieces is not None:
            self.pieces.append(data)

    def end(self, tag):
        if tag == "Data" and self.pieces is not None and self.sheets:
            text, self.pieces = "".join(self.pieces), None
            kind = {"Number": NUMBER, "DateTime": DAY}.get(self.kind, "t")
            text = text[:10] if kind == DAY else re.sub(r"\.0+$", "", text) if kind == NUMBER else text
            put(self.sheets[-1], self.row, [(text, kind, "")], self.column)
        elif tag == "Cell":
            down, across = self.across
            if down or across:
                self.sheets[-1].merges.append((self.row, self.column, self.row + down, self.column + across))
            self.column += across
