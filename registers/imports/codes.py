"""Units of a list without codes: which are on record, and what codes are proposed for the others.

Proposed is the code of the unit above with a running number. It counts once somebody has accepted or corrected it.
"""

from registers.imports import values
from registers.imports.grid import Cell
from registers.imports.places import normalised_name
from registers.imports.trees import Record
from registers.imports.values import Wrong
from registers.models.spans import is_closed

MOST = 200  # codes that are proposed for one file
MOST_CODE = 20
AGAIN = "请在“需要您回答”中改正"


def find(plan, records, places):
    """Give each unit without a code the one on record, or the one that somebody accepts for it.

    What is asked and wrong is in the report. ``records`` has them under their codes afterwards.
    """
    bare = [record for record in records.values() if not record.code]
    if not bare:
        return
    known = _on_record(plan, bare, places)
    new = [record for record in _from_above(bare) if record not in known and record.parent is not None]
    sheet = bare[0].row.sheet
    if len(new) > MOST:
        text = f"表中没有单位代码，又有 {len(new)} 个新单位，最多为 {MOST} 个拟定代码"
        plan.report.fault(sheet, "", text, "请在表中补上单位代码后重新上传")
    elif new:
        text = f"表中没有单位代码列，已为 {len(new)} 个新单位拟定代码（上级的代码加序号）"
        remedy = "请核对后回答，可以改；表中有代码的，请在“列的对应”中指定"
        plan.report.notice(sheet, "", text, remedy)
        _propose(plan, new, records, places)
    found = list(records.values())
    records.clear()
    records |= {record.code.upper() or f"|{place}": record for place, record in enumerate(found)}


def _from_above(records):
    """Return the units in the order of their depth, those of one depth as the file has them."""
    return sorted(records, key=_depth)


def _depth(record):
    way = []
    while isinstance(record, Record) and record not in way:
        way.append(record)
        record = record.parent
    return len(way)


def _on_record(plan, bare, places):
    """Find the units on record, from above: by name below the same unit, else by name where somebody says so.

    Returns those that are settled: found, or asked for.
    """
    settled, used = set(), set()
    says = any({"parent", "parent_code"} & set(table.fields.values()) for table in plan.tables)
    for may_ask in (False, True):
        for record in [record for record in _from_above(bare) if record not in settled]:
            same = [unit for unit in _named(record, places) if unit.pk not in used]
            beneath = [unit for unit in same if not says or unit.parent_id in (None, _above(record))]
            if len(beneath) == 1:
                _settle(record, beneath[0], settled, used)
            elif may_ask and len(same) == 1 and record.parent is not None:
                _ask(plan, record, same[0], settled, used)
    for record in settled:
        if record.unit is not None and (not says or record.unit.parent_id is None):
            record.parent = places.units.get(record.unit.parent_id)  # it stays where it is
    return settled


def _named(record, places):
    units = places.by_name.get(normalised_name(record.name), [])
    return [unit for unit in units if not is_closed(unit, places.on)]


def _above(record):
    above = record.parent.unit if isinstance(record.parent, Record) else record.parent
    return above.pk if above is not None else 0


def _settle(record, unit, settled, used):
    record.unit, record.code, record.name = unit, unit.code, unit.name  # the file may use another name of it
    settled.add(record)
    used.add(unit.pk)


def _ask(plan, record, unit, settled, used):
    text = f"“{record.name}”在库中属于“{unit.parent}”，文件中属于“{record.parent.name}”，是同一个单位吗？"
    options = [("same", "同一个，改属"), ("other", "另一个同名单位")]
    answer = plan.report.ask(f"same:{_place(record)}", text, options, _place(record))
    if answer == "same":
        _settle(record, unit, settled, used)
    elif not answer:
        settled.add(record)


def _place(record):
    return f"{record.row.sheet}!{record.row.place('name')}"


def _propose(plan, new, records, places):
    """Propose a code for each, the units above first, and take what is given instead."""
    used = {*places.by_code, *(record.code.upper() for record in records.values())}
    for record in new:
        above = record.parent
        proposed = _next(above.code, used)
        text = f"“{record.name}”（上级：{above.name}）的代码"
        given = plan.report.propose(f"code-of:{_place(record)}", text, proposed, _place(record))
        record.code = _checked(plan, record, given, records, places) if given else proposed
        used |= {proposed.upper(), record.code.upper()}


def _next(above, used):
    """Return the first code below another that nothing has, "" where it would be too long."""
    number = next(number for number in range(1, len(used) + 2) if f"{above}{number:02}".upper() not in used)
    code = f"{above}{number:02}"
    return code if above and len(code) <= MOST_CODE else ""


def _checked(plan, record, given, records, places):
    """Return a code that was typed, after having said what is wrong with it."""
    try:
        code = values.identifier(Cell(given), "单位代码")
        other = places.by_code.get(code.upper())
        if "." in code:
            raise Wrong(f"单位代码“{code}”不能含有小数点", AGAIN)
        if other is not None and not is_closed(other, places.on):
            raise Wrong(f"单位代码 {code} 已用于“{other}”", AGAIN)
        if any(each.code.upper() == code.upper() for each in records.values() if each is not record):
            raise Wrong(f"单位代码 {code} 在文件中已用于另一个单位", AGAIN)
    except Wrong as wrong:
        plan.report.fault(record.row.sheet, record.row.place("name"), str(wrong), AGAIN)
        return ""
    return code
