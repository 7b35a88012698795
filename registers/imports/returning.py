"""The workbook that goes back to whoever sent it: its cells, with what was found written beside them.

Templates to fill in.
"""

import re
from io import BytesIO

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from registers.imports.grid import unpacked
from registers.imports.handing import RECEIVERS
from registers.imports.private import NOT_READ, is_private
from registers.imports.synonyms import KIND_LABELS, LABELS, NEEDED
from registers.imports.vocabulary import ROLE_WORDS
from registers.models import Post, PowerItem, Regulation, Scheme, Unit
from registers.papers.cells import as_text, sheet_name
from registers.units import kinds

COLUMN = "错误提示"  # a head that the reader knows and passes over
MOST_ROWS = 20_000  # with all cells; of more only the rows with findings go back
PREPARED = 500  # rows of a template with text format and drop-downs
RED, YELLOW = (PatternFill("solid", start_color=colour) for colour in ("FFF8D0CE", "FFFFF2CC"))


def with_findings(file):
    """Return the bytes of a workbook of an open file.

    Where something is wrong the cell is coloured and the row says it.
    """
    book, made, taken = unpacked(file.book), Workbook(), set()
    made.remove(made.active)
    heads = {table["sheet"]: table for table in file.compared["tables"]}
    said = {}
    for level in ("faults", "notices"):
        for sheet, cell, text, remedy in file.compared[level]:
            said.setdefault(sheet, []).append((level, cell, f"{text}。{remedy}" if remedy else text))
    for sheet in book.sheets:
        if sheet.rows:
            place = made.create_sheet(sheet_name(sheet.name, taken))
            _write(place, sheet, heads.get(sheet.name), said.get(sheet.name, []))
    return _bytes(made)


def _write(place, sheet, table, said):
    last = table["head"] if table else 0
    beside = max(max(cells) for cells in sheet.rows.values()) + 1
    rows = _by_row(said)
    shown = (
        sheet.rows if len(sheet.rows) <= MOST_ROWS else {r: c for r, c in sheet.rows.items() if r <= last or r in rows}
    )
    for row, cells in shown.items():
        if row < 1:
            continue  # what stands above a table of a Word document
        for column, cell in cells.items():
            _put(place, row, column, cell.text)
    for column, _, head, _, private in table["columns"] if table else ():
        if private or is_private(head):
            place.cell(last, column).comment = Comment(NOT_READ, "导入")
    if last:
        _put(place, last, beside, COLUMN)
        place.column_dimensions[get_column_letter(beside)].width = 60
    for row, found in rows.items():
        _put(place, row, beside, "\n".join(f"{cell} {text}" for _, cell, text in found)).alignment = Alignment(
            wrap_text=True
        )
        for level, cell, _ in found:
            for one in cell.split("、"):
                if one.isalnum() and one.isascii():
                    place[one].fill = RED if level == "faults" else YELLOW
    for top, left, bottom, right in sheet.merges:
        if len(sheet.rows) <= MOST_ROWS:
            place.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def done(lines):
    """Return the bytes of a workbook that lists what was taken over."""
    made = Workbook()
    made.active.title = "导入结果"
    for row, texts in enumerate([("变化", "工号或代码", "姓名或名称", "原来", "现在", "来源"), *lines], start=1):
        for column, text in enumerate(texts, start=1):
            _put(made.active, row, column, str(text))
    return _bytes(made)


def _by_row(said):
    """Return row → what is said about it, under the last of the rows that it names; what names no row stands in the first."""
    rows = {}
    for level, cell, text in said:
        number = re.search(r"\d+", cell.split("、")[-1])
        rows.setdefault(int(number[0]) if number else 1, []).append((level, cell, text))
    return rows


def _put(place, row, column, text):
    cell = place.cell(row, column)
    as_text(cell, text, quoted=text.startswith(("=", "+", "-", "@")))
    cell.number_format = "@"
    return cell


def _bytes(made):
    data = BytesIO()
    made.save(data)
    return data.getvalue()


