"""The layout of a power's chart: where its shapes and words stand.

Two kinds: 权力运行流程图 (the process) and 廉政风险防控图 (with risks and measures). ``components/chart.html`` draws it.
Pure: no Django, no database. Lengths are in points of the picture. Source: R1-34.
"""

from dataclasses import dataclass

MIDDLE, SIDE, GAP, MARGIN = 216, 212, 26, 8
LINE, PAD = 16, 8
MIDDLE_CHARACTERS, SIDE_CHARACTERS = 15, 15
# Ways that do not lead to the next step: room for their conditions beside the steps, the lane of each, a diamond's size.
ROOM, LANE, DIAMOND, END = 88, 10, (132, 48), "end"
ASIDE, BELOW = 10, 8  # characters of a condition beside and below a diamond
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
    """One step of a process, with the risk points that belong to it.

    ``ways``: what comes next, as (key of a stage or ``END``, condition) each. Empty: the stage after it.
    """

    post: str
    text: str
    limit: str
    risks: tuple = ()
    key: str = ""
    ways: tuple = ()


@dataclass(frozen=True)
class Shape:
    """A box with lines of words, rounded at the ends of the process, a diamond at a decision.

    ``lines`` as (words, bold, x, y).
    """

    kind: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple

    @property
    def is_centred(self):
        """Whether its words stand in its middle."""
        return self.kind not in ("risk", "measure")

    @property
    def diamond(self):
        """The corners of a decision as a polygon."""
        across, down = self.x + self.width / 2, self.y + self.height / 2
        return f"{across},{self.y} {self.x + self.width},{down} {across},{self.y + self.height} {self.x},{down}"


