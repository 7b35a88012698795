"""The building blocks of a scheme file: codes, texts, days, levels, roles.

Pure: no Django, no database.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from registers.schemes.dates import DateRule

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=40)]
Text = Annotated[str, Field(min_length=1, max_length=2000)]
Day = Annotated[
    DateRule, BeforeValidator(lambda value: value if isinstance(value, DateRule) else DateRule.parse(value))
]


class Level(StrEnum):
    """The level whose risk a point describes: a person, a unit, the school. Source: R1-03, R4-28."""

    PERSONAL = "personal"
    UNIT = "unit"
    SCHOOL = "school"


# Whether objections without a name are taken: as objections, as suggestions that nobody owes an answer, or not at all.
Anonymous = Literal["accept", "suggestion_only", "refuse"]

# The kinds of units that every scheme knows; it may add its own (``Scheme.unit_kinds``).
UnitType = Literal[
    "institution",
    "office",
    "college",
    "logistics",
    "teaching_support",
    "affiliated",
    "affiliated_hospital",
    "section",
    "grade_group",
    "teaching_group",
    "party_branch",
]


class Role(StrEnum):
    """The roles that people can have under a scheme.

    A scheme gives each its own words.
    """

    POST_HOLDER = "post_holder"
    LIAISON = "liaison"
    GROUP_MEMBER = "group_member"
    UNIT_HEAD = "unit_head"
    LEADER_IN_CHARGE = "leader_in_charge"
    OFFICE = "office"
    SCHOOL_GROUP = "school_group"
    PARTY_COMMITTEE = "party_committee"


class Part(BaseModel):
    """The base of all parts of a scheme: fixed once read, unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Contact(Part):
    """Whom to ask at the office that runs the work.

    Notices print it, and leave room for what is not given.
    """

    person: Annotated[str, Field(max_length=40)] = ""
    phone: Annotated[str, Field(max_length=60)] = ""
    email: Annotated[str, Field(max_length=100)] = ""
    address: Annotated[str, Field(max_length=100)] = ""


class Named(Part):
    """A part with a code for the system and a label for people."""

    code: Code
    label: Text


class Ask(Part):
    """One field that a sheet asks for in each entry."""

    field: Text
    label: Text
    required: bool = False
    help: str = ""
    example: str = ""
    lines: Annotated[int, Field(ge=1, le=20)] = 1
    max_length: Annotated[int, Field(ge=1, le=5000)] = 1000
