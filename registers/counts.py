"""How many risk points are in force by unit and grade, and what is read with it: totals, lists.

The database keeps the number of open versions (``PointCount``). Today hardly a version ends or begins after today, so a number is
the kept sum and the few versions that differ. On a day long ago many differ: that takes longer and is as right.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache, partial
from typing import NamedTuple

from django.db import transaction
from django.db.models import Case, Count, Q, Sum, When

from registers.access import policy_of
from registers.models import PointCount, RiskPoint
from registers.models.spans import OPEN_VERSION, ended_since, not_as_open_on, open_later, version_on
from registers.prepared import Given, Prepared

logger = logging.getLogger(__name__)

KEY = ("unit", "scheme", "level", "final_grade")
KEY_OF_POINT = ("unit", "category__scheme", "level", "final_grade")
FIRST_LOOK, FURTHER = 1_000, 8  # points among which a filtered list looks first, and how many times as many next
LAST = 10**6  # the rank of points without a grade, in the order of lists
BATCH = 500
STATEMENTS = 100  # of readers, that a process remembers


@dataclass
class Readable:
    """What somebody may read on a day: numbers, and the ``points`` as a query that an index alone answers.

    ``counted``: a list of (unit id, grade id, its rank, its code, number). The grade is None where points have none.
    ``find``: makes the query, which not everybody needs who counts. ``key``: all that decides it, as text.
    """

    counted: list
    find: Callable
    key: str

    @cached_property
    def points(self):
        return self.find()

    def listed(self, places, *, order, read, within=("pk",)):
        """Return the points of ``places`` in an order, as a ``Listed`` whose statements are kept."""
        return Listed(lambda: self.points.order_by(*order), places, read=read, within=within, key=(self.key, order))


class Place(NamedTuple):
    """Where points stand in a list: those of one unit and one rank.

    ``grades``: the ids of the rank's grade, one for each version of a scheme.
    """

    unit: int
    rank: int | None
    grades: set
    number: int


# --- Numbers ---------------------------------------------------------------------------------------------


def totals(scheme, units, *, on):
    """Count all points of a scheme in force on a day, whoever may read them.

    ``units``: ids, None for all. Returns unit id → {label of the grade, None for none: number}.
    """
    given = {"slug": scheme.slug, "on": on} | ({} if units is None else {"units": units})
    found = {}
    for unit, label, number in _totals(frozenset(given)).of(**given):
        numbers = found.setdefault(unit, {})
        numbers[label] = numbers.get(label, 0) + number
    found = {unit: {label: number for label, number in numbers.items() if number} for unit, numbers in found.items()}
    return {unit: numbers for unit, numbers in found.items() if numbers}


@cache
def _totals(names):
    """Return the statement of ``totals``. ``names``: of what is given to it."""
    on, by = Given("on"), ("unit", "final_grade__label")
    within = {"unit__within": Given("units")} if "units" in names else {}
    kept = PointCount.objects.filter(scheme__slug=Given("slug"), **within).order_by().values(*by)
    points = RiskPoint.objects.filter(category__scheme__slug=Given("slug"), **within).order_by().values(*by)
    # Each has an index of its own. Of both in one condition SQLite uses none.
    differing = [_less_counted(points.filter(part), OPEN_VERSION, on) for part in (open_later(on), ended_since(on))]
    return Prepared(kept.annotate(sum=Sum("number")).union(*differing, all=True).values_list(*by, "sum"))


def readable(actor, *, on, scheme=None):
    """Count the points in force on a day that ``actor`` may read, and say which they are, as ``Readable``.

    ``scheme``: only its points.
    """
    rule, found, settled, asked = policy_of(RiskPoint), {}, True, ""
    of_count, of_point = rule.counted(actor, scheme="scheme"), rule.counted(actor)
    own = Q(holder=actor.user_id, holder__isnull=False)
    points, kept = RiskPoint.objects.all(), PointCount.objects.all()
    if scheme is not None:
        points, kept = points.filter(category__scheme__slug=scheme.slug), kept.filter(scheme__slug=scheme.slug)
    if actor.is_authenticated:
        facts = rule.facts(actor)
        asked = repr((actor.user_id, on, scheme and scheme.slug, of_point, facts))
        parts = kept, of_count, partial(_narrowed, points, rule, facts), of_point, own
        counted, differing = _statements(_Question(asked, on, parts))
        found = {row[:4]: row[4] for row in counted.of()} if counted else {}
        for *key, number, differ in differing.of():
            found[tuple(key)] = found.get(tuple(key), 0) + number
            settled = settled and not differ

    def find():
        there = points.open() if settled else points.in_force(on)
        return there.filter(own if of_point is None else own | of_point)

    return Readable([(*key, number) for key, number in found.items() if number], find, f"{asked} {settled}")


def _narrowed(points, rule, facts):
    return points.filter(rule.readable(facts))


@dataclass(frozen=True)
class _Question:
    """What a reader asks with. ``key``: all that decides it. Its ``parts`` are used where it is new, and the day ``on``."""

    key: object
    on: object = field(compare=False, default=None)
    parts: object = field(compare=False, default=None)


@lru_cache(maxsize=STATEMENTS)
def _statements(question):
    """The statements that count, of what is kept (None where nothing is) and of what differs. To make them is the dearest part."""
    kept, of_count, points, of_point, own = question.parts
    fields, on = ("unit", "final_grade", "final_grade__rank", "final_grade__code"), question.on
    if of_count is not None:
        kept = kept.filter(of_count).values_list(*fields).annotate(sum=Sum("number")).order_by()
    differing = points().filter(not_as_open_on(on) | own & version_on(on)).values(*fields).order_by()
    differing = _less_counted(differing, None if of_point is None else of_point & OPEN_VERSION, on)
    differing = differing.annotate(differ=Sum(Case(When(not_as_open_on(on), then=1), default=0)))
    differing = differing.values_list(*fields, "sum", "differ")
    return None if of_count is None else Prepared(kept), Prepared(differing)


def seen(actor):
    """Return all versions of points that ``actor`` may read, to read very many of them.

    They are those of ``visible_to``. What his roles keep is part of the statement: ``visible_to`` looks it up for each point.
    """
    of_point = policy_of(RiskPoint).counted(actor)
    own = Q(holder=actor.user_id, holder__isnull=False)
    return RiskPoint.objects.filter(own if of_point is None else own | of_point, in_force_from__isnull=False)


def _less_counted(points, counted, on):
    """Put in ``sum`` how many ``points`` are in force on a day, less those that are ``counted`` already."""
    in_force = Sum(Case(When(version_on(on), then=1), default=0))
    return points.annotate(sum=in_force if counted is None else in_force - Sum(Case(When(counted, then=1), default=0)))


# --- Lists -----------------------------------------------------------------------------------------------


def in_places(counted, units, *, units_first=False):
    """Return the places of what is ``counted``, the gravest first and then by unit, or by unit first.

    ``units``: unit id → its place among units.
    """
    places = {}
    for unit, grade, rank, _, number in counted:
        grave = LAST if rank is None else rank
        key = (units[unit], grave) if units_first else (grave, units[unit])
        before = places.get(key)
        places[key] = (unit, rank, before[2] | {grade}, before[3] + number) if before else (unit, rank, {grade}, number)
    return [Place(*place) for _, place in sorted(places.items())]


class Listed:
    """A list of points of which any slice is read without what stands before it.

    ``find``: makes a query in the order of the list, which begins with unit and grade, or grade and unit. It finds ids; ``read``
    returns what is shown of them, id → row. ``places``: all places of the list in that order. ``within``: the fields by which the
    points of one place are ordered. ``sifted``: the query holds only some of the points of the places. ``key``: all that decides the
    query, where its statements are to be kept.
    """

    def __init__(self, find, places, *, read, within=("pk",), sifted=False, key=None):
        self.find, self.places = find, places
        self.read, self.within, self.sifted, self.key = read, within, sifted, key

    @cached_property
    def points(self):
        return self.find().values_list("pk", flat=True)

    def __getitem__(self, part):
        ids = (self._sought if self.sifted else self._read)(part.start, part.stop)
        found = self.read(ids) if ids else {}
        return [found[pk] for pk in ids if pk in found]

    def _read(self, start, stop):
        seen, before, chosen = 0, 0, []
        for place in self.places:
            if seen >= stop:
                break
            if seen + place.number > start:
                before = before if chosen else seen
                chosen.append(place)
            seen += place.number
        if not chosen:
            return []
        shape, given = _asked_of(chosen)
        order = self.within if len(chosen) == 1 else ()
        if self.key is None:
            rows = self._of(shape, given, order)
        else:
            givens = {name: Given(name) for name in given}
            asked = _Question((self.key, shape, order), parts=lambda: self._of(shape, givens, order))
            rows = _ids(asked).parts(**given)
        return list(rows[start - before : stop - before])

    def _sought(self, start, stop):
        """Look through the places in growing parts, until enough is found."""
        skipped, found = start, []
        for points in self._parts():
            if skipped and (there := points.order_by().count()) <= skipped:
                skipped -= there
                continue
            found += points[skipped : skipped + stop - start - len(found)]
            skipped = 0
            if len(found) == stop - start:
                break
        return found

    def _parts(self):
        part, among, reach = [], 0, FIRST_LOOK
        for place in self.places:
            part.append(place)
            among += place.number
            if among >= reach:
                yield self._of(*_asked_of(part))
                part, among, reach = [], 0, reach * FURTHER
        if part:
            yield self._of(*_asked_of(part))

    def _of(self, shape, given, order=()):
        """Return the query for the points of some places, in the order of the list or another. The first two: of ``_asked_of``."""
        within = Q()
        for number, (has_grade, *several) in enumerate(shape):
            units, grades = (("", "__within")[each] for each in several)
            graded = {f"final_grade{grades}": given[f"grades{number}"]} if has_grade else {"final_grade": None}
            within |= Q(**graded, **{f"unit{units}": given[f"units{number}"]})
        points = self.points.filter(within)
        return points.order_by(*order) if order else points


def _asked_of(places):
    """Return how one asks for the points of places, and name → value of what is asked.

    The former has for each rank whether it is a grade, and whether several units and grades have it. One is not asked for as several
    are: a database can read those of one unit in their order.
    """
    units, grades, shape, given = defaultdict(list), defaultdict(set), [], {}
    for place in places:
        units[place.rank].append(place.unit)
        grades[place.rank].update(place.grades)
    for number, rank in enumerate(units):
        there, of_rank = units[rank], list(grades[rank])
        several = len(there) > 1, len(of_rank) > 1
        shape.append((rank is not None, *several))
        given[f"units{number}"] = there if several[0] else there[0]
        if rank is not None:
            given[f"grades{number}"] = of_rank if several[1] else of_rank[0]
    return tuple(shape), given


@lru_cache(maxsize=STATEMENTS)
def _ids(question):
    """The statement for the ids of a list, of which a part is read."""
    return Prepared(question.parts())


# --- Keeping ---------------------------------------------------------------------------------------------


def differences():
    """Count all open versions anew, and return what the kept numbers lack.

    As key → number, the key in the order of ``KEY``. One statement reads both, so acts that go on meanwhile are in both or in
    neither.
    """
    kept = PointCount.objects.order_by().values_list(*KEY).annotate(lacking=-Sum("number"))
    there = RiskPoint.objects.open().order_by().values_list(*KEY_OF_POINT).annotate(lacking=Count("pk"))
    lacking = Counter()
    for *key, number in kept.union(there, all=True):
        lacking[tuple(key)] += number
    return {key: number for key, number in lacking.items() if number}


@transaction.atomic
def fold():
    """Put the rows of each kept number into one, and return how many rows were folded."""
    rows = list(PointCount.objects.select_for_update().order_by("pk").values_list("pk", *KEY, "number"))
    by_key = defaultdict(list)
    for pk, *key, number in rows:
        by_key[tuple(key)].append((pk, number))
    several = {key: parts for key, parts in by_key.items() if len(parts) > 1}
    gone = [pk for parts in several.values() for pk, _ in parts]
    for start in range(0, len(gone), BATCH):
        PointCount.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    _add({key: sum(number for _, number in parts) for key, parts in several.items()})
    return len(gone)


def check():
    """Put the kept numbers right where a recount differs, log how many these are, and fold.

    Returns the differences.
    """
    lacking = differences()
    if lacking:
        logger.error("counts of risk points: %d differ from a recount and are put right", len(lacking))
        _add(lacking)
    fold()
    return lacking


def _add(numbers):
    rows = [
        PointCount(
            **{f"{name}_id" if name != "level" else name: value for name, value in zip(KEY, key, strict=True)},
            number=number,
        )
        for key, number in numbers.items()
        if number
    ]
    PointCount.objects.bulk_create(rows, batch_size=BATCH)