# What a column of a template says about itself on the second sheet.
HELP = {
    "unit": "单位的全称、别名或代码，须已在库中。",
    "post": "几个职务用分号或换行隔开；留空表示不改。",
    "since": "写成 2026-09-30、2026.9 或 2026年9月。",
    "status": "退休、调出、辞职等列为“离开”，其余不改变人员。",
    "code": "不能重复；以后凭它识别。",
    "parent": "上级单位的名称或代码；留空为学校。",
    "duty": "几条职责写成 1. 2. 3.，一条最多 300 个字。",
    "risk": "填“是”或“否”；留空表示不改。",
    "key": "填“是”或“否”；留空表示不改。",
    "party": "填政治面貌（中共党员、群众等），也可填“是”或“否”。",
    "holder_number": "任职人的工号；人员须已在库中。",
    "alias": "简称、曾用名；几个用分号隔开。",
    "step": "一项权力占几行的，一行一步；也可写在一格，用 → 或 1. 2. 3. 分开，岗位写在步骤后的括号里。",
    "basis": "整段保留；书名号内的制度与制度目录对照。",
    "content": "一格有几个风险点的写成 1. 2. 3.；一个风险点占几行的，合并单元格或向下填充。",
    "grade": "照原来的写法（高、Ⅰ级、A、★★☆ 等）；留空为未评定。",
    "measure": "没有分阶段的措施；分阶段的写在后三列。",
    "role": "在下拉选项中选择；几个用分号隔开。三员和管理员不由文件授予。",
    "until": "不再任职的日期；留空为没有期限。",
    "responsible": "姓名、岗位或单位，几个用顿号隔开；对应不到的，原文保留。",
    "state": "现行、待修订、待制定或已废止；留空为现行。",
}
HELPS = {
    ("people", "number"): "工号是识别人员的唯一依据，须为文本，前面的 0 要保留。",
    ("people", "post"): "在所在单位设这个岗位并任职，几个用分号隔开；岗位另用岗位表导入的，留空。",
    ("roles", "domain"): "只写分管校领导的，几个用顿号隔开；只分管领域、不分管单位的，单位留空。",
    ("ledgers", "post"): "岗位名称；没有的为单位风险点。",
    ("powers", "post"): "责任岗位的名称。",
    ("powers", "number"): "权力事项在流程图目录中的编号，按原样填写；没有的留空。",
    ("powers", "kind"): "决策、执行或监督；不能确定的留空，由单位登记时选择。",
    ("regulations", "number"): "制度的文号，按原样填写；没有的留空。",
    (
        "roles",
        "unit",
    ): "单位的全称、别名或代码，须已在库中；学校领导小组、党委、领导小组办公室是全校的角色，留空即为学校。",
    ("roles", "number"): "任职人的工号；没有工号的按姓名识别，同名的会询问。",
    ("posts", "domain"): "所用方案中的领域；选用方案之前不读取。",
}
TEMPLATE_FIELDS = {
    "people": ("number", "name", "unit", "post", "since", "title", "rank", "party", "status", "email"),
    "units": ("code", "name", "parent", "type", "alias"),
    "posts": (
        *("code", "name", "unit", "tier", "risk", "key", "holder_number", "holder", "since", "duty"),
        *("kind", "level", "backup", "places", "domain"),
    ),
    "roles": ("number", "name", "unit", "role", "since", "until", "domain"),
    "powers": (
        *("unit", "name", "kind", "domain", "post", "basis", "time_limit", "commitment", "discipline", "balance"),
        *("complaint", "number", "step", "step_post", "step_time"),
    ),
    "regulations": ("unit", "name", "number", "issued_by", "since", "state", "remark"),
    "ledgers": (
        *("unit", "post", "power", "category", "content", "manifestation", "grade", "measure"),
        *("early", "middle", "late", "responsible", "leader"),
    ),
}
HEADS = {
    ("people", "post"): "岗位",
    ("people", "title"): "职称",
    ("posts", "holder"): "任职人",
    ("posts", "holder_number"): "工号",
    ("powers", "step"): "步骤",
    ("powers", "step_post"): "步骤岗位",
    ("powers", "step_time"): "步骤时限",
    ("powers", "domain"): "类别",
    ("ledgers", "content"): "风险点",
    ("ledgers", "measure"): "防控措施",
    ("ledgers", "early"): "事前",
    ("ledgers", "middle"): "事中",
    ("ledgers", "late"): "事后",
}


