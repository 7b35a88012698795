"""Points and measures as plain values, for whoever reads very many of them.

A model's instance is ten times as dear as the values of its row. Here are the names that a ledger's row and the rules on it ask
for. What they refer to is read once where it is little (units, categories, grades), else beside the points (posts, people).
"""

from collections import namedtuple
from functools import cache, cached_property

from registers.access import Seen
from registers.models import Grade, Post, ResponsibleParty, RiskCategory, RiskPoint, Unit, User
from registers.prepared import Given, Prepared

_OWN = (
    "pk",
    "series",
    "level",
    "unit_id",
    "post_id",
    "holder_id",
    "category_id",
    "final_grade_id",
    "power_series",
    "power_item",
    "major_matter",
    "content",
    "manifestation",
    "involved_posts",
    "factors",
    "in_force_from",
)
Point = namedtuple("Point", (*_OWN, "unit", "post", "holder", "category", "final_grade"))
# What ``point_of`` makes a point of.
NAMED = (
    *_OWN,
    "unit__name",
    "post__name",
    "holder__name",
    "category__label",
    "final_grade__label",
    "final_grade__rank",
)
MEASURED = ("point_series", "stage", "text", "responsible_id", "due_on")
Measure = namedtuple("Measure", (*MEASURED, "responsible"))
Named = namedtuple("Named", "name")
Labelled = namedtuple("Labelled", "label rank", defaults=(None,))


def point_of(row):
    """Return the point of a row of values (``NAMED``)."""
    unit, post, holder, category, grade, rank = row[len(_OWN) :]
    post, holder = (None if name is None else Named(name) for name in (post, holder))
    grade = None if grade is None else Labelled(grade, rank)
    return Point(*row[: len(_OWN)], Named(unit), post, holder, Labelled(category), grade)


def readable(actor, ids):
    """Return key → ``Point`` of those points (ids) that ``actor`` may read in full. One statement."""
    return {row[0]: point_of(row) for row in _readable().by(actor, ids=ids)}


@cache
def _readable():
    return Seen(RiskPoint.objects.filter(pk__within=Given("ids")).order_by().values_list(*NAMED))


class Tables:
    """The small tables that points refer to, by id. Each is read when it is first asked for."""

    @cached_property
    def units(self):
        return _named(Unit.objects)

    @cached_property
    def categories(self):
        return {pk: Labelled(label) for pk, label in RiskCategory.objects.order_by().values_list("pk", "label")}

    @cached_property
    def grades(self):
        return {pk: Labelled(*said) for pk, *said in Grade.objects.order_by().values_list("pk", "label", "rank")}

    def points(self, rows):
        """Yield the points of a query as ``(key, Point)``.

        Held meanwhile are all its rows, with the posts and people that they name: for a batch (``batches.in_order``).
        """
        own = list(rows.select_related(None).values_list(*_OWN))
        posts = _named(Post.objects.filter(pk__in={row[4] for row in own} - {None}))
        people = _named(User.objects.filter(pk__in={row[5] for row in own} - {None}))
        units, categories, grades = self.units, self.categories, self.grades
        for row in own:
            _, _, _, unit, post, holder, category, grade, *_ = row
            beside = units[unit], posts.get(post), people.get(holder), categories[category], grades.get(grade)
            yield row[0], Point(*row, *beside)


def measures(rows):
    """Return measures as a list of ``Measure``, by a further query.

    ``rows``: their values (``MEASURED``).
    """
    own, named = list(rows), {}
    if meant := {row[3] for row in own} - {None}:
        for key, *names in _parties().of(ids=meant):
            named.setdefault(key, {})[next(filter(None, names))] = None  # a set that keeps its order
    named = {key: Named("、".join(names)) for key, names in named.items()}
    return [Measure(*row, named.get(row[3])) for row in own]


@cache
def _parties():
    """Return the query for whom responsibilities name, as ``Responsibility.name`` has them."""
    rows = ResponsibleParty.objects.filter(responsibility__within=Given("ids")).order_by("responsibility", "position")
    return Prepared(rows.values_list("responsibility", "user__name", "post__name", "unit__name"))


def _named(rows):
    return {pk: Named(name) for pk, name in rows.order_by().values_list("pk", "name")}
