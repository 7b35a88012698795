"""Reading the cells of an .xlsx workbook: values, formats, merged ranges, what is hidden.

No formula is worked out.
"""

import re
from functools import partial

from registers.imports.formats import as_text, count, day_of, forms_of, is_day_format
from registers.imports.grid import (
    BOOLEAN,
    DAY,
    ERROR,
    MOST_CELLS,
    MOST_CHARACTERS,
    MOST_ROWS,
    NUMBER,
    TEXT,
    Book,
    Cell,
    Sheet,
    address,
    position,
)
from registers.imports.rows import COLUMNS, Unusual, attributes_of, cells, plain, rows, shape_of, taken_out, texts
from registers.refusals import Refused

MOST_SHAPES = 20  # of rows, for which a pattern is made; a sheet with more is read cell by cell
MOST_TEXTS = 2000  # of a sheet, that are kept at a time because they may come again
MOST_MERGES = 60_000
MOST_MERGED = 200_000  # cells of one merged range
DRAWN = "有 {count} 个工作表含图形或图片（如流程图），其中的文字没有读取，请另行录入。"
_new = tuple.__new__  # makes a cell in half the time
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DANGEROUS = re.compile(r"^\s*(?:DDE|DDEAUTO)\s*\(|\|\s*'|\[\d+\]", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$")


def read(package, tell=None):
    """Return the ``Book`` in a package. ``tell`` is given the number of rows read. Raises ``Refused``."""
    if "xl/workbook.xml" not in package.names:
        raise Refused("这个文件里没有工作表。请上传 Excel 工作簿（.xlsx）或 CSV 文件。")
    listed, since_1904 = _listed(package)
    relations = package.relations("xl/workbook.xml")
    texts = _shared(package)
    forms = forms_of(package) if "xl/styles.xml" in package.names else []
    sheets, parts, cells, rows = [], set(), 0, 0
    for name, state, relation in listed:
        kind, part, _ = relations.get(relation, ("", "", False))
        if kind != "worksheet":
            if not kind:
                raise Refused(f"工作表“{name}”损坏：文件里没有它的内容。请在 Excel 或 WPS 中重新保存后再上传。")
            continue  # a chart of its own holds no cells
        if part not in package.names or part in parts:
            what = "和另一个工作表是同一份内容" if part in parts else "文件里没有它的内容"
            raise Refused(f"工作表“{name}”损坏：{what}。请在 Excel 或 WPS 中重新保存后再上传。")
        parts.add(part)
        package.relations(part)
        about = (name, state, texts, forms)
        reader = _sheet(package, part, about, since_1904=since_1904, cells=cells, filled=rows, tell=tell)
        if not reader.is_sheet:
            raise Refused(f"工作表“{name}”损坏：不是工作表的格式。请在 Excel 或 WPS 中重新保存后再上传。")
        cells, rows = reader.cells, reader.filled
        sheets.append(reader.sheet)
    if not any(sheet.rows for sheet in sheets) and any("/media/" in name for name in package.names):
        raise Refused("工作簿里只有图片，没有可读的文字。请录入或导出为表格后再上传。")
    drawn = sum(name.startswith("xl/drawings/drawing") for name in package.names)
    return Book(sheets, [DRAWN.format(count=drawn)] if drawn else [])


def _sheet(package, part, about, **more):
    """Return the reader of a sheet that has read it: its rows at once where they are plain, else event by event."""
    reader = _SheetReader(*about, **more)
    try:
        through = partial(taken_out, take=reader.take, begin=b"sheetData", between=b"</row>", end=b"</sheetData>")
        package.parse(part, start=reader.start, end=reader.end, text=reader.text, through=through)
    except Unusual:
        reader = _SheetReader(*about, **more)
        package.parse(part, start=reader.start, end=reader.end, text=reader.text)
    return reader


def _listed(package):
    """Return [(name, state, relation)] of the sheets, and whether days are counted from 1904."""
    listed, mode = [], []

    def start(tag, attributes):
        if tag == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            state = attributes.get("state", "")
            listed.append((attributes.get("name", "")[:80], "" if state == "visible" else state, relation))
        elif tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            mode.append(True)

    package.parse("xl/workbook.xml", start=start)
    return listed, bool(mode)


def _shared(package):
    """Return the cells of the shared texts, None for blank ones: at once where they are plain, else event by event."""
    part, found = "xl/sharedStrings.xml", []
    if part not in package.names:
        return found
    try:
        tags = {"begin": b"sst", "between": b"</si>", "end": b"</sst>"}
        package.parse(part, through=partial(taken_out, take=lambda text: found.extend(texts(text)), **tags))
    except Unusual:
        found = _texts(package, part)
    return [Cell(text) if text.strip() else None for text in map(_unescaped, found)]


def _texts(package, part):
    """Return the shared texts. The reading of a character, given above it, is none of the text."""
    texts, pieces, depth, length = [], [], {"t": 0, "rPh": 0}, [0]

    def start(tag, _):
        if tag == "si":
            pieces.clear()
            length[0] = 0
        elif tag in depth:
            depth[tag] += 1

    def end(tag):
        if tag == "si":
            texts.append("".join(pieces))
        elif tag in depth:
            depth[tag] -= 1

    def text(data):
        if depth["t"] and not depth["rPh"]:
            length[0] += len(data)
            if length[0] > MOST_CHARACTERS:
                raise Refused(
                    f"单元格文字过长（第 {len(texts) + 1} 条，超过 {MOST_CHARACTERS} 个字）。请缩短后再上传。"
                )
            pieces.append(data)

    package.parse(part, start=start, end=end, text=text)
    return texts


def _unescaped(text):
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "_x" in text else text


class _SheetReader:
    """Takes the events of one sheet's XML, or its plain rows, and fills its ``Sheet``. ``texts``: the shared ones as cells."""

    def __init__(self, name, state, texts, forms, *, since_1904, cells, filled, tell=None):
        self.sheet, self.texts, self.forms, self.since_1904 = Sheet(name, unseen=state), texts, forms, since_1904
        self.looks = _Looks(self)
        self.cells, self.filled, self.is_sheet = cells, filled, False
        self.tell = tell
        self.row = self.column = self.length = 0
        self.kind = self.form = self.inside = ""
        self.value, self.formula, self.phonetic = [], [], 0
        self.shape, self.columns, self.shapes, self.known = None, (), 0, {}

    def take(self, text):
        """Read whole rows of plain form. Raises ``Unusual``, also for whatever would be refused in a cell."""
        known = self.known
        for number, attributes, row, start in rows(text):
            self._begin_plain_row(number, attributes)
            found = {}
            for (column, values), raw in self._plain_cells(row, start):
                if values is not None:
                    cell = values[raw] if raw else None
                elif (cell := known.get(raw)) is None:
                    cell = self._text(raw)
                    if len(known) == MOST_TEXTS:
                        known.clear()
                    known[raw] = cell
                if cell is not None:
                    found[column] = cell
            if found:
                self._fill(found)

    def _plain_cells(self, row, start):
        """Return ((column, what makes its values), value) of each cell of a row.

        One match gives them all where the row has the shape of one before.
        """
        if self.shape and len(row) < MOST_CHARACTERS and (match := self.shape.fullmatch(row, start)):
            number, *values = match.groups()
            if number != str(self.row):
                raise Unusual
            return zip(self.columns, values, strict=True)
        return self._each_cell(row, start)

    def _each_cell(self, row, start):
        here, looks, made, found = str(self.row), self.looks, [], cells(row, start)
        for letters, number, look, formula, value, text in found:
            if number != here or len(raw := value or text) > MOST_CHARACTERS:
                raise Unusual
            if formula and (_DANGEROUS.search(plain(formula)) or len(formula) > MOST_CHARACTERS):
                raise Unusual
            made.append(((COLUMNS[letters], looks[look]), raw))
        if self.shapes < MOST_SHAPES:
            self.shapes += 1
            self.shape = shape_of(found)
            self.columns = [about for about, raw in made if raw]
        return made

    def _text(self, raw):
        words = plain(raw) if "&" in raw else raw
        if not words.strip():
            return None
        return _new(Cell, (_unescaped(words) if "_x" in words else words, TEXT, ""))

    def _begin_plain_row(self, number, attributes):
        if not number or len(number) > 6 or "hidden" in attributes:
            self._begin_row(attributes_of(attributes) | ({"r": number} if number else {}))
        else:
            self.row = int(number)

    def values_of(self, attributes):
        """Return what makes the values of cells with these attributes, None where these are texts."""
        named = attributes_of(attributes)
        style = count(named["s"]) if "s" in named else None
        if "r" in named or (style is not None and self.forms and not 0 <= style < len(self.forms)):
            raise Unusual
        kind = named.get("t", "n")
        form = self.forms[style] if style is not None and self.forms else "General"
        return None if kind in ("str", "inlineStr") else _Plain(self, kind, form)

    def _fill(self, found):
        """Put cells into the row that is being read."""
        if self.row in self.sheet.rows:
            self.sheet.rows[self.row].update(found)
        else:
            self.sheet.rows[self.row] = found
            self.filled += 1
            if self.tell and self.filled % 500 == 0:
                self.tell(self.filled)
            if self.filled > MOST_ROWS + 200:
                raise Refused(f"文件超过 {MOST_ROWS} 行，没有读取。请按单位分成几个文件后再上传。")
        self.cells += len(found)
        if self.cells > MOST_CELLS:
            raise Refused("文件的单元格太多，没有读取。请只把需要的行和列复制到新的工作簿后再上传。")

    def start(self, tag, attributes):
        if tag == "c":
            self._begin_cell(attributes)
        elif tag in ("v", "t", "f"):
            self.inside = tag
        elif tag == "row":
            self._begin_row(attributes)
        elif tag == "rPh":
            self.phonetic += 1
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            last = min(count(attributes.get("max")), 16_384)
            self.sheet.hidden_columns.update(range(max(1, count(attributes.get("min"))), last + 1))
        elif tag == "sheetData":
            self.is_sheet = True

    def _begin_row(self, attributes):
        number = attributes.get("r")
        self.row = self.row + 1 if number is None else count(number)
        self.column = 0
        if not 0 < self.row <= 1_048_576:
            raise Refused(f"工作表“{self.sheet.name}”损坏：行号“{(number or '')[:12]}”不正常。请重新保存后再上传。")
        if attributes.get("hidden") in ("1", "true"):
            self.sheet.hidden_rows.add(self.row)

    def _begin_cell(self, attributes):
        reference = attributes.get("r")
        place = position(reference) if reference else (self.row, self.column + 1)
        if place is None or place[0] != self.row:
            raise Refused(f"工作表“{self.sheet.name}”损坏：单元格地址“{reference[:12]}”不正常。请重新保存后再上传。")
        self.column = place[1]
        self.kind = attributes.get("t", "n")
        style = attributes.get("s")
        self.form = "General"
        if style is not None:
            number = count(style)
            if self.forms and not 0 <= number < len(self.forms):
                raise self._broken(f"样式号“{style[:12]}”不存在")
            self.form = self.forms[number] if self.forms else "General"
        self.value, self.formula, self.length = [], [], 0

    def text(self, data):
        if not self.inside or self.phonetic:
            return
        self.length += len(data)
        if self.length > MOST_CHARACTERS:
            raise Refused(f"{self._here()}：单元格文字过长，超过 {MOST_CHARACTERS} 个字。请缩短后再上传。")
        (self.formula if self.inside == "f" else self.value).append(data)

    def end(self, tag):
        if tag == "c":
            self._end_cell()
        elif tag in ("v", "t", "f"):
            self.inside = ""
        elif tag == "rPh":
            self.phonetic -= 1

    def _end_cell(self):
        if self.formula and _DANGEROUS.search("".join(self.formula)):
            raise Refused(f"{self._here()}：公式调用了别的程序或别的文件，没有读取。请把该列复制为数值后再上传。")
        if not self.value:
            return
        cell = self.cell_of("".join(self.value))
        if cell is None or not cell.text.strip():
            return
        self._fill({self.column: cell})

    def cell_of(self, raw):
        """Return the cell of a value of the kind and format that were read last. Raises ``Refused``."""
        if self.kind == "s":
            number = count(raw.strip())
            if not 0 <= number < len(self.texts):
                raise self._broken(f"文字编号“{raw[:12]}”不存在")
            return self.texts[number]
        if self.kind in ("str", "inlineStr"):
            return Cell(_unescaped(raw))
        if self.kind == "b":
            return Cell("TRUE" if raw.strip() == "1" else "FALSE", BOOLEAN)
        if self.kind == "e":
            return Cell(raw[:20], ERROR)
        if self.kind == "d":
            return Cell(raw.strip()[:10], DAY)
        return self._number(raw.strip())

    def _number(self, raw):
        if (
            len(raw) < 16
            and raw.isdecimal()
            and raw.isascii()
            and (raw[0] != "0" or raw == "0")
            and not is_day_format(self.form)
        ):
            return Cell(raw, NUMBER, "" if self.form == "General" else self.form)
        if not _NUMBER.match(raw):
            raise self._broken(f"数值“{raw[:12]}”不是数")
        value = float(raw)
        if is_day_format(self.form):
            day = day_of(value, self.since_1904)
            if day is not None:
                return Cell(day.isoformat(), DAY)
        return Cell(as_text(raw, value), NUMBER, "" if self.form == "General" else self.form)

    def _merge(self, reference):
        first, _, last = reference.partition(":")
        start, end = position(first), position(last or first)
        if start is None or end is None or start[0] > end[0] or start[1] > end[1]:
            raise Refused(f"工作表“{self.sheet.name}”损坏：合并区域“{reference[:24]}”不正常。请重新保存后再上传。")
        size = (end[0] - start[0] + 1) * (end[1] - start[1] + 1)
        if size > MOST_MERGED or len(self.sheet.merges) >= MOST_MERGES:
            raise Refused(f"工作表“{self.sheet.name}”的合并区域太大或太多（{reference[:24]}）。请取消合并后再上传。")
        self.sheet.merges.append((*start, *end))

    def _here(self):
        return f"{self.sheet.name}!{address(self.row, max(1, self.column))}"

    def _broken(self, what):
        return Refused(f"{self._here()}：文件损坏，{what}。请在 Excel 或 WPS 中重新保存后再上传。")


class _Looks(dict):
    """Attributes of a cell → ``_Plain``."""

    def __init__(self, reader):
        super().__init__()
        self.reader = reader

    def __missing__(self, attributes):
        made = self[attributes] = self.reader.values_of(attributes)
        return made


class _Plain(dict):
    """Value of a cell of one kind and format, as it stands in the file → the cell, None for a blank one."""

    def __init__(self, reader, kind, form):
        super().__init__()
        self.reader, self.kind, self.form = reader, kind, form

    def __missing__(self, raw):
        self.reader.kind, self.reader.form = self.kind, self.form
        try:
            cell = self.reader.cell_of(plain(raw) if "&" in raw else raw)
        except Refused:
            raise Unusual from None  # the parser says where
        if cell is not None and not cell.text.strip():
            cell = None
        if len(self) < MOST_ROWS:
            self[raw] = cell
        return cell