def head_in_template(kind, name):
    """Return what a column is called in the template of its kind."""
    return HEADS.get((kind, name), LABELS[kind][name])


def template(kind, *, on, rows=()):
    """Return the bytes of a workbook of ``kind`` to be filled in.

    Its drop-downs hold what is on record on the day ``on``. ``rows``: what is filled in already, each as field → text.
    """
    made = Workbook()
    place, words, codes = made.active, made.create_sheet("说明"), made.create_sheet("代码")
    place.title, codes.sheet_state = KIND_LABELS[kind], "hidden"
    lists = _lists(kind, on)
    for row, text in enumerate(_explained(kind), start=1):
        _put(words, row, 1, text)
    words.column_dimensions["A"].width = 90
    for column, name in enumerate(TEMPLATE_FIELDS[kind], start=1):
        needed = name in NEEDED[kind] or (kind not in ("people", "units") and name == "unit")
        head = _put(place, 1, column, head_in_template(kind, name))
        head.font = Font(bold=True, color="FFC00000" if needed else "FF000000")
        place.column_dimensions[get_column_letter(column)].width = 20
        for row in range(2, PREPARED + 2):
            place.cell(row, column).number_format = "@"
        if name in lists:
            _drop_down(made, column, name, lists[name])
    for row, texts in enumerate(rows, start=2):
        for column, name in enumerate(TEMPLATE_FIELDS[kind], start=1):
            if texts.get(name):
                _put(place, row, column, texts[name])
    place.freeze_panes = "A2"
    return _bytes(made)


def _lists(kind, on):
    names = [unit.name for unit in Unit.objects.existing(on).order_by("position", "code")]
    types = [label for _, label in kinds()]
    yes = ["是", "否"]
    return {
        "people": {"unit": names, "party": ["中共党员", "中共预备党员", "群众", "民主党派", "无党派"]},
        "units": {"parent": names, "type": types},
        "posts": {
            "unit": names,
            "tier": list(Post.Tier.labels),
            "kind": list(Post.Kind.labels),
            "risk": yes,
            "key": yes,
            **_of_scheme(domain="domains"),
        },
        "roles": {"unit": names, "role": [words[0] for words in ROLE_WORDS.values()]},
        "regulations": {"unit": names, "state": list(Regulation.State.labels)},
        "powers": {"unit": names, "kind": list(PowerItem.Kind.labels), **_of_scheme(domain="domains")},
        "ledgers": {"unit": names, **_of_scheme(category="categories", grade="grades")},
    }[kind]


def _of_scheme(**lists):
    """Return field → labels of a list of the rule book, nothing where none has been chosen yet."""
    scheme = Scheme.objects.in_use()
    if scheme is None:
        return {}
    labels = {name: [item.label for item in getattr(scheme.rules, things)] for name, things in lists.items()}
    return {name: found for name, found in labels.items() if found}


def _drop_down(made, column, name, values):
    """Let a column choose from a list on the hidden sheet: a list in the rule itself may have 255 characters and no comma."""
    place, codes = made.worksheets[0], made["代码"]
    at = codes.max_column + 1 if codes.cell(1, 1).value else 1
    for row, value in enumerate(values, start=1):
        _put(codes, row, at, value)
    letter = get_column_letter(at)
    made.defined_names[f"list_{name}"] = DefinedName(
        f"list_{name}", attr_text=f"'代码'!${letter}$1:${letter}${max(1, len(values))}"
    )
    rule = DataValidation(type="list", formula1=f"=list_{name}", allow_blank=True, showErrorMessage=False)
    place.add_data_validation(rule)
    rule.add(f"{get_column_letter(column)}2:{get_column_letter(column)}{PREPARED + 1}")


def _explained(kind):
    yield f"{KIND_LABELS[kind]}导入模板：红色的列必填，其余可以留空；留空表示不改变库中已有的内容。"
    if kind in RECEIVERS:
        yield "导入后按单位生成待签的表，由单位负责人核对签字，签字后才进入登记册。"
    yield "身份证号、手机号、出生日期、密码等不要填写；填了也不读取。"
    for name in TEMPLATE_FIELDS[kind]:
        yield f"{head_in_template(kind, name)}：{HELPS.get((kind, name)) or HELP.get(name, '按实际填写。')}"
