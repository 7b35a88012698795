"""Which posts a row of a file of people names.

Several in a cell, with their units beside them or in front.
"""

import re
from dataclasses import dataclass

from registers.imports import values
from registers.imports.grid import address
from registers.imports.heads import normalised
from registers.imports.values import Wrong
from registers.models import Post

MOST = Post._meta.get_field("name").max_length
_MARK = re.compile(r"[(（]([^()（）]{1,20})[)）]$")
CLOSELY = ("主持工作", "主持")


MEANS, POSTS, TITLE = "post-means", "posts", "title"
_OF_POSTS = {"岗位", "岗位名称"}  # heads that mean posts and nothing else


def makes_posts(tables, report):
    """Whether the people of a file take the posts that it names, None while that is asked.

    It is asked where the head is 职务, which may be a mere title.
    """
    columns = [
        (table, column)
        for table in tables
        for column, name in table.fields.items()
        if name == "post" and normalised(table.columns[column].split("/")[-1]) not in _OF_POSTS
    ]
    people = sum(row.get("post") is not None for table, _ in columns for row in table.rows)
    if not people:
        return True
    table, column = columns[0]
    head = table.columns[column].split("/")[-1]
    text = f"“{head}”列写了 {people} 个人的职务，要据此设岗位吗？"
    options = [
        (POSTS, "设岗位：在所在单位为每人设一个这样的岗位并任职，已有别的岗位的另增一个"),
        (TITLE, "不设岗位：只记入各人的“职务/职称”，岗位另用岗位表导入"),
    ]
    cell = f"{table.sheet}!{address(table.head[1], column)}"
    return {POSTS: True, TITLE: False}.get(report.ask(MEANS, text, options, cell))


def says_no_unit(row, report):
    """Whether it is said or asked already why a row of people has no unit."""
    return bool(row.get("unit") or row.get("unit_code")) or report.is_open(f"fill:{row.sheet}:unit")


@dataclass(frozen=True)
class Wanted:
    """A post that a file says somebody holds.

    ``note``: what stood in brackets behind it. ``cell``: where it stands.
    """

    unit: object
    name: str
    note: str = ""
    cell: str = ""

    @property
    def label(self):
        return f"{self.unit}：{self.name}"


def wanted(row, person, places, report):
    """Return the posts of a row, None where the file says nothing about posts.

    An empty cell says nothing either.
    """
    if not row.cells.keys() & {"post", "second_unit", "both"}:
        return None
    try:
        words = values.text(row.get("post"), "职务", 400)
        seconds = [unit for unit in _seconds(row, places, report) if unit is not None]
        if not words:
            return None
        named = _split(words, places)
        found = [_one(part, person, places, row, report) for part in named]
    except Wrong as wrong:
        report.fault(row.sheet, row.place("post"), str(wrong), wrong.remedy)
        return None
    found = [post for post in found if post is not None]
    if seconds and found:
        rest = [unit for unit in seconds if unit not in {post.unit for post in found}]
        found += [Wanted(unit, found[0].name, "双肩挑") for unit in rest]
    return found


def _seconds(row, places, report):
    """Return the second units of somebody who works in two; whoever is said to and has none is a notice."""
    units = []
    for cell in row.cells.get("second_unit", []):
        if words := values.text(cell, "双肩挑单位", 80):
            units.append(places.of(words, row.sheet, row.place("second_unit")))
    if not units and row.get("both") is not None and values.boolean(row.get("both")):
        report.notice(row.sheet, row.place("both"), "写明双肩挑，没有写双肩挑的单位", "需要时请补上")
    return units


def _split(words, places):
    """Return the posts of a cell. 、 parts them only where every part is a post by itself and the whole names no unit."""
    parts = []
    for part in values.items(words):
        pieces = [piece.strip() for piece in part.split("、")]
        whole = any(places.named(part[:length]) for length in range(len(part), 1, -1) if "、" in part[:length])
        split = (
            len(pieces) > 1
            and not whole
            and all(re.search(r"[长记任员师管席计纳]([(（].*)?$", piece) for piece in pieces)
        )
        parts += pieces if split else [part]
    return parts


def _one(part, person, places, row, report):
    """Return the post that a part of a cell names; a unit in front of it is its unit, else the person's own is."""
    note = ""
    if mark := _MARK.search(part):
        part, note = part[: mark.start()].strip(), mark[1]
    unit, name = _unit_in_front(part, places) or (person.unit, part)
    if unit is None:
        unit = places.home.get(person.number)
    if not name or values.is_vacant(name):
        return None
    if len(name) > MOST:
        raise Wrong(f"职务“{name[:12]}…”有 {len(name)} 个字，最多 {MOST} 个字", "请缩短")
    if unit is None:
        if not says_no_unit(row, report):
            report.fault_of_many(row.sheet, row.place("post"), f"职务“{name}”没有单位", "请填写所在单位")
        return None
    if any(word in note for word in CLOSELY):
        text = f"{person.name}（{name}）注明“{note}”，导入不改变单位负责人"
        report.notice(row.sheet, row.place("post"), text, "需要时请另行任命")
    return Wanted(unit, " ".join(name.split()), note, f"{row.sheet}!{row.place('post')}")


def _unit_in_front(part, places):
    """Return (unit, post) of a text that begins with the whole name of one unit."""
    key = normalised(part)
    for length in range(len(key) - 1, 1, -1):
        units = places.named(key[:length])
        if len(units) == 1:
            return units[0], key[length:]
    return None
