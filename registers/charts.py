"""The layout of a power's chart: where its shapes and words stand.

Two kinds: 权力运行流程图 (the process) and 廉政风险防控图 (with risks and measures). ``components/chart.html`` draws it.
Pure: no Django, no database. Lengths are in points of the picture. Source: R1-34, C5-18, D6.
"""

from dataclasses import dataclass

MIDDLE, SIDE, GAP, MARGIN = 216, 212, 26, 8
LINE, PAD = 16, 8
MIDDLE_CHARACTERS, SIDE_CHARACTERS = 15, 15
STOPS = "，。；：、）》”！？"


@dataclass(frozen=True)
class Risk:
    """A risk point that is drawn beside its step.

    ``number`` is its number on the chart, ``measures`` what is done about it, ``person`` who does it.
    """

    number: int
    text: str
    grade: str
    measures: str
    person: str


@dataclass(frozen=True)
class Stage:
    """One step of a process, with the risk points that belong to it."""

    post: str
    text: str
    limit: str
    risks: tuple = ()


@dataclass(frozen=True)
class Shape:
    """A box with lines of words, rounded at the ends of the process. ``lines`` as (words, bold, x, y)."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple


@dataclass(frozen=True)
class Chart:
    """The finished layout of a chart, ready to be drawn.

    ``arrows`` as (path of the line, path of the head); ``links`` are the paths from a step to the boxes beside it.
    """

    label: str
    width: float
    height: float
    shapes: tuple
    arrows: tuple
    links: tuple


def wrapped(text, across):
    """Break ``text`` into lines of at most ``across`` characters, none of which begins with a stop."""
    lines = []
    for part in text.split("\n"):
        rest = part
        while len(rest) > across:
            cut = across + 1 if rest[across] in STOPS else across
            lines.append(rest[:cut])
            rest = rest[cut:]
        lines.append(rest)
    return [line for line in lines if line] or [""]


def chart(label, stages):
    """Return the chart of a process: start, its ``stages`` from the top down, end.

    Risks stand to the left of a step, measures to the right.
    """
    with_risks = any(stage.risks for stage in stages)
    left = MARGIN + (SIDE + GAP if with_risks else 0)
    shapes, arrows, links = [], [], []
    top = _end(shapes, left, MARGIN, "开始")
    for stage in stages:
        arrows.append(_down(left, top))
        top = _stage(shapes, links, stage, left, top + GAP)
    arrows.append(_down(left, top))
    bottom = _end(shapes, left, top + GAP, "结束")
    width = left + MIDDLE + (GAP + SIDE if with_risks else 0) + MARGIN
    return Chart(label, width, bottom + MARGIN, tuple(shapes), tuple(arrows), tuple(links))


def _end(shapes, left, top, words):
    height = LINE + 2 * PAD
    shapes.append(_shape("round", (left + MIDDLE / 4, top, MIDDLE / 2, height), [(words, True)]))
    return top + height


def _stage(shapes, links, stage, left, top):
    words = [(line, True) for line in wrapped(stage.text, MIDDLE_CHARACTERS)]
    words += [(line, False) for line in wrapped(stage.post, MIDDLE_CHARACTERS) if line]
    if stage.limit:
        words.append((f"时限：{stage.limit}"[: MIDDLE_CHARACTERS + 2], False))
    beside = [(_risk(risk), _measures(risk)) for risk in stage.risks]
    needed = sum(max(_height(ours), _height(theirs)) + PAD for ours, theirs in beside) - (PAD if beside else 0)
    height = max(_height(words), needed)
    shapes.append(_shape("step", (left, top, MIDDLE, height), words))
    y = top
    for ours, theirs in beside:
        tall = max(_height(ours), _height(theirs))
        shapes.append(_shape("risk", (left - GAP - SIDE, y, SIDE, tall), ours))
        shapes.append(_shape("measure", (left + MIDDLE + GAP, y, SIDE, tall), theirs))
        links.append(f"M{left - GAP} {y + tall / 2}H{left}")
        links.append(f"M{left + MIDDLE} {y + tall / 2}H{left + MIDDLE + GAP}")
        y += tall + PAD
    return top + height


def _risk(risk):
    head = f"风险点{risk.number}" + (f"（{risk.grade}）" if risk.grade else "")
    return [(head, True), *((line, False) for line in wrapped(risk.text, SIDE_CHARACTERS))]


def _measures(risk):
    lines = [("防控措施", True), *((line, False) for line in wrapped(risk.measures or "尚未制定", SIDE_CHARACTERS))]
    return lines + [(line, False) for line in wrapped(f"责任人：{risk.person}", SIDE_CHARACTERS) if risk.person]


def _height(words):
    return len(words) * LINE + 2 * PAD


def _shape(kind, place, words):
    x, y, width, height = place
    first = y + (height - len(words) * LINE) / 2 + LINE - 4
    centred = kind in ("round", "step")
    at = x + width / 2 if centred else x + PAD
    lines = tuple((text, bold, at, first + LINE * number) for number, (text, bold) in enumerate(words))
    return Shape(kind, x, y, width, height, lines)


def _down(left, top):
    x = left + MIDDLE / 2
    return f"M{x} {top}V{top + GAP - 7}", f"M{x} {top + GAP}l-4.5 -8h9z"
