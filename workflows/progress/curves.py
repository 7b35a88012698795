"""The curve of submissions handed in, beside what the deadlines ask for.

Pure: it computes where lines and words go, and ``components/curve.html`` draws them. Lengths are in units of the
picture.
"""

from dataclasses import dataclass

from registers.papers.words import day_within

WIDTH, HEIGHT = 380, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 12, 24
TOPS = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80)  # ends of the scale: their halves are whole numbers


@dataclass(frozen=True)
class Reading:
    """The numbers of one day's end: submissions ``planned`` by the deadlines, and those ``handed`` in.

    ``handed`` is None where it is not known yet.
    """

    day: object
    planned: float
    handed: int | None


@dataclass(frozen=True)
class Curve:
    """A curve ready to be drawn.

    ``planned`` and ``handed`` are SVG paths, ``area`` is the path of the area under ``handed``, and ``last`` is its
    last place as (x, y). ``levels`` as (y, words) and ``days`` as (x, words, anchor) are the scales. ``readings`` are
    for the table beside it.
    """

    width: float
    height: float
    planned: str
    handed: str
    area: str
    last: tuple | None
    levels: tuple
    days: tuple
    right: float
    left: float
    bottom: float
    readings: tuple


def curve(readings, total):
    """Compute the ``Curve`` of ``readings`` (in the order of their days) out of ``total`` submissions.

    Returns None for fewer than two readings.
    """
    if len(readings) < 2 or total <= 0:
        return None
    first, last = readings[0].day.toordinal(), readings[-1].day.toordinal()
    top = _round_up(total)

    def x(day):
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day.toordinal() - first) / (last - first), 1)

    def y(number):
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * number / top, 1)

    known = [(x(reading.day), y(reading.handed)) for reading in readings if reading.handed is not None]
    line = _path(known)
    area = f"{line}V{y(0)}H{known[0][0]}Z" if len(known) > 1 else ""
    shown = (
        [readings[0], readings[len(readings) // 2], readings[-1]] if len(readings) > 2 else [readings[0], readings[-1]]
    )
    anchors = ("start", "middle", "end") if len(shown) == 3 else ("start", "end")
    return Curve(
        width=WIDTH,
        height=HEIGHT,
        planned=_path([(x(reading.day), y(reading.planned)) for reading in readings]),
        handed=line,
        area=area,
        last=known[-1] if known else None,
        levels=tuple((y(number), str(round(number))) for number in (0, top / 2, top)),
        days=tuple(
            (x(reading.day), day_within(reading.day, readings[-1].day.year), anchor)
            for reading, anchor in zip(shown, anchors, strict=True)
        ),
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=y(0),
        readings=tuple(readings),
    )


def _path(places):
    return "".join(f"{'L' if number else 'M'}{x} {y}" for number, (x, y) in enumerate(places))


def _round_up(total):
    """The next number that, with its half, makes a scale easy to read."""
    if total <= 10:
        return total + total % 2
    size = 1
    while total > TOPS[-1] * size:
        size *= 10
    return next(top * size for top in TOPS if top * size >= total)
