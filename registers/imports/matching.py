"""Which unit, post, person and power the words of a row mean, in files about the work of units."""

import re

from registers.imports import values
from registers.imports.heads import normalised
from registers.imports.places import normalised_name
from registers.imports.values import Wrong
from registers.models import Incumbency, Post, PowerItem, User
from registers.models.spans import is_closed

_TITLED = re.compile(
    r"(?:填报|所在|责任|所属)?(?:单位|部门|科室)(?:名称)?(?:[(（][^()（）]{0,6}[)）])?\s*[:：]\s*(\S{2,40})"
)
_POST_ABOVE = re.compile(r"岗位(?:名称)?\s*[:：]\s*(\S{2,40})")
_SEVERAL = re.compile(r"[\n、,，;；/]+")
NOBODY = "none"  # the answer that none of those offered is meant


def several(words):
    """Return the names of a cell that may hold several.

    Blanks part them only where no part is a single character: names of two are often written wide.
    """
    found = []
    for part in _SEVERAL.split(words):
        pieces = part.split()
        found += pieces if all(len(piece) > 1 for piece in pieces) else ["".join(pieces)]
    return found


def read_text(report, row, name, label, most):
    """Return the text of a field of a row, None after having said what is wrong with it."""
    try:
        return values.text(row.get(name), label, most)
    except Wrong as wrong:
        report.fault(row.sheet, row.place(name), str(wrong), wrong.remedy)
        return None


def people_on_record():
    """Return number → person of all people, and name → people of those who are there."""
    by_number = {user.number: user for user in User.objects.select_related("unit")}
    by_name = {}
    for user in by_number.values():
        if user.is_active:
            by_name.setdefault(user.name, []).append(user)
    return by_number, by_name


class Reader:
    """What the readers of such files share. ``label``: what a row is called where a unit is asked for."""

    def __init__(self, plan, places, actor, on, label):
        self.plan, self.report, self.places, self.on, self.label = plan, plan.report, places, on, label
        self.mine = set(actor.unit_ids("registrar"))
        self._of_sheet, self._unmatched = {}, {}

    def read(self, row, name, label, most):
        """Return the text of a field, None after having said what is wrong with it."""
        return read_text(self.report, row, name, label, most)

    def unit_of(self, table, row):
        """Return the unit of a row.

        None after having said why there is none, or that it is none of the registrar's.
        """
        words = self.read(row, "unit_code", "单位代码", 20) or self.read(row, "unit", "所在单位", 200)
        if words:
            unit = self._named(words, row)
        elif {"unit", "unit_code"} & set(table.fields.values()):
            if self.report.is_open(f"fill:{row.sheet}:unit"):
                return None
            self.report.fault(
                row.sheet, row.place("unit"), f"这{self.label}没有写单位", "请填写单位，或在上面选择向下填充"
            )
            return None
        else:
            body = self.read(row, "body", "责任主体", 200)
            unit = self._named(body, row) if body and self.places.named(body) else self._unit_of_sheet(table)
        if unit is not None and unit.pk not in self.mine:
            self.report.fault(row.sheet, row.place("unit"), f"“{unit}”不在您管理的单位内", "请删去本行")
            return None
        return unit

    def _named(self, words, row):
        """Return the unit of a cell. Of several in a cell the first is responsible."""
        parts = [part.strip() for part in re.split(r"\n+", words) if part.strip()]
        if len(parts) > 1 and not self.places.named(words):
            self.unmatched("责任单位", "、".join(parts[1:]), row, "unit", "以写在前面的单位为准")
            words = parts[0]
        return self.places.of(words, row.sheet, row.place("unit"))

    def _unit_of_sheet(self, table):
        """Return the unit of a sheet without a column of units: named above the head, or by the sheet, or asked for."""
        if table.sheet not in self._of_sheet:
            titles = [match[1] for text in table.above if (match := _TITLED.search(text))]
            named = [self.places.named(text) for text in (*titles, table.sheet)]
            unit = next((units[0] for units in named if len(units) == 1 and not is_closed(units[0], self.on)), None)
            self._of_sheet[table.sheet] = unit or self._ask_unit(table)
        return self._of_sheet[table.sheet]

    def _ask_unit(self, table):
        units = [unit for pk, unit in self.places.units.items() if pk in self.mine and not is_closed(unit, self.on)]
        options = [(str(unit.pk), f"{unit.name}（{unit.code}）") for unit in units]
        text = f"工作表“{table.sheet}”没有单位列，是哪个单位的？"
        answer = self.report.ask(f"unit-of:{table.sheet}", text, options, table.sheet)
        return self.places.units[int(answer)] if answer else None

    def post_above(self, table):
        """Return the post that stands above the table of one post (岗位名称：出纳), "" where none does."""
        found = [match[1] for text in table.above if (match := _POST_ABOVE.search(text))]
        return found[0] if found and "post" not in table.fields.values() else ""

    def unmatched(self, what, words, row, name, then):
        """Count a text that means nothing on record. ``then``: what becomes of it. Returns it as a remark."""
        self._unmatched.setdefault((row.sheet, what, words[:60], then), []).append(row.place(name))
        return f"{what}“{words}”未对应"

    def say_unmatched(self):
        """Say once of each text that it means nothing on record, and in which cells it stands."""
        for (sheet, what, words, then), cells in self._unmatched.items():
            places = "、".join(dict.fromkeys(cells[:8]))
            self.report.notice(sheet, places, f"{what}“{words}”未对应（{len(cells)} 处），{then}")


