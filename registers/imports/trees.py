"""Which unit is above each unit of a file.

By a column with its code, name or path, else by the codes themselves.
"""

import re
from dataclasses import dataclass, field

from registers.imports.places import normalised_name
from registers.units import DEEPEST

_PATH = re.compile(r"\s*(?:>|＞|→|\\)\s*")
_CODE = re.compile(r"[0-9A-Za-z_-]{1,20}")
LEAST_BY_CODE = 4  # units whose codes say the unit above as their column does, before a code is trusted to say it


@dataclass(slots=True, eq=False)
class Record:
    """One unit of the file."""

    code: str
    name: str
    row: object
    unit: object = None
    parent: object = None
    unit_type: str = ""
    aliases: list = field(default_factory=list)
    above: str = ""
    closed: object = None  # the day on which it was
    is_recoded: bool = False  # by a list of old and new codes, which changes nothing else


def find_parents(plan, records, places):
    """Find the unit above each: by code, name or path in the file, then on record.

    Where no column says it, the codes do.
    """
    by_name = {}
    for record in records.values():
        for name in (record.name, *record.aliases):
            by_name.setdefault(normalised_name(name), []).append(record)
    root = next((unit for unit in places.units.values() if unit.parent_id is None), None)
    says = any({"parent", "parent_code"} & set(table.fields.values()) for table in plan.tables)
    for record in (record for record in records.values() if not record.is_recoded):
        if not says:
            record.parent = _by_code(record, records, places) or root
            continue
        above = _PATH.split(record.above)[-1].strip() if record.above else ""
        if not above:
            record.parent = root
            continue
        here = records.get(above.upper())
        named = [here] if here else by_name.get(normalised_name(above), [])
        if len(named) == 1:
            record.parent = named[0]
            if named[0] is record:
                cell = record.row.place("parent")
                plan.report.fault(record.row.sheet, cell, f"“{record.name}”的上级单位是它自己", "请改正")
        elif len(named) > 1:
            cell = record.row.place("parent")
            plan.report.fault(
                record.row.sheet, cell, f"上级单位“{above}”在文件中有 {len(named)} 个", "请改写为单位代码"
            )
        elif _CODE.fullmatch(above) and not places.named(above):
            record.parent = _adopted(plan, record, above, root)
        else:
            record.parent = places.of(above, record.row.sheet, _place_above(record))
        if record.unit is not None and record.unit.parent_id is None:
            record.parent = None
    if says:
        _against_codes(plan, records, places)


def _place_above(record):
    return record.row.place("parent_code" if record.row.get("parent_code") else "parent")


def _adopted(plan, record, above, root):
    """Return the unit above one whose own is only a code that nobody knows, if somebody says that it is the institution."""
    text = f"上级单位代码 {above} 不在文件中，库中也没有。它下面的单位怎么办？"
    options = [("root", f"直接放在“{root}”之下"), ("leave", "不导入它们")]
    cell = f"{record.row.sheet}!{_place_above(record)}"
    return root if plan.report.ask(f"parent:{above}", text, options, cell) == "root" else None


def _against_codes(plan, records, places):
    """Ask about units whose code says another unit above than their column, where the codes of nearly all others agree."""
    told = [(record, _by_code(record, records, places)) for record in records.values()]
    told = [(record, above) for record, above in told if above is not None and record.parent is not None]
    wrong = [(record, above) for record, above in told if not _is_same(above, record.parent)]
    if len(told) - len(wrong) < max(LEAST_BY_CODE, 4 * len(wrong)):
        return
    for record, above in wrong:
        text = f"“{record.name}”（{record.code}）的上级写的是“{record.parent.name}”，按代码应是“{above.name}”"
        options = [("column", f"“{record.parent.name}”"), ("code", f"“{above.name}”")]
        cell = f"{record.row.sheet}!{_place_above(record)}"
        if plan.report.ask(f"above:{record.code}", text, options, cell) == "code":
            record.parent = above


def _is_same(one, other):
    """Whether two units above, each of the file or on record, are one."""
    units = [above.unit if isinstance(above, Record) else above for above in (one, other)]
    return one is other or (units[0] is not None and units[0] == units[1])


def _by_code(record, records, places):
    """Return the unit whose code begins this one's: 10 is above 1001."""
    for length in range(len(record.code) - 1, 0, -1):
        start = record.code[:length].upper()
        if start in records or start in places.by_code:
            return records.get(start) or places.by_code[start]
    return None


def find_cycles(plan, records):
    """Report units above themselves and trees that are too deep, and return whether there are any.

    Every unit is walked through once, however deep the tree of the file is.
    """
    sound, depth = True, {}  # of those walked through: how many units of the file it takes down to them
    for record in records.values():
        way, here = {}, record  # a dict, because a chain of thousands is looked up at every step
        while isinstance(here, Record) and here not in depth and here not in way:
            way[here] = len(way)
            here = here.parent
        if here in way:
            circle = list(way)[way[here] :]
            _report_circle(plan, circle)
            sound = False
            depth |= dict.fromkeys(circle, 0)
        for one in reversed(way):
            if one in depth:
                continue
            depth[one] = depth.get(one.parent, 0) + 1
            if depth[one] == DEEPEST + 1:
                text = f"“{one.name}”在第 {depth[one]} 层，最多 {DEEPEST} 层"
                plan.report.fault(one.row.sheet, one.row.place("parent"), text, "请核对上级单位")
                sound = False
    return not sound


def _report_circle(plan, circle):
    first = circle.index(min(circle, key=lambda one: one.row.number))
    circle = circle[first:] + circle[:first]
    cells = "、".join(one.row.place("parent") for one in circle[:8])
    names = " → ".join(one.name for one in (*circle[:8], circle[0]))
    plan.report.fault(circle[0].row.sheet, cells, f"上级单位绕成了一圈：{names}", "请改正其中一个的上级单位")


def above_on_record(record):
    """Return the id of the nearest unit above a new one that is on record."""
    here, way = record.parent, set()
    while isinstance(here, Record) and here.unit is None and here not in way:
        way.add(here)
        here = here.parent
    here = here.unit if isinstance(here, Record) else here
    return here.pk if here is not None else None


def is_left_out(record):
    """Whether a new unit, or one above it, is not to be imported."""
    way = set()
    while isinstance(record, Record) and record.unit is None and record not in way:
        way.add(record)
        record = record.parent
    return record is None
