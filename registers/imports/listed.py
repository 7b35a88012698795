"""Several numbered items in one cell: 1. 2. 3., （一）（二）, ①②. Pure: no Django.

A number begins an item at the start of a line, behind a full stop or a semicolon, and only where the series goes on from 1. So
1.5万元, 2019.3 and 第3条 part nothing.
"""

import re
from dataclasses import dataclass

_HAN = "一二三四五六七八九十"
_ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ"
_BEGINS = r"(?:^|(?<=[\n。；;])|(?<=[ \u3000]{2}))"
# How an item may be numbered. Items of another writing inside of an item belong to it.
_WRITINGS = (
    r"(?P<arabic>\d{1,2})(?:[.．](?!\d)|、)",
    r"[(（]?(?P<arabic>\d{1,2})[)）]",
    r"(?P<circled>[①-⑳])",
    r"(?P<enclosed>[⑴-⒇])",
    rf"(?P<han>[{_HAN}]{{1,3}})、",
    rf"[(（](?P<han>[{_HAN}]{{1,3}})[)）]",
    rf"(?P<roman>[{_ROMAN}])[.．、]",
)
_STARTS = [
    # A number in a circle is a number of an item wherever it stands.
    re.compile(writing if "①" in writing or "⑴" in writing else rf"{_BEGINS}[ \t\u3000]{{0,8}}{writing}\s*")
    for writing in _WRITINGS
]
_BULLET = re.compile(r"^[ \t\u3000]*[•·●▪◆■][ \t\u3000]*", re.MULTILINE)


@dataclass(frozen=True)
class Listed:
    """The items of a text, what stands before the first, and whether a number came twice (1. 2. 2.)."""

    items: tuple
    preface: str = ""
    doubled: bool = False


def listed(words):
    """Return the ``Listed`` of a text that numbers its items from 1 on, without any where it numbers none."""
    found = [marks for start in _STARTS if (marks := _series(start.finditer(words)))]
    if found:
        marks = min(found, key=lambda marks: marks[0][0].start())
        return _parted(words, [match for match, _ in marks], doubled=any(again for _, again in marks))
    bullets = list(_BULLET.finditer(words))
    return _parted(words, bullets) if len(bullets) > 1 else Listed((), words.strip())


def _series(matches):
    """Return [(match, whether its number came before)] of the numbers that rise by one from 1."""
    marks, last = [], 0
    for match in matches:
        number = _number(match)
        if number == last + 1 or (last and number == last):
            marks.append((match, number == last))
            last = number
    return marks


def _number(match):
    found = match.groupdict()
    if found.get("arabic"):
        return int(found["arabic"])
    if found.get("circled"):
        return ord(found["circled"]) - ord("①") + 1
    if found.get("enclosed"):
        return ord(found["enclosed"]) - ord("⑴") + 1
    if found.get("roman"):
        return _ROMAN.index(found["roman"]) + 1
    return han_number(found["han"])


def han_number(words):
    """Return the number that one to three Han numerals mean: 十二 is 12. 0 where they mean none."""
    tens, ten, ones = words.rpartition("十")
    if not ten:
        return _HAN.find(words) + 1 if len(words) == 1 else 0
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return (_HAN.index(tens) + 1 if tens else 1) * 10 + (_HAN.index(ones) + 1 if ones else 0)


def without_end(item):
    """Return an item without the mark that parted it from the next one.

    A full stop behind several sentences stays.
    """
    bare = item.rstrip("；; \n")
    return bare.removesuffix("。") if bare.count("。") == 1 else bare


def _parted(words, marks, *, doubled=False):
    ends = [match.start() for match in marks[1:]] + [len(words)]
    items = (words[match.end() : end].strip() for match, end in zip(marks, ends, strict=True))
    return Listed(tuple(item for item in items if item), words[: marks[0].start()].strip(), doubled)
