"""A file of regulations against the directory on record.

New ones, and what differs of those that are there.
"""

from dataclasses import dataclass, field

from registers import regulations
from registers.imports import values
from registers.imports.filling import fill_down
from registers.imports.heads import normalised
from registers.imports.matching import Reader
from registers.imports.places import Places
from registers.imports.plans import Line, Plan
from registers.imports.tables import tables_of
from registers.imports.values import Wrong
from registers.models import Regulation

NEW, CHANGED = "new", "changed"
LABELS = {NEW: "新制度", CHANGED: "信息变化"}
UNTICKED = set()
MOST = {
    name: Regulation._meta.get_field(name).max_length for name in ("name", "document_number", "issued_by", "remark")
}
SHOWN = {name: Regulation._meta.get_field(name).verbose_name for name in regulations.FIELDS}
# What files say of a regulation's state, beside the words of this site.
STATES = {
    "in_force": "现行有效 有效 执行中 在用 是",
    "to_amend": "修订中 拟修订 需修订",
    "to_draft": "拟制定 制定中 新建",
    "repealed": "废止 失效 已失效 作废 否",
}


@dataclass(slots=True)
class Record:
    """One regulation of the file. ``values``: column → value, of what the file says."""

    unit: object
    name: str
    row: object
    values: dict = field(default_factory=dict)


def compare(book, *, columns, answers, actor, on, pace=None):
    """Return the ``Plan`` of taking over a directory of regulations.

    Raises ``Refused`` for what is no such file.
    """
    plan = Plan("regulations", answers, pace)
    plan.tables = tables_of(book, "regulations", columns, plan.report)
    fill_down(plan.tables, "unit", "所属单位", plan.report)
    places = Places(on, plan.report)
    reader = _Directory(plan, places, actor, on)
    rows = Regulation.objects.exclude(state=Regulation.State.REPEALED).filter(unit__in=reader.mine)
    known, seen = {(row.unit_id, normalised(row.name)): row for row in rows}, {}
    for record in reader.records():
        key = (record.unit.pk, normalised(record.name))
        if key in seen:
            cells = f"{seen[key].row.place('name')}、{record.row.place('name')}"
            text = f"“{record.unit}”的“{record.name[:40]}”出现两次"
            plan.report.fault(record.row.sheet, cells, text, "请删去一行")
            continue
        seen[key] = record
        _compare(plan, record, known.get(key))
    reader.say_unmatched()
    plan.aliases = places.chosen
    return plan


class _Directory(Reader):
    """Reads the rows of all tables as regulations."""

    def __init__(self, plan, places, actor, on):
        super().__init__(plan, places, actor, on, "项制度")
        words = {label: state for state, label in Regulation.State.choices}
        self.states = words | {word: state for state, known in STATES.items() for word in known.split()}

    def records(self):
        """Return the regulations of all rows without a fault of their own."""
        found = []
        for table in self.plan.tables:
            for row in table.rows:
                self.plan.count_row()
                record = self._record(table, row)
                if record is not None:
                    found.append(record)
        return found

    def _record(self, table, row):
        name = self.read(row, "name", "制度名称", MOST["name"] + 2)
        if not name:
            if name is not None:
                self.report.fault(row.sheet, row.place("name"), "这一行没有制度名称", "请填写名称，或删去本行")
            return None
        unit = self.unit_of(table, row)
        if unit is None:
            return None
        record = Record(unit, regulations.bare_name(" ".join(name.split())), row)
        if len(record.name) > MOST["name"]:
            text = f"制度名称有 {len(record.name)} 个字，最多 {MOST['name']} 个字"
            self.report.fault(row.sheet, row.place("name"), text, "请缩短")
        for given, column in (("number", "document_number"), ("issued_by", "issued_by"), ("remark", "remark")):
            if words := self.read(row, given, SHOWN[column], MOST[column]):
                record.values[column] = words
        self._since(record)
        self._state(record)
        return record

    def _since(self, record):
        row = record.row
        try:
            day = values.day(row.get("since"), this_year=self.on.year) if row.get("since") else None
        except Wrong as wrong:
            self.report.fault(row.sheet, row.place("since"), str(wrong), wrong.remedy)
            return
        if day is not None:
            record.values["effective_on"] = day.day

    def _state(self, record):
        row = record.row
        if not (words := self.read(row, "state", "状态", 40)):
            return
        state = self.states.get(words)
        if state is None:
            text = f"制度状态“{words}”是哪一种？"
            state = self.report.ask(
                f"state:{words}", text, Regulation.State.choices, f"{row.sheet}!{row.place('state')}"
            )
        if state:
            record.values["state"] = state


def _compare(plan, record, known):
    if known is None:
        number = record.values.get("document_number", "")
        plan.add(_line(NEW, record, "", "，".join(part for part in (record.name, number) if part)))
        return
    before = plan.size
    for column, value in record.values.items():
        if getattr(known, column) != value:
            old = getattr(known, column)
            line = _line(
                CHANGED, record, f"{SHOWN[column]}：{_shown(column, old)}", _shown(column, value), field=column
            )
            line.known = known
            plan.add(line)
    plan.unchanged += plan.size == before


def _shown(column, value):
    return Regulation.State(value).label if column == "state" and value else value or "无"


def _line(kind, record, old, new, **more):
    cell = f"{record.row.sheet}!{record.row.place('name')}"
    name = f"{record.unit}：{record.name}"
    return Line(kind, record.unit.code, name, str(old), str(new), cell, record=record, **more)


def apply(plan, lines, *, on):
    """Do the accepted ``lines``."""
    taking, changes = plan.taking, {}
    for line in lines:
        if line.kind == NEW:
            given = {"name": line.record.name, "issued_by": line.record.unit.name} | line.record.values
            regulations.add(line.record.unit, given, actor=taking.actor, at=taking.at)
            plan.count_written()
        else:
            known = line.known
            changes.setdefault(known.pk, (known, {}))[1][line.field] = line.record.values[line.field]
    for known, changed in changes.values():
        given = {"name": known.name, "state": known.state} | changed
        regulations.change(known.pk, given, seen=known.version, actor=taking.actor, at=taking.at)
        plan.count_written(len(changed))
