"""The picture of a route: the places of its boxes, words and arrows.

``components/route.html`` draws it. Pure: no Django.
"""

from dataclasses import dataclass

BOX, HEIGHT, GAP, MARGIN = 150, 74, 34, 12
LINE, SIZE = 18, 13
ACROSS = 10  # Chinese characters on a line of a box
PER_ROW = 6


@dataclass(frozen=True)
class Box:
    """One step in the picture. ``texts`` as (class, x, y, words).

    ``optional``: only some sheets pass the step.
    """

    kind: str
    x: int
    y: int
    width: int
    height: int
    texts: tuple
    optional: bool


@dataclass(frozen=True)
class Picture:
    """The finished picture. ``arrows`` as (path of the line, path of the head)."""

    label: str
    width: int
    height: int
    boxes: tuple
    arrows: tuple


def route_picture(rules, route):
    """Return the picture of a route: a box per step, with who acts and until when.

    ``rules`` is the typed scheme that the route belongs to.
    """
    steps = route.steps
    rows = -(-len(steps) // PER_ROW)
    return Picture(
        label=route.label,
        width=MARGIN * 2 + min(len(steps), PER_ROW) * (BOX + GAP) - GAP,
        height=MARGIN * 2 + rows * (HEIGHT + GAP) - GAP + LINE,
        boxes=tuple(_box(rules, step, *_corner(place)) for place, step in enumerate(steps)),
        arrows=tuple(_arrow(place) for place in range(len(steps) - 1)),
    )


def _corner(place):
    row, column = divmod(place, PER_ROW)
    return MARGIN + column * (BOX + GAP), MARGIN + row * (HEIGHT + GAP)


def _box(rules, step, left, top):
    half = -(-len(step.label) // 2) if len(step.label) > ACROSS else len(step.label)
    lines = [line[:ACROSS] for line in (step.label[:half], step.label[half:]) if line]
    words = [("route-name", line) for line in lines] + [("route-who", rules.roles.get(step.role, step.role))]
    middle, first = left + BOX // 2, top + (HEIGHT - LINE * len(words)) // 2 + SIZE
    texts = [(kind, middle, first + LINE * number, text) for number, (kind, text) in enumerate(words)]
    if said := note(rules, step):
        texts.append(("route-note", middle, top + HEIGHT + 14, said))
    return Box(step.kind.value, left, top, BOX, HEIGHT, tuple(texts), bool(step.grades))


def note(rules, step):
    """Return a few words on a step: its last day, how many days it takes, whether it may return."""
    said = [f"{step.due}前"] if step.due else []
    if number := rules.days_at(step):
        said.append(f"{number} 个工作日")
    if step.may_return:
        said.append("可退回")
    if step.outside:
        said.append(f"报{step.outside}")
    return "，".join(said)


def _arrow(place):
    left, top = _corner(place)
    following, below = _corner(place + 1)
    if below == top:
        y = top + HEIGHT // 2
        return f"M{left + BOX} {y}H{following - 7}", f"M{following} {y}l-8 -4.5v9z"
    middle, x = top + HEIGHT + GAP // 2 + 4, following + BOX // 2
    return f"M{left + BOX // 2} {top + HEIGHT}V{middle}H{x}V{below - 7}", f"M{x} {below}l-4.5 -8h9z"
