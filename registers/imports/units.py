"""A file of units against the units on record.

New ones, other names, another unit above, another kind. None is ever closed.
"""

import re

from registers import units
from registers.imports import codes, values
from registers.imports.numbers import Numbers
from registers.imports.places import Places, normalised_name, parts_of
from registers.imports.plans import Line, Plan
from registers.imports.tables import tables_of
from registers.imports.trees import Record, above_on_record, find_cycles, find_parents, is_left_out
from registers.imports.values import Wrong
from registers.journal import Journal
from registers.models import Unit
from registers.models.spans import is_closed

NEW, STORE, FORMER, RENAMED, MOVED, CHANGED, ALIAS = (
    "new",
    "store",
    "former",
    "renamed",
    "moved",
    "changed",
    "alias",
)
LABELS = {NEW: "新单位", STORE: "库房药房", FORMER: "已撤销的单位", RENAMED: "改名", MOVED: "改属"}
LABELS |= {CHANGED: "信息变化", ALIAS: "别名"}
UNTICKED = {STORE}  # a hospital's list of departments holds them too
# What files call a kind of unit; the words of the site itself count too.
TYPES = {
    "office": "机关职能部处 机关部处 党政部门 党政单位 党务部门 行政机构 机关党委 学校领导班子 职能部门 机关",
    "college": "学部、院、系所 教学院系 教学科研单位 教学单位 学院 学部 院系所",
    "logistics": "后勤部门 后勤",
    "teaching_support": "教辅单位 公共服务 教辅",
    "affiliated": "直属单位 附属单位 直（附）属单位 附设机构 附属机构 科研机构 校办产业 经营性单位",
    "affiliated_hospital": "附属医院 医院",
    "section": "科室 科 系 教研室",
    "party_branch": "党支部 党总支 分党委 直属党支部 教工党支部 学生党支部",
}
_STORE = re.compile(r"(?:[药品资级]库|库房|仓库|药房)$")
_PARTY = re.compile(r"(?:党支部|党总支|分党委)$")


def compare(book, *, columns, answers, actor, on, pace=None):
    """Return the ``Plan`` of taking over a file of units. Raises ``Refused`` for what is no such file."""
    plan = Plan("units", answers, pace, on=on)
    plan.tables = tables_of(book, "units", columns, plan.report)
    places = Places(on, plan.report)
    records, former = _records(plan, places)
    find_parents(plan, records, places)
    if find_cycles(plan, records):
        return plan  # what is above what has to be said before anything can be compared
    codes.find(plan, records, places)
    _types(plan, records)
    mine = set(actor.unit_ids("registrar"))
    for record in records.values():
        _compare(plan, record, mine)
    for record in former:
        _compare_former(plan, record, places, mine)
    plan.missing = len(places.units) - len({record.unit.pk for record in records.values() if record.unit})
    plan.aliases = places.chosen
    return plan


def _records(plan, places):
    records, former, report = {}, [], plan.report
    numbers = Numbers(plan.tables, "code", {unit.code for unit in places.units.values()}, report, "单位代码")
    for row in (row for table in plan.tables for row in table.rows):
        plan.count_row()
        is_bare = row.get("code") is None and "code" not in row.columns
        code, name = "" if is_bare else numbers.read(row), _text(plan, row, "name", "单位名称", 80)
        if code is None or name is None:
            continue
        if not name or "." in code:
            text = f"单位代码“{code}”不能含有小数点" if name else f"单位 {code or '（无代码）'} 没有名称"
            report.fault(row.sheet, row.place("name" if not name else "code"), text, "请改正")
            continue
        if row.get("new_code") is not None:
            _with_new_code(plan, records, Record(code, name, row), places)
            continue
        above = _text(plan, row, "parent_code", "上级单位代码", 20) or _text(plan, row, "parent", "上级单位", 400)
        record = Record(code, name, row, above=above or "")
        if _is_former(plan, record):
            former.append(record)
            continue
        record.aliases = _aliases(plan, row)
        record.unit = None if is_bare else places.by_code.get(code.upper()) or _recoded(plan, record, places)
        if record.unit is not None and is_closed(record.unit, places.on):
            record.unit = None  # a new unit may have the code of one that is closed
        first = records.setdefault(code.upper() or f"|{name}|{record.above}", record)
        if first is not record:
            cells = f"{first.row.place('code')}、{row.place('code')}"
            if (first.name, first.above) == (name, record.above):
                plan.count("again")
            else:
                report.fault(row.sheet, cells, f"单位代码 {code} 用了两次（{first.name}、{name}）", "请改正其中一个")
    _free_codes(plan, records, places)
    _name_also(records, places)
    if again := plan.counts.get("again", 0):
        report.notice(plan.tables[0].sheet, "", f"有 {again} 行是已经列出的单位，按一个读取")
    return records, former


