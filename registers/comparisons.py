"""The register compared between two days, one line per risk point.

A point stayed, was revised, was added or was retired. Reads versions, writes nothing.
A reader compares only what he may read. Where he may read only one of the two versions (the grade was not one that is
copied to him then, or is not now), the point came into his view or left it: it is neither new nor retired. Source:
R1-47, R0-26.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from registers.batches import having
from registers.differences import Difference, differences
from registers.models import RiskPoint
from registers.models.spans import begun_or_ended, is_in_force, version_on

SAME, CHANGED, ADDED, RETIRED, ENTERED, LEFT = "same", "changed", "added", "retired", "entered", "left"
KINDS = {
    CHANGED: "修改",
    ADDED: "新增",
    RETIRED: "撤销",
    ENTERED: "转入可见",
    LEFT: "转出可见",
    SAME: "未变",
}
OTHERWISE = "otherwise"  # a filter: all kinds of lines but those that stayed
GRAVER, SLIGHTER, GRADED, UNGRADED = "graver", "slighter", "graded", "ungraded"
MOVES = {GRAVER: "等级升高", SLIGHTER: "等级降低", GRADED: "新定等级", UNGRADED: "等级待重新评定"}
SHOWN = ("category", "holder", "power_item", "duty", "content", "manifestation", "involved_posts")
TEXTS = ("content", "manifestation")  # what a paper shows of every version
SPAN = ("in_force_from", "in_force_until")
ORDER = ("unit__position", "unit__code", "post__code", "category__position", "pk")
RELATED = ("unit", "post", "holder", "category", "final_grade")


@dataclass
class Line:
    """One risk point on both days.

    ``then`` and ``now`` are versions or None. ``changes`` holds the ``Difference`` of each text that differs, ``move``
    says whether the grade went up or down, ``measures`` holds the ``Difference`` of each stage whose measure differs.
    """

    kind: str
    then: object
    now: object
    changes: list = field(default_factory=list)
    move: str = ""
    measures: list = field(default_factory=list)

    @property
    def point(self):
        """The version that gives the line its name: the newer one if there is one."""
        return self.now or self.then

    @property
    def label(self):
        return KINDS[self.kind]

    @property
    def move_label(self):
        return MOVES.get(self.move, "")


@dataclass
class Comparison:
    """The lines of a part of the register on two days. ``kinds`` and ``moves`` count the lines."""

    lines: list
    kinds: Counter
    moves: Counter
    measured: int

    @property
    def total(self):
        return len(self.lines)


def compare(scope, *, then, now, rules, kind=""):
    """Compare the points and measures of ``scope`` on the days ``then`` and ``now``.

    ``scope`` is a ``ledgers.Scope`` of querysets.
    ``kind`` keeps the lines of one kind or grade move, or all that are OTHERWISE than before; the counts are of all.
    A constant number of queries for so many lines. Most points stay as they are: only those are read whole that may have changed,
    and the others where they are asked for.
    """
    old, new = _keys(scope, then, now)
    every, revised = list(dict.fromkeys([*new, *old])), {series for series, _ in old.items() ^ new.items()}
    revised.update(_measured_otherwise(scope, every, then, now))
    read = every if kind in ("", SAME) else [series for series in every if series in revised]
    asked = [versions.get(series) for series in read for versions in (old, new)]
    points = {point.pk: point for point in having(scope.points.select_related(*RELATED).order_by(), "pk", asked)}
    hidden = _hidden(old.keys() ^ new.keys(), then=then, now=now)
    texts = _measures(scope, revised, (then, now))
    stages = [(stage.code, stage.label) for stage in rules.measure_stages]
    lines = []
    for series in read:
        pair = [points.get(versions.get(series)) for versions in (old, new)]
        measures = [there.get(series, {}) if point else {} for point, there in zip(pair, texts, strict=True)]
        if any(pair):  # none is there if it has left the reader's sight since its key was read
            lines.append(_line(*pair, hidden, measures, stages))
    kinds, moves = Counter(line.kind for line in lines), Counter(line.move for line in lines if line.move)
    if len(read) < len(every):
        kinds[SAME] += len(every) - len(read)
    measured = sum(bool(line.measures) for line in lines if line.then and line.now)
    if kind:
        lines = [line for line in lines if _fits(line, kind)]
    lines.sort(key=lambda line: list(KINDS).index(line.kind))
    return Comparison(lines, kinds, moves, measured)


def _keys(scope, then, now):
    """Return for either day which version of each point is in force: series → its key, in the order of the lines."""
    rows = scope.points.filter(version_on(then) | version_on(now)).order_by(*ORDER)
    keys = {then: {}, now: {}}
    for version in rows.values_list("pk", "series", *SPAN, named=True):
        for day, found in keys.items():
            if is_in_force(version, day):
                found[version.series] = version.pk
    return keys[then], keys[now]


def _measured_otherwise(scope, series, then, now):
    """Yield the series of points of which some measure has come into force or ended between the two days."""
    turned = scope.measures.filter(begun_or_ended(*sorted((then, now)))).order_by()
    return having(turned.values_list("point_series", flat=True), "point_series", series)


def _fits(line, kind):
    if kind == OTHERWISE:
        return line.kind != SAME
    if kind == "measures":
        return bool(line.measures and line.then and line.now)
    return kind in (line.kind, line.move)


def _hidden(one_sided, *, then, now):
    """Return those of the series that were in force on both days, though the reader may see only one version.

    Only their existence is asked for.
    """
    every = RiskPoint.objects.filter(version_on(then) | version_on(now)).values_list("series", *SPAN, named=True)
    days = {}
    for version in having(every, "series", one_sided):
        days.setdefault(version.series, set()).update(day for day in (then, now) if is_in_force(version, day))
    return frozenset(series for series, dates in days.items() if len(dates) == 2)


def _measures(scope, series, days):
    """Return for each of the ``days`` the texts of the measures in force, as series → stage → text."""
    there = scope.measures.filter(reduce(or_, map(version_on, days))).order_by("pk")
    texts = [{} for _ in days]
    for measure in having(
        there.values_list("point_series", "stage", "text", *SPAN, named=True), "point_series", series
    ):
        for day, found in zip(days, texts, strict=True):
            if is_in_force(measure, day):
                found.setdefault(measure.point_series, {})[measure.stage] = measure.text
    return texts


def _line(old, new, hidden, measures, stages):
    before, after = measures
    texts = [Difference(code, label, before.get(code, ""), after.get(code, "")) for code, label in stages]
    differing = [text for text in texts if text.before != text.after]
    if old is None:
        return Line(ENTERED if new.series in hidden else ADDED, None, new, measures=differing)
    if new is None:
        return Line(LEFT if old.series in hidden else RETIRED, old, None, measures=differing)
    changes = differences(old, new, only=SHOWN) if old.pk != new.pk else []
    move = _move(old.final_grade, new.final_grade)
    return Line(CHANGED if changes or differing or move else SAME, old, new, changes, move, differing)


def _move(old, new):
    """Return whether the grade went up or down.

    From or to no grade are moves of their own: a point that was revised has to be graded again.
    """
    if old is None or new is None:
        return GRADED if new else UNGRADED if old else ""
    if old.rank == new.rank:
        return ""
    return GRAVER if new.rank < old.rank else SLIGHTER


def rows(comparison):
    """Return the comparison as rows of a paper."""
    return [
        {
            "unit": line.point.unit.name,
            "kind": f"{line.label}（{line.move_label}）" if line.move else line.label,
            "place": line.point.post.name if line.point.post else line.point.involved_posts,
            "category": line.point.category.label,
            "then": _text_of(line.then, [(thing, thing.before) for thing in line.changes]),
            "now": _text_of(line.now, [(thing, thing.after) for thing in line.changes]),
            "grade_then": _grade(line.then),
            "grade_now": _grade(line.now),
            "measures": [f"{thing.label}：{thing.before or '无'} → {thing.after or '无'}" for thing in line.measures]
            if line.then and line.now
            else [],
        }
        for line in comparison.lines
    ]


def _text_of(point, changes):
    """Return a version in words, with what else differs; without it, a line said to be revised could look the same twice."""
    if point is None:
        return "—"
    others = [f"{thing.label}：{text or '无'}" for thing, text in changes if thing.field not in TEXTS]
    return "\n".join([text for text in (point.content, point.manifestation) if text] + others)


def _grade(point):
    if point is None:
        return "—"
    return point.final_grade.label if point.final_grade else "未评定"
