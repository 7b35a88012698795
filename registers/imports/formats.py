"""How a workbook shows its numbers, and what a number means: a day, or digits as one writes them.

Pure: no Django.
"""

import math
import re
from datetime import date
from functools import lru_cache

from registers.clock import days

FORMATS = {0: "General", 1: "0", 2: "0.00", 9: "0%", 10: "0.00%", 49: "@"}
DAY_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def forms_of(package):
    """Return the number format of each style."""
    named, styles, inside = dict(FORMATS), [], []

    def start(tag, attributes):
        if tag == "numFmt":
            named[count(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            inside.append(tag)
        elif tag == "xf" and inside:
            number = count(attributes.get("numFmtId"))
            styles.append(named.get(number) or ("yyyy-mm-dd" if number in DAY_FORMATS else "General"))

    def end(tag):
        if tag == "cellXfs":
            inside.clear()

    package.parse("xl/styles.xml", start=start, end=end)
    return styles


def count(text):
    """Return a count that a part of the package gives, -1 where it is none."""
    return int(text) if text and re.fullmatch(r"\d{1,9}", text) else -1


@lru_cache(maxsize=2000)
def is_day_format(form):
    """Whether a number format shows a day."""
    bare = _QUOTED.sub("", form).lower()
    return form not in ("General", "@") and "0" not in bare and "#" not in bare and bool(re.search("[yd]|m.*m", bare))


def day_of(number, since_1904=False):
    """Return the day that a serial number means, None where it means none.

    The 60th day of 1900 never was: Excel counts a 29 February that the calendar does not have.
    """
    if not math.isfinite(number) or not 0 < number < 2_958_466:
        return None
    whole = int(number)
    if since_1904:
        return date(1904, 1, 1) + days(whole)
    if whole == 60:
        return None
    return date(1899, 12, 31 if whole < 60 else 30) + days(whole)


def as_text(raw, value):
    """Return a number as it is written by hand.

    A whole one without a point, none with an exponent where it can be helped.
    """
    if not math.isfinite(value):
        return raw
    if value == int(value) and abs(value) < 1e18:
        return str(int(value))
    return format(value, ".10g") if abs(value) < 1e15 else raw
