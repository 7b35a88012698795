"""Adding and changing regulations, one by one or as a pasted list.

Source: R0-20, R1-54.
"""

import re
from datetime import date
from functools import cache

from django.db import IntegrityError, transaction

from registers import audit
from registers.access import require
from registers.models import PowerItem, Regulation, RegulationPower, Unit
from registers.prepared import Given, Prepared
from registers.refusals import Refused, Stale
from registers.text import without_unseen

FIELDS = ("name", "document_number", "issued_by", "effective_on", "state", "remark")
TAKEN = "本单位已登记同名的制度。请换一个名称，或在制度目录中修改原来的那一项。"
MOST_LINES = 300
DAY = re.compile(r"^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?$")
WRITTEN = "每行写“名称｜文号｜日期”，文号和日期可以不写"


class Faulty(Refused):
    """A refusal of a pasted list that cannot be taken over. Nothing was changed.

    ``faults`` are ``(line number, sentence)``.
    """

    def __init__(self, faults):
        self.faults = faults
        super().__init__("；".join(f"第 {number} 行：{text}" for number, text in faults))


@transaction.atomic
def add(unit, values, *, actor, at, powers=()):
    """Add a regulation to the directory of ``unit`` and return it.

    ``values`` by ``FIELDS``, ``powers``: series of the powers that rest on it. Raises ``Refused``.
    """
    require(actor, "add_regulation", unit)
    _name_is_free(unit, values)
    try:
        with transaction.atomic():
            regulation = Regulation.objects.create(
                unit=unit, **{name: values[name] for name in FIELDS if name in values}
            )
    except IntegrityError as taken:  # somebody else has put it on record a moment ago
        raise Refused(TAKEN, "name") from taken
    link(regulation, powers)
    audit.append("regulation.add", about=regulation, actor=actor, at=at, detail={"unit": unit.pk})
    return regulation


@transaction.atomic
def change(pk, values, *, seen, actor, at, powers=None):
    """Change a regulation that the editor saw at version ``seen``. Raises ``Stale``, ``Refused``."""
    regulation = Regulation.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)
    require(actor, "change", regulation)
    if regulation.version != seen:
        raise Stale(regulation)
    _name_is_free(regulation.unit, values, but=regulation)
    changed = sorted(name for name in FIELDS if name in values and getattr(regulation, name) != values[name])
    Regulation.objects.filter(pk=pk).update(**{name: values[name] for name in changed}, version=regulation.version + 1)
    if powers is not None:
        link(regulation, powers)
    audit.append("regulation.change", about=regulation, actor=actor, at=at, detail={"fields": changed})


def _name_is_free(unit, values, but=None):
    if values.get("state") == Regulation.State.REPEALED:
        return
    others = Regulation.objects.filter(unit=unit, name=values["name"]).exclude(state=Regulation.State.REPEALED)
    if others.exclude(pk=but.pk if but else None).exists():
        raise Refused(TAKEN, "name")


def link(regulation, powers):
    """Let exactly ``powers`` (series) rest on the regulation."""
    regulation.power_links.exclude(power_series__in=powers).delete()
    RegulationPower.objects.bulk_create(
        [RegulationPower(regulation=regulation, power_series=series) for series in powers], ignore_conflicts=True
    )


def linkable(regulation_unit, *, on):
    """Return the powers in force that a regulation of this unit may be linked to.

    They are the unit's own, or the whole school's for the root.
    """
    powers = PowerItem.objects.in_force(on).select_related("unit")
    if regulation_unit.parent_id is not None:
        powers = powers.filter(unit=regulation_unit)
    return powers.order_by("unit__position", "unit__code", "pk")


def called(powers, *, name="", unit=""):
    """Return those of ``powers`` in whose name ``name`` stands, of the units that are called ``unit``."""
    powers = powers.filter(name__icontains=name) if name else powers
    return powers.filter(unit__in=Unit.objects.called(unit)) if unit else powers


def usable(unit):
    """Return the regulations that a measure of ``unit`` may name as its basis.

    They are the unit's and those of the units above it, as far as they are not repealed.
    """
    above = [*unit.ancestors().values_list("pk", flat=True), unit.pk]
    return _usable().of(units=above)


@cache
def _usable():
    valid = Regulation.objects.exclude(state=Regulation.State.REPEALED)
    return Prepared(valid.filter(unit__within=Given("units")).order_by("-unit__parent", "pk"))


@transaction.atomic
def add_list(unit, text, *, state, actor, at):
    """Add a pasted list of regulations, all of it or nothing, and return them. Raises ``Faulty``.

    One regulation a line: ``名称｜文号｜日期``; tabs, as a spreadsheet copies them, count as separators too.
    """
    require(actor, "add_regulation", unit)
    taken = set(
        Regulation.objects.filter(unit=unit).exclude(state=Regulation.State.REPEALED).values_list("name", flat=True)
    )
    rows, faults = read_list(text, taken)
    if faults:
        raise Faulty(faults)
    return [_add_row(unit, {**row, "state": state, "issued_by": unit.name}, actor=actor, at=at) for row in rows]


def _add_row(unit, values, *, actor, at):
    try:
        return add(unit, values, actor=actor, at=at)
    except Refused:  # the name was free when the list was read
        raise Faulty([(1, f"“{values['name']}”刚被别人登记，没有导入。请重新核对后再提交。")]) from None


def read_list(text, taken=frozenset()):
    """Read a pasted list and return ``(rows, faults)``.

    ``taken``: names that are in the directory already.
    """
    rows, faults, seen = [], [], {}
    lines = [
        (number, line) for number, line in enumerate(without_unseen(text)[0].splitlines(), start=1) if line.strip()
    ]
    if not lines:
        return [], [(1, f"没有内容。{WRITTEN}。")]
    if len(lines) > MOST_LINES:
        return [], [(lines[MOST_LINES][0], f"一次最多导入 {MOST_LINES} 行，请分批粘贴。")]
    for number, line in lines:
        parts = [part.strip() for part in re.split(r"[｜|\t]", line.strip())]
        row, wrong = _row(parts)
        if not wrong and row["name"] in seen:
            wrong = f"与第 {seen[row['name']]} 行的名称“{row['name']}”重复，请删去一行。"
        if not wrong and row["name"] in taken:
            wrong = f"本单位已登记“{row['name']}”，请删去本行，或在制度目录中修改。"
        if wrong:
            faults.append((number, wrong))
        else:
            seen[row["name"]] = number
            rows.append(row)
    return rows, faults


def _row(parts):
    """Return the values of one line and what is wrong with it (empty: nothing)."""
    if len(parts) > 3:
        return {}, f"有 {len(parts)} 栏，多于三栏。{WRITTEN}。"
    name, number, day = (*parts, "", "")[:3]
    name = bare_name(name)
    if not name:
        return {}, f"没有制度名称。{WRITTEN}。"
    for label, value, most in (("制度名称", name, 120), ("文号", number, 60)):
        if len(value) > most:
            return {}, f"“{label}”最多 {most} 字，现有 {len(value)} 字。"
    effective_on = read_day(day) if day else None
    if day and effective_on is None:
        return {}, f"日期“{day[:20]}”无法识别，请写成 2026-09-30 或 2026年9月30日。"
    return {"name": name, "document_number": number, "effective_on": effective_on}, ""


def bare_name(name):
    """Return the name of a regulation without the marks 《》 around it."""
    return name.removeprefix("《").removesuffix("》") if name.count("《") == 1 else name


def read_day(text):
    """Read a day as people write it: 2026-09-30, 2026.9.30 or 2026年9月30日.

    Returns None where it is no day.
    """
    match = DAY.match(text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
