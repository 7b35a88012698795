"""Which unit a text means: by its code, name, another name, or a part of a joint name.

Where none of them fits, a person is asked. A unit is never made up, and nobody lands in a unit of no name.
"""

import difflib
import re

from registers.imports.heads import normalised
from registers.models import Unit, UnitAlias
from registers.models.spans import is_closed

_PARTS = re.compile(r"[、,，;；]|\s/\s|(?<!^)/(?!$)")
_BRACKET = re.compile(r"[(（]([^()（）]*)[)）]")
_KEPT = str.maketrans("（()）", "〈〈〉〉")
MOST_OPTIONS = 8


def parts_of(name):
    """Return the names that a joint name holds: those parted by 、 and those in brackets."""
    inside = [part for bracket in _BRACKET.findall(name) for part in _PARTS.split(bracket)]
    outside = _PARTS.split(_BRACKET.sub("", name))
    parts = [part.strip() for part in (*outside, *inside) if part.strip()]
    return parts if len(parts) > 1 else []


class Places:
    """The units of the institution as files name them."""

    def __init__(self, on, report):
        self.report, self.on = report, on
        self.units = {unit.pk: unit for unit in Unit.objects.order_by("position", "code")}
        self.by_code, self.by_name, self.by_part = {}, {}, {}
        for unit in self.units.values():
            self.by_code[unit.code.upper()] = unit
            self._enter(self.by_name, unit.name, unit)
            for part in parts_of(unit.name):
                self._enter(self.by_part, part, unit)
        for name, pk in UnitAlias.objects.values_list("name", "unit_id"):
            self._enter(self.by_name, name, self.units[pk])
        self.known, self.chosen = {}, {}
        self.home = {}  # number of a person → his unit on record

    @property
    def school(self):
        """The institution as a whole."""
        return next(unit for unit in self.units.values() if unit.parent_id is None)

    def _enter(self, index, name, unit):
        units = index.setdefault(normalised_name(name), [])
        if unit not in units:
            units.append(unit)

    def named(self, text):
        """Return the units that exist and that a text may mean, closed ones only where no other does."""
        key = normalised_name(text)
        found = (
            [self.by_code[key.upper()]]
            if key.upper() in self.by_code
            else self.by_name.get(key) or self.by_part.get(key, [])
        )
        return [unit for unit in found if not is_closed(unit, self.on)] or found

    def of(self, text, sheet, cell):
        """Return the unit that a text of a cell means, or None after having said or asked why not."""
        if text in self.known:
            unit = self.known[text]
            return unit if unit is not None else self._again(text, sheet, cell)
        units = self.named(text)
        if len(units) == 1 and not is_closed(units[0], self.on):
            self.known[text] = units[0]
            return units[0]
        self.known[text] = self._asked(text, units, sheet, cell)
        return self.known[text]

    def _again(self, text, sheet, cell):
        """A text that was no unit before: a fault names its cells, a question is asked once."""
        if f"unit:{text}" not in self.report.asked:
            self._unknown(text, sheet, cell)

    def _asked(self, text, units, sheet, cell):
        if units and is_closed(units[0], self.on):
            self.report.fault(sheet, cell, f"单位“{text}”已撤销", "请改为现在的单位")
            return None
        options = units or self._near(text)
        if not options:
            return self._unknown(text, sheet, cell)
        why = "有几个单位都叫这个名字" if units else "没有这个单位"
        answer = self.report.ask(
            f"unit:{text}",
            f"“{text}”：{why}，是下面哪一个？",
            [(str(unit.pk), f"{unit.name}（{unit.code}）") for unit in options],
            f"{sheet}!{cell}",
        )
        unit = self.units.get(int(answer)) if answer else None
        if unit is not None and not units:
            self.chosen[text] = unit
        return unit

    def _near(self, text):
        key = normalised_name(text)
        open_units = [unit for unit in self.units.values() if not is_closed(unit, self.on)]
        near = [
            unit
            for unit in open_units
            if key and (key in normalised_name(unit.name) or normalised_name(unit.name) in key)
        ]
        names = {normalised_name(unit.name): unit for unit in open_units}
        near += [names[name] for name in difflib.get_close_matches(key, names, n=MOST_OPTIONS, cutoff=0.5)]
        return list(dict.fromkeys(near))[:MOST_OPTIONS]

    def _unknown(self, text, sheet, cell):
        self.report.fault_of_many(sheet, cell, f"没有单位“{text[:40]}”", "请先导入单位，或改为已有单位的名称")


def normalised_name(text):
    """Return the name of a unit as it is compared: plain forms, without blanks.

    Brackets are part of it.
    """
    return normalised(text.translate(_KEPT))
