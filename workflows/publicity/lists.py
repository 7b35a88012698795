"""Standing lists of the register: their rows and numbers, and what differs between two versions.

A version says what is new, what is gone and what was changed (新增、取消、变更要素). A number is never given to another.
"""

from registers.papers.compose import document_for
from registers.papers.sources import records_of
from registers.papers.words import words
from registers.schemes.layout import leaf_columns
from registers.schemes.publicity import LABELS

KEY, NUMBER = "key", "item"  # what a row is about; the number that it keeps
ADDED, DROPPED, CHANGED = "新增", "取消", "变更要素"
NAMES = ("name", "regulation")  # the columns by which people know a row


def columns(kind, rules):
    """Return the columns of a standing list as ``[field, heading]``: those that its kind shows."""
    headings = {leaf.field: leaf.label for leaf in leaf_columns(rules.papers[kind.paper])}
    return [[field, headings.get(field) or LABELS.get(field, field)] for field in kind.shows]


def rows(kind, rules, unit, on):
    """Return the rows that a list of ``unit`` would have on the day ``on``.

    Each says what it is about (``KEY``), and holds the shown columns.
    """
    layout, units = rules.papers[kind.paper], list(unit.subtree())
    found = document_for(layout.compiled, unit=unit, units=units, on=on, rules=rules)["rows"]
    keys = records_of(layout.compiled, units, on) or [_named(row) for row in found]
    return [
        {KEY: key, **{field: words(row.get(field, "")) for field in kind.shows}}
        for key, row in zip(keys, found, strict=True)
    ]


def _named(row):
    return " ".join(words(row.get(field, "")) for field in ("unit", *NAMES))


def numbered(found, versions):
    """Return rows with their numbers.

    Those that they had in one of the earlier ``versions`` (lists of rows), else new ones.
    """
    known = {row[KEY]: row[NUMBER] for version in versions for row in version}
    following = max(known.values(), default=0) + 1
    numbers = {}
    for row in found:
        if row[KEY] not in known and row[KEY] not in numbers:
            numbers[row[KEY]] = following + len(numbers)
    return sorted(({NUMBER: (known | numbers)[row[KEY]], **row} for row in found), key=lambda row: row[NUMBER])


def differences(before, after, headings):
    """Return what differs between two versions, in the order of the numbers.

    ``headings``: ``[field, heading]`` of the columns. Each difference has ``item``, ``name``, ``change``, ``element``, ``before``
    and ``after``.
    """
    then, now = ({row[KEY]: row for row in version} for version in (before, after))
    found = [_whole(row, ADDED) for key, row in now.items() if key not in then]
    found += [_whole(row, DROPPED) for key, row in then.items() if key not in now]
    for key, row in now.items():
        for field, heading in headings if key in then else ():
            if (old := then[key].get(field, "")) != (new := row.get(field, "")):
                changed = {"change": CHANGED, "element": heading, "before": old, "after": new}
                found.append({"item": row[NUMBER], "name": name_of(row), **changed})
    return sorted(found, key=lambda one: one["item"])


def _whole(row, change):
    return {"item": row[NUMBER], "name": name_of(row), "change": change, "element": "", "before": "", "after": ""}


def name_of(row):
    """Return the words by which people know a row of a list."""
    return next((row[field] for field in NAMES if row.get(field)), "")
