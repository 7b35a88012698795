"""From sheets to rows of fields: which columns give what, and which lines are no rows.

Pure: no Django.
"""

import re
from dataclasses import dataclass, field
from itertools import chain

from registers.imports import sheets
from registers.imports.cards import cards_of
from registers.imports.grid import MOST_ROWS, Cell, address, letters
from registers.imports.heads import NO_HEAD, columns_of, crossing, field_of, head_of, is_ignored, is_known, normalised
from registers.imports.private import is_private
from registers.imports.synonyms import KIND_LABELS, LABELS, MANY, NEEDED, ONE_OF, PEOPLE, PROPOSED
from registers.refusals import Refused
from registers.text import digest_of

ALIKE = {"〃", "同上", "″", '"', "''"}
_SECTION = re.compile(r"^\s*(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）])")
_TOTAL = re.compile(r"^(?:小计|合计|总计|共计|共\d+[人个岗]|总人数)")
_COUNTED = re.compile(r"共\s*(\d{1,6})\s*人")
_FOOT = re.compile(
    r"^(?:制表|填表|审核|审批|单位盖章|单位(?:盖章)|盖章|负责人:|注:|注意:|说明:|备注:|\d{0,4}年\d{0,2}月\d{0,2}日$)"
)
_NAME_OF_FIELD = re.compile(r"\s*[A-Za-z_]+\s*$")  # the heads once more, as a program calls them
_HELP = {"必填", "选填", "非必填", "可选", "必须填写", "示例", "例", "样例"}
FIRST_ROWS = 5  # shown beside the columns
OWN_SHEETS = ("说明", "代码")  # of the template workbooks
SKIPPED = {
    "section": "分段行",
    "total": "合计行",
    "foot": "表尾行",
    "help": "说明行",
    "head": "重复的表头行",
    "hidden": "隐藏行",
}


@dataclass(slots=True)
class Row:
    """One row of a sheet: field → its cells (several for the fields that several columns may give).

    ``columns``: field → the letters of its first column. ``places``: of a card, field → the address of its value.
    """

    sheet: str
    number: int
    cells: dict
    columns: dict
    is_hidden: bool = False
    places: dict = field(default_factory=dict)

    def get(self, name):
        """Return the first cell of a field, or None."""
        return self.cells.get(name, [None])[0]

    def place(self, name):
        """Return the address of a field, of the row's first cell where the field has none."""
        if name in self.places:
            return self.places[name]
        return f"{self.columns[name]}{self.number}" if name in self.columns else f"{self.number} 行"


@dataclass(slots=True)
class Table:
    """One sheet that is read.

    ``columns``: column → head, ``fields``: column → field or "", ``rows``, ``skipped``: kind → count.
    """

    sheet: str
    head: tuple
    columns: dict
    fields: dict
    rows: list = field(default_factory=list)
    skipped: dict = field(default_factory=dict)
    first_rows: list = field(default_factory=list)
    above: list = field(default_factory=list)  # texts above the head, such as 单位：教务处


def shape_of(book):
    """Return a digest of the heads of a book.

    Files of one shape have the same columns under the same heads.
    """
    heads = [(sheet.name, columns_of(sheet, head)) for sheet in book.sheets if (head := head_of(sheet))]
    columns = sorted({tuple(sorted(column_key(c, text) for c, text in found.items())) for _, found in heads})
    return digest_of(columns)


def holds(book, kind, fields):
    """Whether a sheet of the book has columns of all these fields of a ``kind``."""
    heads = [(sheet, head) for sheet in book.sheets if (head := head_of(sheet))]
    found = [{_field(*column, kind, None) for column in columns_of(sheet, head).items()} for sheet, head in heads]
    return any(named.issuperset(fields) for named in found)


