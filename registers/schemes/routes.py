"""The language of routes: what people do with a sheet, in which order, by when.

Pure: no Django, no database.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from registers.schemes.bodies import NeededDocument
from registers.schemes.parts import Code, Day, Named, Part, Role, Text


class StepKind(StrEnum):
    """The kind of a step: what people do there."""

    FILL = "fill"
    DISCUSS = "discuss"
    COLLECTIVE_REVIEW = "collective_review"
    SIGN = "sign"
    ENDORSE = "endorse"
    PUBLICISE = "publicise"
    ADJUDICATE = "adjudicate"
    FILE = "file"
    COPY = "copy"
    AWAIT = "await"


class Step(Named):
    """One step of a route.

    ``due`` is the step's own last day; ``within`` the working days that whoever acts there has; ``plan_label`` the heading
    under which the institution's plan names that day (R1-19 审核风险点); ``redo_days`` the usual days for a redo; ``quorum`` how many
    members must have recorded a verdict; ``sets`` which grade an adjudication fixes; ``days`` the
    days of a notice; ``grades`` restricts the step to sheets whose gravest rank is listed; ``outside`` names the
    body outside the institution that a filing goes to (R4-28): whoever files says under which number. ``body``: the one of the
    scheme's ``bodies`` that decides here in a meeting, before which the ``documents`` must lie; ``overseen_by``: one that may send
    a sheet back from here, though somebody else decides (R1-21). ``notice``: the one of the scheme's kinds of ``notices`` that is
    published here. ``chosen_units``: whoever drafts it may choose some units as its readers, in place of the whole school
    (R4-27 在一定范围内).
    """

    kind: StepKind
    role: Role
    due: Day | None = None
    within: Annotated[int, Field(ge=1, le=60)] | None = None
    plan_label: str = ""
    may_return: bool = False
    redo_days: Annotated[int, Field(ge=1, le=60)] = 7
    sheet_check: str = ""
    line_check: str = ""
    quorum: Annotated[int, Field(ge=2, le=99)] = 2
    sets: Literal["proposed_grade", "final_grade"] | None = None
    audience: Literal["unit", "school", "public"] | None = None
    chosen_units: bool = False
    days: Annotated[int, Field(ge=1, le=60)] = 5
    notice: Code | None = None
    grades: list[int] = []
    outside: str = ""
    body: Code | None = None
    overseen_by: Code | None = None
    documents: list[NeededDocument] = []


class Route(Part):
    """The steps a kind of sheet passes, in their order."""

    label: Text
    steps: Annotated[list[Step], Field(min_length=1)]
