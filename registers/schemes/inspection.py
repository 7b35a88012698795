"""Inspections (检查) and rectification (整改) in a scheme: kinds, methods, frequency, checklist, periods.

The five documents name kinds and methods, and few of them a number; what they leave open has a customary default here. A scheme without
kinds and a checklist has no inspections. Pure: no Django, no database. Source: R0-23 to R0-28, R1-46, R2-29, R3-34, R4-35, R4-36.
"""

from typing import Annotated, Literal

from pydantic import Field

from registers.schemes.parts import Code, Named, Part, Text

FEWEST = 3  # of a team
Days = Annotated[int, Field(ge=1, le=365)]
Months = Annotated[int, Field(ge=1, le=24)]


class InspectionKind(Named):
    """A kind of inspection.

    ``purpose``: ``random`` ones draw the units and the people by lot, ``look_back`` ones look again at what was put right.
    Source: R0-25, R0-27.
    """

    purpose: Literal["regular", "special", "random", "look_back"] = "regular"
    source: str = ""
    inferred: bool = False


class Method(Named):
    """A way of inspecting (听取汇报、查阅资料、实地走访、民主评议 …). Source: R0-27, R2-29."""

    source: str = ""
    inferred: bool = False


class Frequency(Part):
    """How often points of a ``grade`` are looked at (分级监控).

    ``unit_months``: the unit itself at least every so many months. ``office_months``: the school's office; without it only
    when the lot falls on the unit. Source: R0-23.
    """

    grade: Code
    unit_months: Months
    office_months: Months | None = None
    source: str = ""
    inferred: bool = False


class ChecklistItem(Part):
    """One line of the checklist that every inspected unit is asked, with its full score.

    ``how``: by what it is checked (查阅哪些资料、抽查多少). Source: R0-28, R4-35.
    """

    code: Code
    label: Text
    points: Annotated[int, Field(ge=1, le=100)]
    how: str = ""
    source: str = ""
    inferred: bool = False


class Inspections(Part):
    """What a scheme says of inspections and rectification.

    ``team``: how many inspect together, at least. ``ratio``: percent of the units that a draw takes, never fewer than ``fewest``.
    ``answer_days``: working days for a unit's answer to the preliminary opinion. ``plan_days``: working days for its plan of
    rectification. ``rectification_days``: days to put a finding right, ``at_once_days`` for what can be done at once.
    ``look_back_months``: after how long what was closed is looked at again. ``inferred``: the institution's document does not
    name these numbers.
    """

    kinds: list[InspectionKind] = []
    methods: list[Method] = []
    frequency: list[Frequency] = []
    checklist: list[ChecklistItem] = []
    team: Annotated[int, Field(ge=FEWEST, le=15)] = FEWEST
    ratio: Annotated[int, Field(ge=1, le=100)] = 20
    fewest: Annotated[int, Field(ge=1, le=99)] = 3
    answer_days: Days = 5
    plan_days: Days = 15
    rectification_days: Days = 30
    at_once_days: Days = 7
    look_back_months: Months = 6
    source: str = ""
    inferred: bool = False

    @property
    def are_held(self):
        """Whether the scheme has inspections at all."""
        return bool(self.kinds and self.methods and self.checklist)

    def kind(self, code):
        """Return the kind ``code``, None where a later version of the scheme has dropped it."""
        return next((kind for kind in self.kinds if kind.code == code), None)

    def number_drawn(self, units):
        """Return how many of ``units`` a draw takes: the ratio rounded up, never fewer than ``fewest``."""
        return min(units, max(self.fewest, -(-units * self.ratio // 100)))