def tables_of(book, kind, chosen, report):
    """Return the tables of a book that hold rows of ``kind``.

    ``chosen``: name of a column → field, as corrected by hand. Raises ``Refused`` where there is none.
    """
    tables, found, seen, others = [], [], [], []
    for sheet in book.sheets:
        if cards := cards_of(sheet, kind):
            tables.append(_of_cards(sheet, cards, kind, chosen, report))
            continue
        head = head_of(sheet)
        if head is None:
            if sheet.name not in OWN_SHEETS:
                seen.append(f"“{sheet.name}”（{'没有表头' if NO_HEAD in sheet.unseen else '空表'}）")
            continue
        columns = columns_of(sheet, head)
        fields = {column: _field(column, text, kind, chosen) for column, text in columns.items()}
        if missing := _missing(kind, set(fields.values())):
            seen.append(f"“{sheet.name}”（第 {head[1]} 行的表头中没有{'、'.join(missing)}）")
            others.append((sheet, Table(sheet.name, head, columns, fields), missing))
            continue
        found.append((sheet, Table(sheet.name, head, columns, fields)))
    tables += [_read(table, sheet, kind, chosen, report) for sheet, table in sheets.wanted(found, report)]
    if not tables:
        tables = [
            _read(table, sheet, kind, chosen, report)
            for sheet, table, missing in others
            if _is_proposed(table, kind, missing)
        ]
        seen = [] if tables else seen
    if (count := sum(len(table.rows) for table in tables)) > MOST_ROWS:
        raise Refused(f"文件有 {count} 行数据，超过 {MOST_ROWS} 行，没有导入。请按单位分成几个文件后再上传。")
    if not tables and others:
        return [_without(table, sheet, missing, report) for sheet, table, missing in others]
    if not tables:
        raise Refused(_nothing(book, kind, seen))
    for one in seen:
        report.notice(one.partition("（")[0].strip("“”"), "", f"工作表{one}没有读取")
    return tables


def _read(table, sheet, kind, chosen, report):
    """Read the rows of a table, and what stands above its head. Returns it."""
    above = [row for row in sorted(sheet.rows) if row < table.head[0]]
    table.above = [cell.text for row in above for cell in sheet.rows[row].values()]
    _check(table, sheet, kind, report)
    _fill(table, sheet, kind, report)
    _about_unread(table, sheet, kind, chosen, report)
    return table


def _about_unread(table, sheet, kind, chosen, report):
    """Name the columns that hold something and that nobody knows, so that nothing is left out unnoticed."""
    unread = [
        column
        for column, head in table.columns.items()
        if not table.fields[column]
        and column_key(column, head) not in (chosen or {})
        and not (is_ignored(head) or is_private(head))
        and any(column in cells for row, cells in sheet.rows.items() if row > table.head[1])
    ]
    if unread:
        heads = "、".join(f"“{table.columns[column]}”" for column in unread)
        cells = "、".join(address(table.head[1], column) for column in unread)
        text = f"没有认出{heads}这{'一' if len(unread) == 1 else f' {len(unread)} '}列，没有读取"
        report.notice(sheet.name, cells, text, f"其中有{KIND_LABELS[kind]}的内容的，请在“列的对应”中指定")


def _missing(kind, fields):
    """Return the labels of what a file of the kind must have and these fields do not give."""
    missing = [LABELS[kind][name] for name in NEEDED[kind] if name not in fields]
    if kind in ONE_OF and fields.isdisjoint(ONE_OF[kind]):
        missing.append(LABELS[kind][ONE_OF[kind][0]])
    return missing


def _is_proposed(table, kind, missing):
    """Whether all that a table has not is proposed. A list of people names their units, and is none of units."""
    of_people = any(field_of(head, PEOPLE) == "number" for head in table.columns.values())
    return not of_people and missing == [LABELS[kind].get(PROPOSED.get(kind))]


