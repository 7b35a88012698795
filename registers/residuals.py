"""Expected and actual grades of risk points (预期等级、实际等级), asked of the app above.

That app knows who checked what. Here they are only shown: on pages, in the ledger. Each is a ``Residual`` with ``initial``,
``expected`` and ``actual`` (ranks or None), ``missing`` (sentences) and ``bound``. A scheme that does not switch them on has none.
"""

from collections import Counter

from registers import kept
from registers.models import RiskPoint, Scheme, Unit

_ANSWERING, _COUNTING = [], []


def answered_by(function):
    """Let ``function(points, rules, on=day)`` answer what is asked here: series → ``Residual``."""
    _ANSWERING[:] = [function]
    return function


def counted_by(function):
    """Let ``function(points, rules, on=day)`` count the points of a query.

    It returns (decided, expected, actual rank) → number.
    """
    _COUNTING[:] = [function]
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
    """Count points by grade: ``{grade code: [decided, expected, actual]}``.

    They are all points of ``units`` (ids or rows), also those whose text stays with their unit, so no reader's scope applies.
    Empty where the scheme has none, or where no point is graded. Grades are counted, never averaged.
    """
    if rules is None or not rules.residual.enabled:
        return {}
    points = RiskPoint.objects.in_force(on).filter(unit__in=units, category__scheme__slug=rules.identity.slug)
    [count] = _COUNTING
    tallies = [Counter(), Counter(), Counter()]
    for ranks, number in count(points, rules, on=on).items():
        for tally, rank in zip(tallies, ranks, strict=True):
            tally[rank] += number
    if not tallies[0]:
        return {}
    return {grade.code: [tally[grade.rank] for tally in tallies] for grade in rules.grades}


@kept.finder("residuals")
def counts_below(actor, *, unit):
    """Find the ``counts`` of a unit (its code) with all below it, for ``kept``."""
    scheme = Scheme.objects.visible_to(actor).in_use()
    below = Unit.objects.visible_to(actor).subtree(unit)
    return counts(below, scheme.rules if scheme else None, on=actor.on), []


def lines(counted, rules):
    """Return what ``counts`` found, gravest first: ``[(grade, decided, expected, actual)]``."""
    return [(grade, *counted[grade.code]) for grade in rules.grades if grade.code in counted] if counted else []


def grade_of(rules, rank):
    """Return the grade of the scheme with this rank, None where there is none."""
    return next((grade for grade in rules.grades if grade.rank == rank), None)