def _is_former(plan, record):
    """Whether a row says that its unit is closed by the day of effect, and read when. What is wrong with it is said."""
    row = record.row
    try:
        closed = values.day(row.get("closed"), this_year=plan.on.year) if row.get("closed") else None
    except Wrong as wrong:
        plan.report.fault(row.sheet, row.place("closed"), str(wrong), wrong.remedy)
        return True
    runs = values.boolean(row.get("valid")) if row.get("valid") else None
    if closed is not None and closed.day > plan.on:
        text = f"“{record.name}”将于 {closed.day:%Y-%m-%d} 撤销，现按在用的单位导入"
        plan.report.notice(row.sheet, row.place("closed"), text, "请届时在“单位岗位维护”中办理")
        return False
    if closed is None and runs is False:
        text = f"“{record.name}”已撤销，没有写撤销日期，按生效日期登记"
        plan.report.notice(row.sheet, row.place("valid"), text, "需要时请补上日期")
    record.closed = closed.day if closed else plan.on if runs is False else None
    return record.closed is not None


def _compare_former(plan, record, places, mine):
    """Compare a closed unit: one that still runs here is closed by hand, for its people and posts have to go somewhere."""
    row, same = record.row, [unit for unit in places.units.values() if unit.name == record.name]
    record.parent = next(unit for unit in places.units.values() if unit.parent_id is None)
    if any(is_closed(unit, places.on) for unit in same):
        plan.unchanged += 1
    elif same:
        text = f"“{record.name}”在文件中已撤销，在库中还在用，没有改变"
        plan.report.notice(row.sheet, row.place("name"), text, "请在“单位岗位维护”中撤销或合并")
    elif record.parent.pk not in mine:
        plan.report.fault(row.sheet, row.place("code"), f"“{record.name}”不在您管理的单位内", "请删去本行")
    elif not record.code:
        plan.report.fault(row.sheet, row.place("name"), f"已撤销的“{record.name}”没有代码", "请补上代码，或删去本行")
    else:
        plan.add(_line(FORMER, record, "", f"{record.code}，{record.closed:%Y-%m-%d} 撤销", field=record.name))


def _with_new_code(plan, records, record, places):
    """Enter a unit of a list of old and new codes under its new one."""
    row, old, record.is_recoded = record.row, record.code, True
    record.unit = places.by_code.get(old.upper())
    if record.unit is None or is_closed(record.unit, places.on):
        plan.report.fault(row.sheet, row.place("code"), f"没有代码为 {old} 的单位", "请改正，或先导入单位")
        return
    if record.unit not in places.named(record.name):
        text = f"代码 {old} 在库中是“{record.unit}”，文件中是“{record.name}”"
        plan.report.fault(row.sheet, row.place("name"), text, "请核对代码，或先改名")
    try:
        record.code = values.identifier(row.get("new_code"), "新的单位代码")
    except Wrong as wrong:
        plan.report.fault(row.sheet, row.place("new_code"), str(wrong), wrong.remedy)
        return
    record.name, record.unit_type, record.parent = record.unit.name, record.unit.unit_type, record.unit.parent
    first = records.setdefault(record.code.upper(), record)
    if first is not record:
        cells = f"{first.row.place('new_code')}、{row.place('new_code')}"
        plan.report.fault(row.sheet, cells, f"新的单位代码 {record.code} 用了两次", "请改正其中一个")


def _free_codes(plan, records, places):
    """Find new codes that a unit has which the list gives no other one."""
    moving = {record.unit.pk for record in records.values() if record.is_recoded}
    for record in records.values():
        other = places.by_code.get(record.code.upper())
        if record.is_recoded and other is not None and other.pk not in moving and not is_closed(other, places.on):
            text = f"新的单位代码 {record.code} 已用于“{other}”"
            plan.report.fault(record.row.sheet, record.row.place("new_code"), text, "请换一个代码")


def _text(plan, row, name, label, most):
    try:
        return values.text(row.get(name), label, most)
    except Wrong as wrong:
        plan.report.fault(row.sheet, row.place(name), str(wrong), wrong.remedy)
        return None


def _aliases(plan, row):
    """Return the other names that the columns of a unit give."""
    found = []
    for cell in row.cells.get("alias", []):
        try:
            found += [part for part in values.items(values.text(cell, "别名", 200)) if part not in values.NOTHING]
        except Wrong as wrong:
            plan.report.fault(row.sheet, row.place("alias"), str(wrong), wrong.remedy)
    return found


def _name_also(records, places):
    """Add the parts of joint names to the other names of each unit.

    A part that is the whole name of another unit is none: beside 图书馆 there may be 图书馆（东校区）.
    """
    names = {normalised_name(one.name) for one in (*records.values(), *places.units.values())}
    for record in [one for one in records.values() if not one.is_recoded]:
        parts = [part for part in parts_of(record.name) if normalised_name(part) not in names]
        own = normalised_name(record.name)
        found = [alias for alias in (*parts, *record.aliases) if len(alias) <= 80 and normalised_name(alias) != own]
        record.aliases = list(dict.fromkeys(found))