def _of_cards(sheet, cards, kind, chosen, report):
    """Return the table that the cards of a sheet come to: a column for each label, a row for each card."""
    columns = dict(enumerate(dict.fromkeys(label for card in cards for label in card), start=1))
    fields = {column: _field(column, label, kind, chosen) for column, label in columns.items()}
    named = {label: fields[column] for column, label in columns.items()}
    first = min(row for row, _ in chain(*cards[0].values()))
    table = Table(sheet.name, (first, first), columns, fields)
    for card in cards:
        row = Row(sheet.name, min(row for row, _ in chain(*card.values())), {}, {})
        row.is_hidden = row.number in sheet.hidden_rows
        for label, where in card.items():
            name, cells = named[label], [sheet.cell(*place) for place in where]
            if not name or not cells:
                continue
            if name in row.cells:
                text = f"有两项都像是“{LABELS[kind][name]}”（{label}）"
                report.fault(sheet.name, address(*where[0]), text, "请在“列的对应”中指定一项")
            row.cells[name] = cells if len(cells) == 1 else [Cell("\n".join(cell.text for cell in cells))]
            row.places[name] = address(*where[0])
        table.rows.append(row)
        if len(table.first_rows) < FIRST_ROWS:
            texts = {label: sheet.cell(*where[0]).text for label, where in card.items() if where}
            table.first_rows.append((row.number, {c: texts[label] for c, label in columns.items() if label in texts}))
    return table


def _without(table, sheet, missing, report):
    """Return a table whose needed columns nobody has named yet, with the rows that help to name them, and say so."""
    words = "、".join(f"“{label}”" for label in missing)
    text = f"表头中没有{words}列（姓名不能代替工号）" if "工号" in missing else f"表头中没有{words}列"
    report.fault(table.sheet, f"{table.head[1]} 行", text, "请在“列的对应”中指定，或在表中补上后重新上传")
    below = sorted(row for row in sheet.rows if row > table.head[1])[:FIRST_ROWS]
    table.first_rows = [(row, {column: cell.text for column, cell in sheet.rows[row].items()}) for row in below]
    return table


def _nothing(book, kind, seen):
    needed = "、".join(f"“{LABELS[kind][name]}”" for name in NEEDED[kind])
    if not any(sheet.rows or sheet.unseen for sheet in book.sheets):
        return "文件没有数据行。请检查选择的文件。"
    return (
        f"没有找到{KIND_LABELS[kind]}的表头：须有{needed}列。已看过工作表{'、'.join(seen[:20])}。"
        "请在表中补上这些列（姓名不能代替工号），或改选导入的内容后再上传。"
    )


def _field(column, head, kind, chosen):
    if is_private(head):
        return ""
    given = (chosen or {}).get(column_key(column, head))
    return field_of(head, kind) if given is None else given


def column_key(column, head):
    """Return under which name a correction by hand of this column is kept."""
    return f"{column}:{normalised(head)}"


def _check(table, sheet, kind, report):
    """Find fields that two columns claim, and merged ranges over head and data."""
    claims = {}
    for column, name in table.fields.items():
        if name and (kind, name) not in MANY:
            claims.setdefault(name, []).append(column)
    for name, columns in claims.items():
        if len(columns) > 1:
            cells = "、".join(address(table.head[1], column) for column in columns)
            heads = "、".join(table.columns[column] for column in columns)
            report.fault(
                sheet.name,
                cells,
                f"有 {len(columns)} 列都像是“{LABELS[kind][name]}”（{heads}）",
                "请在“列的对应”中指定一列",
            )
    if area := crossing(sheet, table.head):
        report.fault(sheet.name, area, f"合并区域 {area} 跨了表头和数据", "请取消合并后再上传")


def _fill(table, sheet, kind, report):
    """Read the rows below the head."""
    filled, boxes = _merged(sheet, table.head[1])
    before, hidden = {}, []
    used = {column: name for column, name in table.fields.items() if name}
    columns = {name: letters(column) for column, name in reversed(used.items())}
    heads = {column: normalised(text.split("/")[-1]) for column, text in table.columns.items()}
    for number in sorted(sheet.rows.keys() | filled.keys()):
        if number <= table.head[1]:
            continue
        cells = sheet.rows.get(number, {})
        if number in filled:
            cells = cells | filled[number]
        if boxes:
            cells = {column: cell for column, cell in cells.items() if (number, column) not in boxes}
        if not cells or not any(cell.text.strip() for cell in cells.values()):
            continue
        if len(table.first_rows) < FIRST_ROWS:
            table.first_rows.append((number, {column: cell.text for column, cell in cells.items()}))
        if why := _no_row(table, heads, number, cells, report):
            table.skipped[why] = table.skipped.get(why, 0) + 1
            continue
        row = Row(sheet.name, number, _named(cells, used, before), columns)
        if row.is_hidden or number in sheet.hidden_rows:
            row.is_hidden = True
            hidden.append(number)
        if row.cells:
            table.rows.append(row)
    _about_hidden(table, sheet, hidden, report)
    _about_skipped(table, report)
    if not table.rows:
        report.fault(sheet.name, address(table.head[1], min(table.columns)), "表头下面没有数据行", "请核对工作表")


