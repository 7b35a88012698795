"""The arithmetic of an assessment: from the scores of a unit's lines to its result and its band.

Pure: no Django, no database. Exact until the end, then rounded once to two places, half up. A line that does not apply is left
out and the others are rescaled.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

CENT = Decimal("0.01")
OWN, OFFICE, LEADERSHIP = PARTS = ("own", "office", "leadership")


@dataclass(frozen=True)
class Line:
    """One line of a sheet.

    ``leadership``: the scores of the leaders, one each. ``surveyed``: it counts by the survey, so nobody scores it; ``percent`` is
    then what the survey gave, None where it gave nothing. ``applies``: it is counted at all.
    """

    points: int
    own: Decimal | None = None
    office: Decimal | None = None
    leadership: tuple = ()
    applies: bool = True
    surveyed: bool = False
    percent: Decimal | None = None

    @property
    def counts(self):
        """Whether the line has a place in the result."""
        return self.applies and (not self.surveyed or self.percent is not None)

    def score(self, part):
        """Return the score in a part as a fraction, None where there is none."""
        if self.surveyed:
            return None if self.percent is None else Fraction(self.percent) * self.points / 100
        if part == LEADERSHIP:
            scores = self.leadership
            return Fraction(sum(map(Fraction, scores)), len(scores)) if scores else None
        score = getattr(self, part)
        return None if score is None else Fraction(score)


def percent(lines, part):
    """Return what ``lines`` reached in a part, of a hundred and exactly.

    None while a line that counts has no score, and where none counts.
    """
    counted = [line for line in lines if line.counts]
    scores = [line.score(part) for line in counted]
    if not counted or None in scores:
        return None
    return sum(scores) * 100 / sum(line.points for line in counted)


def result(lines, weights):
    """Return the result of a sheet, None while a part that weighs something is not complete.

    ``weights``: part → percent, a hundred in sum.
    """
    reached = {part: percent(lines, part) for part, weight in weights.items() if weight}
    if None in reached.values():
        return None
    return rounded(sum(weights[part] * found for part, found in reached.items()) / 100)


def rounded(value):
    """Return an exact number as a ``Decimal`` of two places, half up. None stays None."""
    if value is None:
        return None
    value = Fraction(value)
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(CENT, ROUND_HALF_UP)


def band_of(score, bands, caps=()):
    """Return the code of the band of a score.

    ``bands``: ``[(code, lowest score)]`` from the highest to the lowest. ``caps``: bands above which the unit cannot be; they never
    change the score and never lift a unit. Raises ``ValueError`` where no band takes the score.
    """
    codes = [code for code, _ in bands]
    reached = next((place for place, (_, least) in enumerate(bands) if score >= least), None)
    if reached is None:
        raise ValueError(f"no band for {score}")
    return codes[max([reached, *(codes.index(cap) for cap in caps if cap in codes)])]
