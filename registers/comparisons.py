"""The register compared between two days, one line per risk point.

A point stayed, was revised, was added or was retired. Reads versions, writes nothing.
A reader compares only what he may read. Where he may read only one of the two versions (the grade was not one that is
copied to him then, or is not now), the point came into his view or left it: it is neither new nor retired. Source:
R1-47, R0-26.
"""

from collections import Counter, namedtuple
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from django.db.models import Q

from registers.access import Seen
from registers.batches import batches, having
from registers.differences import Difference, differences
from registers.models import ControlMeasure, RiskPoint
from registers.models.spans import begun_or_ended, is_in_force, version_on
from registers.prepared import Given, Prepared

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
KEYS, MEASURED = ("pk", "series", *SPAN), ("point_series", "stage", "text", *SPAN)
Version, Measured = namedtuple("Version", KEYS), namedtuple("Measured", MEASURED)
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


class _OfScope:
    """What a comparison reads of the points and measures of a ``ledgers.Scope`` of querysets, as many as there are."""

    def __init__(self, scope, then, now):
        self.scope, self.then, self.now = scope, then, now

    def keys(self):
        """Yield ``KEYS`` of the versions in force on either day, in the order of the lines."""
        on_either = version_on(self.then) | version_on(self.now)
        return self.scope.points.filter(on_either).order_by(*ORDER).values_list(*KEYS)

    def turned(self, series):
        """Yield the series of points of which some measure has come into force or ended between the two days."""
        turned = self.scope.measures.filter(begun_or_ended(*sorted((self.then, self.now)))).order_by()
        return having(turned.values_list("point_series", flat=True), "point_series", series)

    def points(self, keys):
        """Yield the versions with these keys."""
        return having(self.scope.points.select_related(*RELATED).order_by(), "pk", keys)

    def measures(self, series):
        """Yield ``MEASURED`` of the measures in force on either day."""
        there = self.scope.measures.filter(version_on(self.then) | version_on(self.now)).order_by("pk")
        return having(there.values_list(*MEASURED), "point_series", series)


class _OfPage:
    """The same of the few points of a page, as ``compare_page`` says it."""

    def __init__(self, actor, series, days, units, posts):
        then, now = days
        first, last = sorted((then, now))
        self.actor, self.read = actor, _page_of(posts is not None)
        self.days, self.turning = {"then": then, "now": now}, {"first": first, "last": last}
        self.of_units = {"units": list(units)}
        self.place = self.of_units if posts is None else {"posts": list(posts)}
        self.series = {"series": [UUID(str(one)) for one in series]}

    def keys(self):
        return self.read.keys.by(self.actor, **self.days, **self.place, **self.series)

    def turned(self, series):
        return [one for (one,) in self.read.turned.by(self.actor, **self.turning, **self.of_units, series=list(series))]

    def points(self, keys):
        return self.read.points.by(self.actor, **self.place, keys=[key for key in keys if key is not None])

    def measures(self, series):
        return self.read.measures.by(self.actor, **self.days, **self.of_units, series=list(series))


_Page = namedtuple("_Page", "keys turned points measures")


@cache
def _page_of(is_of_posts):
    place = Q(post__within=Given("posts")) if is_of_posts else Q(unit__within=Given("units"))
    points = RiskPoint.objects.filter(place)
    on_either = version_on(Given("then")) | version_on(Given("now"))
    measures = ControlMeasure.objects.filter(unit__within=Given("units"), point_series__within=Given("series"))
    turned = measures.filter(begun_or_ended(Given("first"), Given("last"))).order_by()
    return _Page(
        Seen(points.filter(on_either, series__within=Given("series")).order_by(*ORDER).values_list(*KEYS)),
        Seen(turned.values_list("point_series")),
        Seen(points.filter(pk__within=Given("keys")).select_related(*RELATED).order_by()),
        Seen(measures.filter(on_either).order_by("pk").values_list(*MEASURED)),
    )


def compare(scope, *, then, now, rules, kind=""):
    """Compare the points and measures of ``scope`` on the days ``then`` and ``now``.

    ``scope`` is a ``ledgers.Scope`` of querysets.
    ``kind`` keeps the lines of one kind or grade move, or all that are OTHERWISE than before; the counts are of all.
    A constant number of queries for so many lines. Most points stay as they are: only those are read whole that may have changed,
    and the others where they are asked for.
    """
    return _compared(_OfScope(scope, then, now), then, now, rules, kind)


def compare_page(actor, series, *, then, now, rules, units, posts=None):
    """Do as ``compare`` does for the few points of a page (their ``series``) that ``actor`` may read.

    By statements made once. ``units``: ids of the units that the page is about, ``posts``: of the posts, or None for all.
    """
    return _compared(_OfPage(actor, series, (then, now), units, posts), then, now, rules)


def _compared(what, then, now, rules, kind=""):
    """Compare ``what`` reads: an ``_OfScope`` or an ``_OfPage``."""
    old, new = _keys(what, then, now)
    every, revised = list(dict.fromkeys([*new, *old])), {series for series, _ in old.items() ^ new.items()}
    revised.update(what.turned(every))
    read = every if kind in ("", SAME) else [series for series in every if series in revised]
    asked = [versions.get(series) for series in read for versions in (old, new)]
    points = {point.pk: point for point in what.points(asked)}
    hidden = _hidden(old.keys() ^ new.keys(), then=then, now=now)
    texts = _measures(what, revised, (then, now))
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


def _keys(what, then, now):
    """Return for either day which version of each point is in force: series → its key, in the order of the lines."""
    keys = {then: {}, now: {}}
    for version in map(Version._make, what.keys()):
        for day, found in keys.items():
            if is_in_force(version, day):
                found[version.series] = version.pk
    return keys[then], keys[now]


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
    days = {}
    every = (row for part in batches(one_sided) for row in _of_anybody().of(series=part, then=then, now=now))
    for version in map(Version._make, every):
        days.setdefault(version.series, set()).update(day for day in (then, now) if is_in_force(version, day))
    return frozenset(series for series, dates in days.items() if len(dates) == 2)


@cache
def _of_anybody():
    on_either = version_on(Given("then")) | version_on(Given("now"))
    return Prepared(RiskPoint.objects.filter(on_either, series__within=Given("series")).order_by().values_list(*KEYS))


def _measures(what, series, days):
    """Return for each of the ``days`` the texts of the measures in force, as series → stage → text."""
    texts = [{} for _ in days]
    for measure in map(Measured._make, what.measures(series)):
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