@dataclass(frozen=True)
class Chart:
    """The finished layout of a chart, ready to be drawn.

    ``arrows`` as (path of the line, path of the head); ``links`` are the paths from a step to the boxes beside it; ``labels`` are
    conditions beside arrows, as (words, x, y, anchor).
    """

    label: str
    width: float
    height: float
    shapes: tuple
    arrows: tuple
    links: tuple
    labels: tuple = ()


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

    Risks stand to the left of a step, measures to the right. A stage with several ways on has a diamond below it. A way that does
    not lead to the next stage runs along the side.
    """
    return _Drawing(stages).chart(label)


class _Drawing:
    """A chart while it is drawn. ``left``: where the column of the steps begins."""

    def __init__(self, stages):
        self.stages = stages
        self.ways = [_ways(number, stages) for number in range(len(stages))]
        sides = [side for number in range(len(stages)) for side, *_ in self._jumps(number)]
        self.room = {side: ROOM + LANE * sides.count(side) if side in sides else 0 for side in ("left", "right")}
        self.with_risks = any(stage.risks for stage in stages)
        self.left = MARGIN + (SIDE + GAP if self.with_risks else 0) + self.room["left"]
        self.middle = self.left + MIDDLE / 2
        self.shapes, self.arrows, self.links, self.labels = [], [], [], []
        self.boxes, self.jumps, self.lanes = [], [], {"left": 0, "right": 0}

    def chart(self, label):
        top = self._end(MARGIN, "开始")
        goes_down = True
        for number, stage in enumerate(self.stages):
            top = self._arrow_down(top, GAP) if goes_down else top + GAP
            top = self._stage(stage, top)
            top, goes_down = self._after(number, top)
        top = self._arrow_down(top, GAP) if goes_down else top + GAP
        bottom = self._end(top, "结束")
        self.boxes.append(self.shapes[-1])
        for jump in self.jumps:
            self._jump(*jump)
        width = self.left + MIDDLE + self.room["right"] + (GAP + SIDE if self.with_risks else 0) + MARGIN
        parts = (self.shapes, self.arrows, self.links, self.labels)
        return Chart(label, width, bottom + MARGIN, *map(tuple, parts))

    def _jumps(self, number):
        """The ways of a stage but the first that leads to the next one: (side, target, condition)."""
        aside = list(self.ways[number])
        down = next((way for way in aside if way[0] == number + 1), None)
        if down is not None:
            aside.remove(down)
        return [(("right", "left")[place % 2], *way) for place, way in enumerate(aside)]

    def _end(self, top, words):
        height = LINE + 2 * PAD
        self.shapes.append(_shape("round", (self.left + MIDDLE / 4, top, MIDDLE / 2, height), [(words, True)]))
        return top + height

    def _stage(self, stage, top):
        words = [(line, True) for line in wrapped(stage.text, MIDDLE_CHARACTERS)]
        words += [(line, False) for line in wrapped(stage.post, MIDDLE_CHARACTERS) if line]
        if stage.limit:
            words += [(line, False) for line in wrapped(f"时限：{stage.limit}", MIDDLE_CHARACTERS)]
        beside = [(_risk(risk), _measures(risk)) for risk in stage.risks]
        needed = sum(max(_height(ours), _height(theirs)) + PAD for ours, theirs in beside) - (PAD if beside else 0)
        height = max(_height(words), needed)
        self.boxes.append(_shape("step", (self.left, top, MIDDLE, height), words))
        self.shapes.append(self.boxes[-1])
        y, right = top, self.left + MIDDLE
        outside = (self.left - self.room["left"] - GAP, right + self.room["right"] + GAP)
        for ours, theirs in beside:
            tall = max(_height(ours), _height(theirs))
            self.shapes.append(_shape("risk", (outside[0] - SIDE, y, SIDE, tall), ours))
            self.shapes.append(_shape("measure", (outside[1], y, SIDE, tall), theirs))
            self.links += [f"M{outside[0]} {y + tall / 2}H{self.left}", f"M{right} {y + tall / 2}H{outside[1]}"]
            y += tall + PAD
        return top + height

    def _after(self, number, top):
        """Draw what follows a stage. Return where to go on, and whether the way leads down to the next stage."""
        ways, jumps = self.ways[number], self._jumps(number)
        if len(ways) == 1:
            for side, target, when in jumps:
                box = self.boxes[number]
                edge = box.x + box.width if side == "right" else box.x
                self.jumps.append((side, edge, box.y + box.height * 3 / 4, target, when))
            return top, not jumps
        above = max((len(wrapped(when, ASIDE)) for _, _, when in jumps), default=0)
        top = self._arrow_down(top, max(GAP, above * LINE - DIAMOND[1] / 2 + 10))
        width, height = DIAMOND
        self.shapes.append(_shape("decision", (self.middle - width / 2, top, width, height), [("办理结果", False)]))
        for place, (side, target, when) in enumerate(jumps):
            if place < 2:
                edge = self.middle + (width / 2 if side == "right" else -width / 2)
                self.jumps.append((side, edge, top + height / 2, target, when))
            else:
                self.jumps.append((side, self.middle, top + height, target, when))
        top += height
        down = [when for target, when in ways if target == number + 1][: len(ways) - len(jumps)]
        for when in down:
            lines = wrapped(when, BELOW)
            self.labels += [
                (line, self.middle + 8, top + LINE * place - 2, "start") for place, line in enumerate(lines, 1)
            ]
            top += LINE * (len(lines) - 1)
            self.arrows.append((f"M{self.middle} {top - LINE * (len(lines) - 1)}V{top}", ""))
        return (top, True) if down else (top + LINE * (len(jumps) > 2), False)

    def _jump(self, side, x, y, target, when):
        """Draw a way along the side of the column, from (``x``, ``y``) to the box of its target."""
        box, out = self.boxes[target], 1 if side == "right" else -1
        edge = self.left + MIDDLE if side == "right" else self.left
        lane = edge + out * (ROOM + LANE * self.lanes[side])
        self.lanes[side] += 1
        start = f"M{x} {y}"
        if x == self.middle:  # from below a diamond whose sides are taken
            y += LINE
            start += f"V{y}"
        into, height = box.x + (box.width if side == "right" else 0), box.y + box.height / 2
        self.arrows.append((f"{start}H{lane}V{height}H{into + out * 7}", f"M{into} {height}l{out * 8} -4.5v9z"))
        lines = wrapped(when, ASIDE) if when else []
        for place, line in enumerate(reversed(lines)):
            self.labels.append((line, x + out * 6, y - 5 - LINE * place, "start" if side == "right" else "end"))

    def _arrow_down(self, top, gap):
        x = self.middle
        self.arrows.append((f"M{x} {top}V{top + gap - 7}", f"M{x} {top + gap}l-4.5 -8h9z"))
        return top + gap


def _ways(number, stages):
    """The ways on from a stage as (place of the target, condition). The place after the last stage is the end."""
    places = {stage.key: place for place, stage in enumerate(stages) if stage.key} | {END: len(stages)}
    found = [(places[to], when) for to, when in stages[number].ways if places.get(to, number) != number]
    return found or [(number + 1, "")]


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
    centred = kind in ("round", "step", "decision")
    at = x + width / 2 if centred else x + PAD
    lines = tuple((text, bold, at, first + LINE * number) for number, (text, bold) in enumerate(words))
    return Shape(kind, x, y, width, height, lines)
