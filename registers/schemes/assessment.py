"""Assessment of units (考核) and the survey of satisfaction (满意度测评) in a scheme.

004 names six criteria and a survey of the staff, 001 the commendation; no source names weights, bands or a quorum, so these have
customary defaults. A scheme without criteria and bands assesses nobody. Pure: no Django, no database.
Source: R0-29, R1-48, R2-30, R3-37, R4-35.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from registers.schemes.parts import Code, Named, Part, Text

Percent = Annotated[int, Field(ge=0, le=100)]
FEWEST = 5  # answers below which a result would say what one person thinks


class Criterion(Part):
    """One line of the sheet by which a unit is assessed.

    ``measured``: ``score`` by people, ``survey`` by the result of the survey. Source: R4-35.
    """

    code: Code
    label: Text
    points: Annotated[int, Field(ge=1, le=100)]
    measured: Literal["score", "survey"] = "score"
    source: str = ""
    inferred: bool = False


class Weights(Part):
    """How many percent of the result are the unit's own score (自评), the office's and the leaders'."""

    own: Percent = 20
    office: Percent = 40
    leadership: Percent = 40


class Band(Named):
    """A band of results (档次).

    ``at_least``: the lowest score in it. ``commended``: units in it are commended (R1-48).
    """

    at_least: Percent
    commended: bool = False
    source: str = ""
    inferred: bool = False


class Veto(Named):
    """Something that keeps a unit out of the bands above ``cap``, whatever its score (一票否决)."""

    cap: Code
    source: str = ""
    inferred: bool = False


class SurveyGroup(Named):
    """People who are asked together.

    ``weight``: percent of the result, whatever their number. ``audience``: ``staff`` have accounts, ``guests`` get printed slips.
    """

    weight: Annotated[int, Field(ge=1, le=100)]
    audience: Literal["staff", "guests"] = "staff"
    source: str = ""
    inferred: bool = False


class ScaleValue(Named):
    """One answer that can be given. Without a ``value`` it counts neither way (不了解)."""

    value: Percent | None = None


class SurveyRules(Part):
    """The survey of satisfaction.

    ``returned``: more than so many percent of the slips given out must come back. ``least_answers``: with fewer no result is shown.
    """

    groups: list[SurveyGroup] = []
    questions: list[Named] = []
    scale: list[ScaleValue] = []
    returned: Percent = 50
    least_answers: Annotated[int, Field(ge=FEWEST, le=50)] = FEWEST
    source: str = ""
    inferred: bool = False

    @property
    def is_held(self):
        """Whether the scheme has a survey at all."""
        return bool(self.groups and self.questions and self.scale)

    def group(self, code):
        """Return the group ``code``, None where the scheme has none."""
        return next((group for group in self.groups if group.code == code), None)


class Assessment(Part):
    """What a scheme says of the yearly assessment of its units.

    ``contest_days``: working days in which a unit may object to its figures before they are decided on. ``score_days``: working days
    in which the office scores what was handed in, and then the leaders.
    """

    criteria: list[Criterion] = []
    weights: Weights = Weights()
    bands: list[Band] = []
    vetoes: list[Veto] = []
    survey: SurveyRules = SurveyRules()
    contest_days: Annotated[int, Field(ge=1, le=60)] = 5
    score_days: Annotated[int, Field(ge=1, le=60)] = 10
    source: str = ""
    inferred: bool = False

    @model_validator(mode="before")
    @classmethod
    def _list_of_before(cls, data):
        """Read the list of criteria that versions stored before there was more to say."""
        if not isinstance(data, list):
            return data
        lines = enumerate(data, 1)
        named = [{"code": f"item-{at}"} | line if isinstance(line, dict) else line for at, line in lines]
        return {"criteria": named}

    @property
    def is_held(self):
        """Whether units are assessed at all."""
        return bool(self.criteria and self.bands)

    def band(self, code):
        """Return the band ``code``, None where a later version has dropped it."""
        return next((band for band in self.bands if band.code == code), None)

    def veto(self, code):
        """Return the veto ``code``, None where there is none."""
        return next((veto for veto in self.vetoes if veto.code == code), None)