def _named(cells, used, before):
    """Return field → cells. ``before``: what stood last in a column, which a mark repeats."""
    found = {}
    for column, name in used.items():
        cell = cells.get(column)
        if cell is None:
            continue
        if len(cell.text) < 4 and cell.text.strip() in ALIKE:
            cell = before.get(column)
            if cell is None:
                continue
        before[column] = cell
        if name in found:
            found[name].append(cell)
        else:
            found[name] = [cell]
    return found


def _merged(sheet, last):
    """Return what merged ranges fill below the head (row → column → cell), and the cells of boxes, which are no data."""
    filled, boxes = {}, set()
    for top, left, bottom, right in sheet.merges:
        if bottom <= last or top <= last:
            continue
        if top < bottom and left < right:
            boxes.update((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        elif left == right and (cell := sheet.cell(top, left)):
            for row in range(top + 1, bottom + 1):
                filled.setdefault(row, {})[left] = cell
    return filled, boxes


def _no_row(table, heads, number, cells, report):
    """Return why a line is no row, "" where it is one. ``heads``: column → its own head."""
    leading = [normalised(cells[column].text) for column in sorted(cells)[:3]]
    alone = len(set(leading)) <= 2 and len({normalised(cell.text) for cell in cells.values()}) <= 2
    if any(_TOTAL.match(text) for text in leading):
        _count(table, number, cells, report)
        return "total"
    if alone and _SECTION.match(cells[min(cells)].text):
        return "section"
    if alone and any(
        _FOOT.match(re.sub(r"\s", "", cell.text).replace("：", ":")) or _FOOT.match(normalised(cell.text))
        for cell in cells.values()
    ):
        return "foot"
    names = number == table.head[1] + 1 and all(_NAME_OF_FIELD.match(cell.text) for cell in cells.values())
    if names or leading[0] in _HELP:
        return "help"
    same = sum(_is_head(heads.get(column, ""), cell.text) for column, cell in cells.items())
    if same >= 2 and same * 2 >= len(cells):
        return "head"
    return ""


def _is_head(head, text):
    """Whether a text is the head of its column once more. A head in Han characters is plain as it is, so its first one tells."""
    return (head[:1].isascii() or head[0] in text) and normalised(text) == head and is_known(text)


def _count(table, number, cells, report):
    for column, cell in cells.items():
        match = _COUNTED.search(cell.text)
        if match and int(match[1]) != len(table.rows):
            text = f"写着“{match[0]}”，上面有 {len(table.rows)} 行"
            report.notice(table.sheet, address(number, column), text, "请核对是否有漏行")


def _about_hidden(table, sheet, hidden, report):
    columns = [column for column, name in table.fields.items() if name and column in sheet.hidden_columns]
    for column in columns:
        report.notice(sheet.name, address(table.head[1], column), f"“{table.columns[column]}”是隐藏列，已读取")
    if sheet.unseen.replace(NO_HEAD, "").strip():
        report.notice(sheet.name, "", "这是隐藏的工作表，已读取")
    if not hidden:
        return
    text = f"工作表“{sheet.name}”有 {len(hidden)} 个隐藏行（第 {'、'.join(map(str, hidden[:8]))} 行{'等' * (len(hidden) > 8)}）"
    kept = report.ask(f"hidden:{sheet.name}", text, [("keep", "照常读取"), ("leave", "不读取")], default="keep")
    if kept == "leave":
        table.rows = [row for row in table.rows if not row.is_hidden]
        table.skipped["hidden"] = len(hidden)


def _about_skipped(table, report):
    if table.skipped:
        words = "、".join(f"{SKIPPED[kind]} {count} 行" for kind, count in table.skipped.items())
        report.notice(table.sheet, "", f"跳过{words}")