def _recoded(plan, record, places):
    """Return the unit of the same name that has another code on record, if somebody says that it is the same."""
    same = [unit for unit in places.by_name.get(normalised_name(record.name), []) if unit.name == record.name]
    if len(same) != 1:
        return None
    text = f"“{record.name}”：文件中代码为 {record.code}，库中为 {same[0].code}，是同一个单位吗？"
    options = [("same", "同一个，更换代码"), ("other", "另一个同名单位")]
    cell = f"{record.row.sheet}!{record.row.place('code')}"
    return same[0] if plan.report.ask(f"code:{record.code}", text, options, cell) == "same" else None


def _types(plan, records):
    words = {normalised_name(word): kind for kind, known in TYPES.items() for word in known.split()}
    options = units.kinds()
    words |= {normalised_name(label): kind for kind, label in options}
    for record in records.values():
        written = _text(plan, record.row, "type", "单位类型", 40)
        if not written:
            party = "party_branch" if _PARTY.search(record.name) else ""
            record.unit_type = record.unit.unit_type if record.unit else party
            continue
        record.unit_type = words.get(normalised_name(written), "")
        if not record.unit_type:
            cell = f"{record.row.sheet}!{record.row.place('type')}"
            record.unit_type = plan.report.ask(f"type:{written}", f"单位类型“{written}”是哪一类？", options, cell)


def _compare(plan, record, mine):
    if is_left_out(record):
        plan.count("left_out")
        return
    unit, row, before = record.unit, record.row, plan.size
    inside = unit.pk in mine if unit else above_on_record(record) in mine
    if not inside and (unit is not None or record.parent is not None):
        plan.report.fault(row.sheet, row.place("code"), f"“{record.name}”不在您管理的单位内", "请删去本行")
        return
    if unit is None:
        if record.parent is not None:
            kind = STORE if _STORE.search(record.name) else NEW
            plan.add(_line(kind, record, "", f"{record.code or '代码未定'}，上级：{record.parent.name}"))
    else:
        _changes(plan, record, unit)
    known = set() if unit is None else set(unit.aliases.values_list("name", flat=True)) if record.aliases else set()
    for alias in record.aliases:
        if alias not in known:
            plan.add(_line(ALIAS, record, "", alias, field=alias))
    plan.unchanged += plan.size == before


def _changes(plan, record, unit):
    if unit.code != record.code:
        plan.add(_line(CHANGED, record, f"代码：{unit.code}", record.code, field="code"))
    if unit.name != record.name:
        plan.add(_line(RENAMED, record, unit.name, record.name, field="name"))
    above = record.parent.unit if isinstance(record.parent, Record) else record.parent
    if record.parent is not None and (above is None or above.pk != unit.parent_id):
        plan.add(_line(MOVED, record, unit.parent or "", record.parent.name, field="parent"))
    if record.unit_type and unit.parent_id is not None and record.unit_type != unit.unit_type:
        new = Unit(unit_type=record.unit_type).get_unit_type_display()
        plan.add(_line(CHANGED, record, f"类型：{unit.get_unit_type_display()}", new, field="unit_type"))


def _line(kind, record, old, new, **more):
    cell = f"{record.row.sheet}!{record.row.place('code' if 'code' in record.row.columns else 'name')}"
    return Line(kind, record.code, record.name, str(old), str(new), cell, record=record, **more)


def apply(plan, lines, *, on):
    """Do the accepted ``lines``. Whatever is new comes after the unit above it."""
    journal = Journal(on, plan.at, plan.by)
    new = {line.record.code: line.record for line in lines if line.kind in (NEW, STORE)}
    for record in new.values():
        _create(record, new, journal)
        plan.count_written()
    for line in lines:
        unit = line.record.unit
        if line.kind == FORMER:
            former = line.record
            units.add_former(former.code, former.name, former.parent, former.closed, journal=journal)
        elif line.kind in (NEW, STORE) or unit is None:
            continue  # made already, or a name of a unit that was not accepted
        elif line.kind == ALIAS:
            units.call_also(unit, line.field, journal=journal)
        elif line.kind == RENAMED:
            units.rename(unit, line.record.name, journal=journal)
        else:
            _change(unit, line, journal)
        plan.count_written()
    journal.save()


def _create(record, new, journal):
    above = record.parent
    if isinstance(above, Record):
        if above.unit is None and above.code in new:
            _create(above, new, journal)
        above = above.unit
    if record.unit is None and above is not None:  # else the unit above it was not accepted
        record.unit = units.add(record.code, record.name, above, record.unit_type, journal=journal)


def _change(unit, line, journal):
    record = line.record
    if line.field == "code":
        units.recode(unit, record.code, journal=journal)
    elif line.field == "unit_type":
        units.retype(unit, record.unit_type, journal=journal)
    elif (above := record.parent.unit if isinstance(record.parent, Record) else record.parent) is not None:
        units.move(unit, above, journal=journal)
