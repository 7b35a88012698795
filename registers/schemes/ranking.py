"""Rankings of units (排名) in a scheme: figures, classes, bands, deductions, vetoes, periods.

They reward process and measures. The number of points, of grave points and of findings that a unit reported itself are no figures
here, so no scheme can count them. The five documents name no ranking of units; what stands here has customary defaults. A scheme without
figures ranks no units. Pure: no Django, no database. Source: R0-28, R4-35.
"""

from typing import Annotated, Literal

from pydantic import Field

from registers.schemes.parts import Code, Named, Part, Text

FigureCode = Literal[
    "timely", "coverage", "quality", "carried_out", "verified", "rectified", "objections", "satisfied", "answered"
]
Days = Annotated[int, Field(ge=1, le=60)]
Percent = Annotated[int, Field(ge=0, le=100)]


class Figure(Part):
    """One figure of a ranking, a share of things that were in order.

    ``direction``: ``more`` where a high share is good, ``less`` where a low one is. ``explained``: what is counted, in words for units.
    """

    code: FigureCode
    label: Text
    weight: Annotated[int, Field(ge=1, le=100)]
    direction: Literal["more", "less"] = "more"
    explained: str = ""
    source: str = ""
    inferred: bool = False


class RankingClass(Named):
    """Units that are ranked among themselves, by their types (分类排名)."""

    unit_types: Annotated[list[Text], Field(min_length=1)]


class Band(Named):
    """A band of scores (档次) from ``at_least`` up to the next higher one."""

    at_least: Percent


class Deduction(Named):
    """What takes points off, each time (扣分项). It concerns the unit and never names anybody."""

    points: Annotated[int, Field(ge=1, le=100)]
    source: str = ""
    inferred: bool = False


class Veto(Named):
    """What caps the band of a unit at ``at_best``, whatever its score (一票否决)."""

    at_best: Code
    source: str = ""
    inferred: bool = False


class Ranking(Part):
    """What a scheme says of ranking units.

    ``smallest_class``: classes of fewer units show bands only. ``decimals``: to which a score is rounded, once, at the end, half up.
    ``contest_days``: working days in which a unit may contest its figures, ``answer_days``: in which it is answered. ``months``: units
    that take part for fewer are not ranked. ``self_reported``: percent of a deduction that stays where the unit found and
    reported the matter itself; ``concealed``: where it hid it. ``praised``: to which place of a class praise is proposed (表扬).
    """

    figures: list[Figure] = []
    classes: list[RankingClass] = []
    bands: list[Band] = []
    deductions: list[Deduction] = []
    vetoes: list[Veto] = []
    smallest_class: Annotated[int, Field(ge=2, le=50)] = 5
    decimals: Annotated[int, Field(ge=0, le=2)] = 2
    contest_days: Days = 5
    answer_days: Days = 5
    months: Annotated[int, Field(ge=0, le=12)] = 6
    self_reported: Percent = 50
    concealed: Annotated[int, Field(ge=100, le=300)] = 200
    praised: Annotated[int, Field(ge=0, le=20)] = 3
    source: str = ""
    inferred: bool = False

    @property
    def is_held(self):
        """Whether the scheme ranks units at all."""
        return bool(self.figures and self.classes and self.bands)

    def figure(self, code):
        """Return the figure ``code``, None where the scheme has none."""
        return next((figure for figure in self.figures if figure.code == code), None)

    def class_of(self, unit_type):
        """Return the class of a type of unit, None where units of that type are not ranked."""
        return next((one for one in self.classes if unit_type in one.unit_types), None)

    def band(self, code):
        """Return the band ``code``, None where the scheme has none."""
        return next((band for band in self.bands if band.code == code), None)

    @property
    def falling_bands(self):
        """The bands, the best one first."""
        return sorted(self.bands, key=lambda band: -band.at_least)
