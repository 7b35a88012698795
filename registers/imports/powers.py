"""A list of powers with their steps as proposals.

They travel on a sheet that the unit's head signs (``handing``).
"""

import re
from dataclasses import dataclass, field
from itertools import groupby

from registers.imports import procedures
from registers.imports.filling import fill_down
from registers.imports.findings import cells_in_words
from registers.imports.handing import hand_on
from registers.imports.heads import normalised
from registers.imports.ledgers import MOST_POWER, scheme_in_use
from registers.imports.matching import NOBODY, Posts, Reader, powers_by_name, proposed_powers
from registers.imports.places import Places
from registers.imports.plans import Line, Plan
from registers.imports.tables import tables_of
from registers.models import PowerItem, ProcessStep, Regulation

NEW = "new"
LABELS = {NEW: "权力事项"}
UNTICKED = set()
MOST_STEPS = 60
MOST_STEP = ProcessStep._meta.get_field("procedure").max_length
MOST_OFFICE = ProcessStep._meta.get_field("post_name").max_length
MOST_TEXT = 5000
# Field of the file → (column of the record, label, most characters).
TEXTS = {
    "number": ("chart_number", "流程图编号", 30),
    "basis": ("legal_basis", "行使依据", MOST_TEXT),
    "time_limit": ("time_limit", "办理时限", 60),
    "commitment": ("service_commitment", "服务承诺", 1000),
    "discipline": ("discipline", "工作纪律", 1000),
    "balance": ("check_and_balance", "监督制约", 1000),
    "complaint": ("complaint_channel", "投诉举报途径和方式", 1000),
    "remark": ("remark", "备注", 200),
}
_TITLES = re.compile(r"《([^《》]{2,120})》")


@dataclass(slots=True)
class Record:
    """One power of the file. ``values``: column → text. ``steps``: (post, what is done, time) each."""

    unit: object
    name: str
    row: object
    values: dict = field(default_factory=dict)
    post: object = None
    steps: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    source: str = ""


def compare(book, *, columns, answers, actor, on, pace=None):
    """Return the ``Plan`` of taking over a list of powers. Raises ``Refused`` for what is no such file."""
    rules = scheme_in_use().rules
    plan = Plan("powers", answers, pace)
    plan.tables = tables_of(book, "powers", columns, plan.report)
    for name, label in (("unit", "所在单位"), ("name", "权力事项名称")):
        fill_down(plan.tables, name, label, plan.report)
    places = Places(on, plan.report)
    reader, seen = _Powers(plan, places, rules, actor, on), {}
    records = reader.records()
    for record in records:
        key = (record.unit.pk, normalised(record.name))
        if key in seen:
            cells = f"{seen[key].row.place('name')}、{record.row.place('name')}"
            text = f"“{record.unit}”有两项“{record.name[:40]}”"
            plan.report.fault(record.row.sheet, cells, text, "请合并，或改写名称以示区别")
            continue
        seen[key] = record
        if key in reader.known:
            plan.unchanged += 1
            continue
        plan.add(_line(record))
    reader.say_unmatched()
    reader.say_without_kind(
        record for record in records if (record.unit.pk, normalised(record.name)) not in reader.known
    )
    plan.aliases = places.chosen
    return plan