class Posts:
    """The posts of units by their names, and who holds them."""

    def __init__(self, report, on):
        self.report, self.by_name, self.exactly, self.holders = report, {}, {}, {}
        for row in Incumbency.objects.in_force(on).filter(user__is_active=True).select_related("user"):
            self.holders.setdefault(row.post_id, []).append(row.user)
        for post in Post.objects.existing(on).order_by("code"):
            self.by_name.setdefault((post.unit_id, normalised(post.name)), []).append(post)
            self.exactly.setdefault((post.unit_id, normalised_name(post.name)), []).append(post)

    def holder(self, post):
        """Return who holds a post, None where nobody does."""
        return next(iter(self.holders.get(post.pk, ())), None)

    def called(self, unit, words):
        """Return the posts of a unit (its id) with this name.

        Brackets count, unless no post has just this name.
        """
        return self.exactly.get((unit, normalised_name(words))) or self.by_name.get((unit, normalised(words)), [])

    def named(self, unit, words, row, name, *, held_by=()):
        """Return the post of a unit with this name, None where none is meant.

        Of several the one counts whose holder the row names (``held_by``), else it is asked.
        """
        found = self.called(unit.pk, words)
        held = [post for post in found if any(user.name in held_by for user in self.holders.get(post.pk, ()))]
        found = held if len(held) == 1 else found
        if len(found) < 2:
            return found[0] if found else None
        options = [(post.code, f"{post.name}（{post.code}，{self.holder(post) or '空缺'}）") for post in found]
        is_exact = all(normalised_name(post.name) == normalised_name(words) for post in found)
        text = f"“{unit}”有 {len(found)} 个岗位{'都叫' if is_exact else '的名称像'}“{words}”，是哪一个？"
        cell = f"{row.sheet}!{row.place(name)}"
        answer = self.report.ask(f"post:{unit.code}:{words[:60]}", text, [*options, (NOBODY, "都不是")], cell)
        return next((post for post in found if post.code == answer), None)


class People:
    """The people whom a unit's papers may name: its own, and those of units above and below it."""

    def __init__(self, report, units, posts):
        self.report, self.posts = report, posts
        self.parents = {pk: unit.parent_id for pk, unit in units.items()}
        self.by_name = {}
        for user in User.objects.filter(is_active=True).order_by("number"):
            self.by_name.setdefault(user.name, []).append(user)

    def named(self, unit, words, row, name):
        """Return the person or the post of the unit that a name means, None where it means neither."""
        key = "".join(words.split())
        near = [user for user in self.by_name.get(key, []) if self.are_near(unit.pk, user.unit_id)]
        own = [user for user in near if user.unit_id == unit.pk] or near
        if len(own) == 1:
            return own[0]
        if own:
            options = [(user.number, f"{user.name}（{user.number}，{user.unit}）") for user in own]
            text = f"“{key}”有 {len(own)} 人，是哪一位？"
            cell = f"{row.sheet}!{row.place(name)}"
            answer = self.report.ask(f"person:{unit.code}:{key}", text, [*options, (NOBODY, "都不是")], cell)
            return next((user for user in own if user.number == answer), None)
        found = self.posts.called(unit.pk, key)
        return found[0] if len(found) == 1 else None

    def are_near(self, unit, other):
        """Whether one unit (ids) is the other, or lies above or below it."""
        return other in self._above(unit) or unit in self._above(other)

    def _above(self, unit):
        """Return a unit with all above it."""
        way = []
        while unit is not None and unit not in way:
            way.append(unit)
            unit = self.parents.get(unit)
        return way


def proposed_powers(units):
    """Return the (unit, name) of the powers of these units that wait for their signature."""
    rows = PowerItem.objects.filter(unit__in=units, in_force_from=None).values_list("unit_id", "name")
    return {(unit, normalised(name)) for unit, name in rows}


def powers_by_name():
    """Return (unit, name) → the powers on record that have it."""
    found = {}
    for power in PowerItem.objects.open():
        found.setdefault((power.unit_id, normalised(power.name)), []).append(power)
    return found
