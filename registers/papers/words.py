"""A value as it stands on paper: clean text, Chinese dates, numbered lists.

Pure: no Django.
"""

import re
from datetime import datetime
from math import ceil

from registers.text import without_unseen

BLANK_DATE = "　　年　　月　　日"
BLANK_TEXT = "＿＿＿＿＿＿"

_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")


def printable(text):
    """Return ``text`` as it can be printed, and how many characters were left out.

    It has one kind of line break and no unprintable character.
    """
    return without_unseen(_BREAKS.sub("\n", text).replace("\t", "  "))


def lines_taken(text, across):
    """Return how many lines ``text`` takes in a given width, never too few.

    ``across``: how many Chinese characters stand side by side.
    """
    return sum(max(1, ceil(len(part) / across)) for part in text.split("\n"))


def wide(text):
    """Return how many Chinese characters are as wide as ``text``.

    Digits and Latin letters are about half as wide.
    """
    return sum(0.55 if character.isascii() else 1 for character in text)


def chinese_date(value, *, blank=BLANK_DATE):
    """Return a date as 2026年9月25日.

    ``value`` is a day, a moment or the ISO form of either; any other text is returned unchanged, nothing becomes
    ``blank``.
    """
    if not value:
        return blank
    try:
        day = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return f"{day.year}年{day.month}月{day.day}日"


def day_within(day, year):
    """Return a day as 9月25日, with its year where that is another than ``year``."""
    return f"{day.year}年{day.month}月{day.day}日" if day.year != year else f"{day.month}月{day.day}日"


def cleaned(value):
    """Return a document with every text made ``printable``, and how many characters were left out."""
    if isinstance(value, str):
        text, dropped = printable(value)
        return text.strip(), dropped
    if isinstance(value, dict):
        pairs = {key: cleaned(item) for key, item in value.items()}
        return {key: item for key, (item, _) in pairs.items()}, sum(count for _, count in pairs.values())
    if isinstance(value, list | tuple):
        items = [cleaned(item) for item in value]
        return [item for item, _ in items], sum(count for _, count in items)
    return value, 0


def words(value, kind="text"):
    """Return a value as text, a list as numbered lines."""
    if kind == "date":
        return chinese_date(value, blank="")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        items = [text for text in map(words, value) if text]
        return items[0] if len(items) == 1 else "\n".join(f"{n}. {text}" for n, text in enumerate(items, 1))
    return f"{value:.10g}" if isinstance(value, float) else str(value)
