"""Expected and actual grades of risk points (预期等级、实际等级), asked of the app above.

That app knows who checked what. Here they are only shown: on pages, in the ledger. Each is a ``Residual`` with ``initial``,
``expected`` and ``actual`` (ranks or None), ``missing`` (sentences) and ``bound``. A scheme that does not switch them on has none.
"""

from collections import Counter

from registers.models import RiskPoint

_ANSWERING = []


def answered_by(function):
    """Let ``function(points, rules, on=day)`` answer what is asked here: series → ``Residual``."""
    _ANSWERING[:] = [function]
    return function


def of_points(points, rules, *, on):
    """Return series → ``Residual`` of points in force on the day ``on``, empty where the scheme has none.

    ``rules``: the typed scheme in use, or None. A constant number of queries.
    """
    if rules is None or not rules.residual.enabled:
        return {}
    [answer] = _ANSWERING
    return answer(points, rules, on=on)


def counts(units, rules, *, on):
    """Count points by grade: ``[(grade of the scheme, decided, expected, actual)]``, gravest first.

    They are all points of ``units`` (ids or rows), also those whose text stays with their unit, so no reader's scope applies.
    Empty where the scheme has none, or where no point is graded. Grades are counted, never averaged.
    """
    if rules is None or not rules.residual.enabled:
        return []
    points = RiskPoint.objects.in_force(on).filter(unit__in=units, category__scheme__slug=rules.identity.slug)
    points = points.select_related("final_grade").only(
        "series", "level", "post", "holder", "major_matter", "factors", "in_force_from", "final_grade__rank"
    )
    found = of_points(points, rules, on=on).values()
    tallies = [Counter(getattr(one, name) for one in found) for name in ("initial", "expected", "actual")]
    return [(grade, *(tally[grade.rank] for tally in tallies)) for grade in rules.grades] if found else []


def grade_of(rules, rank):
    """Return the grade of the scheme with this rank, None where there is none."""
    return next((grade for grade in rules.grades if grade.rank == rank), None)
