"""Pictures of figures: bars one below the other, and a line over the years.

``components/bars.html`` and ``components/line.html`` draw them, on screen and in files; a table beside each says the same. Pure: no
Django, no database. Lengths are in units of the picture.
"""

from dataclasses import dataclass
from itertools import pairwise

WIDTH, ROW, NAME, TEXT = 420, 26, 130, 50
COLOUR = "#1f4e79"
HEIGHT, SIDE, HEAD = 130, 34, 22  # of a line: the picture, its sides, the room for words above and below it


@dataclass(frozen=True)
class Bar:
    """One bar of a picture: its words, where it stands, its length, where it ends, the words behind it."""

    label: str
    y: float
    length: float
    end: float
    words: str
    tone: str


@dataclass(frozen=True)
class Bars:
    """A picture of bars, ready to be drawn."""

    label: str
    width: float
    height: float
    left: float
    bars: tuple


def bars(label, rows):
    """Lay out a picture of ``rows``: (words, share from 0 to 1 or None, words behind the bar, colour)."""
    room = WIDTH - NAME - TEXT - 10
    laid = []
    for place, (words, share, behind, tone) in enumerate(rows):
        length = round(room * float(share or 0), 1)
        laid.append(Bar(_short(words), ROW * place + 4, length, NAME + length, behind, tone))
    return Bars(label, WIDTH, ROW * len(laid) + 4, NAME, tuple(laid))


def counted(label, rows):
    """Lay out a picture of numbers, the greatest with the longest bar.

    ``rows``: (words, number, colour).
    """
    most = max((number for _, number, _ in rows), default=0)
    return bars(label, [(words, number / most if most else 0, str(number), tone) for words, number, tone in rows])


def _short(words, most=10):
    return words if len(words) <= most else f"{words[: most - 1]}…"


@dataclass(frozen=True)
class Mark:
    """One year of a line: where it stands, its year, the words at it."""

    x: float
    y: float
    year: int
    words: str


@dataclass(frozen=True)
class Line:
    """A line over the years, ready to be drawn.

    ``paths``: from each mark to the next, none over a year that is missing.
    """

    label: str
    width: float
    height: float
    marks: tuple
    paths: tuple


def places(label, years):
    """Lay out how something stood over ``years``, the first place on top.

    ``years``: (year, place or None, of how many). Years without a place have no mark. None where fewer than two have one: a single
    mark is no line.
    """
    known = [(year, place, count) for year, place, count in years if place]
    if len(known) < 2:
        return None
    first, last = known[0][0], known[-1][0]
    room, tall = WIDTH - 2 * SIDE, HEIGHT - 2 * HEAD
    marks = [
        Mark(
            round(SIDE + room * (year - first) / (last - first), 1),
            round(HEAD + tall * ((place - 1) / (count - 1) if count > 1 else 0), 1),
            year,
            f"{place}/{count}",
        )
        for year, place, count in known
    ]
    paths = [f"M{one.x} {one.y}L{after.x} {after.y}" for one, after in pairwise(marks) if after.year - one.year == 1]
    return Line(label, WIDTH, HEIGHT, tuple(marks), tuple(paths))