class _Powers(Reader):
    """Reads the rows of all tables as powers, of which one may take several rows."""

    def __init__(self, plan, places, rules, actor, on):
        super().__init__(plan, places, actor, on, "项权力")
        self.rules, self.posts = rules, Posts(plan.report, on)
        self.known = {*powers_by_name(), *proposed_powers(self.mine)}
        self.regulations = {normalised(name) for name in Regulation.objects.values_list("name", flat=True)}

    def records(self):
        """Return the powers of all rows without a fault of their own, in their order."""
        found = []
        for table in self.plan.tables:
            self.plan.rows += len(table.rows)
            for _, rows in groupby(table.rows, key=_power_of):
                record = self._record(table, list(rows))
                if record is not None:
                    found.append(record)
        return found

    def _record(self, table, rows):
        row = rows[0]
        name = self.read(row, "name", "权力事项名称", MOST_POWER)
        if not name:
            if name is not None:
                self.report.fault(row.sheet, row.place("name"), "这一行没有权力事项名称", "请填写名称，或删去本行")
            return None
        unit = self.unit_of(table, row)
        if unit is None:
            return None
        record = Record(unit, " ".join(name.split()), row, source=f"{row.sheet}!{row.place('name')}")
        for given, (column, label, most) in TEXTS.items():
            if words := self.read(row, given, label, most):
                record.values[column] = words
        self._kind(record)
        self._domain(record)
        self._post(record)
        self._basis(record)
        if words := self.read(row, "person", "责任人", 100):
            record.notes.append(f"责任人：{words}")
        for each in rows:
            self._steps(record, each, by_row=len(rows) > 1)
        if len(record.steps) > MOST_STEPS:
            text = f"“{record.name[:30]}”有 {len(record.steps)} 个步骤，最多 {MOST_STEPS} 个"
            self.report.fault(row.sheet, row.place("step"), text, "请合并步骤")
        return record

    def _kind(self, record):
        row = record.row
        words = self.read(row, "kind", "权力性质", 60)
        if not words:
            return
        options = list(PowerItem.Kind.choices)
        kind = next((value for value, label in options if words.removesuffix("权").removesuffix("类") == label), "")
        if not kind:
            text = f"权力性质“{words}”属于哪一种？"
            options.append((NOBODY, "都不是（留空，由单位在登记时选择）"))
            kind = self.report.ask(f"kind:{words}", text, options, f"{row.sheet}!{row.place('kind')}")
            record.notes.append(f"原权力类型：{words}")
        if kind and kind != NOBODY:
            record.values["kind"] = kind

    def say_without_kind(self, records):
        """Say of how many powers the file does not tell the kind. It stays empty, for nobody knows it."""
        for sheet, found in groupby(records, key=lambda record: record.row.sheet):
            rows = [record.row for record in found if "kind" not in record.values]
            if rows:
                cells = cells_in_words(row.place("kind" if "kind" in row.columns else "name") for row in rows)
                text = f"{len(rows)} 项权力没有权力性质（决策、执行、监督），留空导入"
                self.report.notice(sheet, cells, text, "由单位在登记权力事项时选择，或补上后重新上传")

    def _domain(self, record):
        words = self.read(record.row, "domain", "类别", 60)
        if not words:
            return
        code = next((item.code for item in self.rules.domains if normalised(item.label) == normalised(words)), "")
        if code:
            record.values["domain"] = code
        else:
            record.notes.append(self.unmatched("类别", words, record.row, "domain", "原文保留在说明中"))

    def _post(self, record):
        words = self.read(record.row, "post", "责任岗位", 200)
        if not words:
            return
        record.post = self.posts.named(record.unit, words, record.row, "post")
        if record.post is None:
            record.notes.append(self.unmatched("责任岗位", words, record.row, "post", "原文保留在说明中"))

    def _basis(self, record):
        """List the regulations that are named and not in the directory. The text itself stays whole."""
        for title in dict.fromkeys(_TITLES.findall(record.values.get("legal_basis", ""))):
            if normalised(title) not in self.regulations:
                self.unmatched(
                    "依据的制度", f"《{title}》", record.row, "basis", "不在制度目录中，原文保留在行使依据中"
                )

    def _steps(self, record, row, *, by_row):
        """Add the steps of a row: one a row where the power takes several, else all that its cell holds."""
        words = self.read(row, "step", "步骤", MOST_TEXT)
        if not words:
            return
        post = self.read(row, "step_post", "承办岗位", MOST_OFFICE) or ""
        time = self.read(row, "step_time", "步骤时限", 60) or ""
        steps = [(post, words)] if by_row else procedures.steps_of(words)
        for said, done in steps:
            if len(done) > MOST_STEP or len(said) > MOST_OFFICE:
                text = f"步骤“{done[:12]}…”有 {len(done)} 个字，最多 {MOST_STEP} 个字"
                self.report.fault(row.sheet, row.place("step"), text, "请缩短或分成几步")
                return
            record.steps.append((said or (post if len(steps) == 1 else ""), done, time if len(steps) == 1 else ""))
        if procedures.has_placeholder(words):
            self.report.notice(row.sheet, row.place("step"), "步骤中留有没有填写的空（【】或 XX）", "请在签字前补上")


def _power_of(row):
    """What rows of one power have in common. A row without a name goes with nobody."""
    texts = tuple(cell.text.strip() if (cell := row.get(name)) else "" for name in ("unit", "name"))
    return texts if texts[1] else (row.number,)


def _line(record):
    post = f"责任岗位：{record.post}" if record.post else "未对应责任岗位"
    return Line(
        NEW,
        record.values.get("chart_number") or record.unit.code,
        f"{record.unit}：{record.name}",
        "",
        f"{post}，步骤 {len(record.steps)} 个",
        record.source,
        record=record,
        field=record.name,
    )


def apply(plan, lines, *, on):
    """Hand the accepted ``lines`` to the sheets that the heads of their units sign."""
    hand_on(plan, lines)
