"""The arithmetic of rankings. Pure: no Django, no database.

Exact fractions until the end, then rounded once, half up. What does not apply is left out and the other weights fill its room.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

HUNDRED = 100


def value(number, of, direction):
    """Return what ``number`` of ``of`` is worth, from 0 to 100, None where the figure does not apply."""
    if of == 0:
        return None
    share = Fraction(number, of)
    return HUNDRED * (share if direction == "more" else 1 - share)


def total(values, weights):
    """Return the weighted mean of ``values`` (code → value or None), None where no figure applies."""
    there = {code: one for code, one in values.items() if one is not None}
    whole = sum(weights[code] for code in there)
    if not whole:
        return None
    return sum(weights[code] * one for code, one in there.items()) / Fraction(whole)


def deduction(points, times, percent):
    """Return what an entry takes off: ``points`` each of its ``times``, of which ``percent`` stays."""
    return Fraction(points * times * percent, HUNDRED)


def rounded(exact, decimals):
    """Round a fraction half up to a decimal."""
    size = Decimal(1).scaleb(-decimals)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(size, rounding=ROUND_HALF_UP)


def score(values, weights, deducted, decimals):
    """Return the score of a unit from 0 to 100, None where no figure applies.

    ``deducted``: points off, as a fraction.
    """
    mean = total(values, weights)
    if mean is None:
        return None
    return rounded(min(max(mean - deducted, Fraction(0)), Fraction(HUNDRED)), decimals)


def band(points, bands, caps=()):
    """Return the code of the band of a score, never above those in ``caps``.

    ``bands``: (code, lowest score), the best one first.
    """
    codes = [code for code, _ in bands]
    reached = next(place for place, (_, lowest) in enumerate(bands) if points >= lowest)
    return codes[max([reached, *(codes.index(cap) for cap in caps if cap in codes)])]


def places(scores):
    """Return key → place of ``scores`` (key → score).

    Equal scores share a place, and the next one counts all before it: 1, 2, 2, 4.
    """
    return {key: 1 + sum(other > points for other in scores.values()) for key, points in scores.items()}
