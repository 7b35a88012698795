"""Warnings (预警、示警) in a scheme: levels, what is done, by which rules it is proposed.

Levels are a list of their own and say nothing of the grades of points. Rules only propose, a person issues. Pure: no Django, no
database. Source: R0-12, R1-44, R2-27, R4-12, R4-31.
"""

from typing import Annotated, Literal

from pydantic import Field

from registers.schemes.parts import Code, Named, Part, Role

Rank = Annotated[int, Field(ge=1, le=9)]
Form = Annotated[int, Field(ge=1, le=4)]
Trigger = Literal["overdue", "rectification", "no_measure", "objection", "term"]


class WarningAction(Named):
    """One thing that is done when a risk shows (示警、处置).

    ``severity``: 1 is the mildest. ``grades``: ranks of points for which it is meant, empty for all. ``target``: whom it may be
    addressed to. ``talk``: held as a talk, of which a record is kept, instead of a letter. ``issuer``: in whose name, ``seal`` in
    other words where that differs. ``approver``: who approves what another has drafted. ``series``: the word in its numbers, which
    count by themselves. ``answer_days``: working days for an answer after the signed receipt, 0 where none is asked for.
    ``forms``: which of the four forms (四种形态) an outcome for a person may have. ``reference_only``: its text must not be kept
    here, only number, day and place. ``paper`` prints it. Source: R1-44, R4-12, R4-31.
    """

    severity: Annotated[int, Field(ge=1, le=20)] = 1
    grades: list[Rank] = []
    target: Literal["unit", "person", "either"] = "either"
    talk: bool = False
    issuer: Role = Role.OFFICE
    approver: Role = Role.OFFICE
    series: Annotated[str, Field(max_length=12)] = ""
    seal: Annotated[str, Field(max_length=40)] = ""
    answer_days: Annotated[int, Field(ge=0, le=120)] = 0
    forms: list[Form] = []
    reference_only: bool = False
    copy_to: Annotated[str, Field(max_length=120)] = ""
    paper: Code | None = None
    source: str = ""
    inferred: bool = False

    def number(self, year, count):
        """Return the number of its letter, such as 提〔2026〕3号."""
        return f"{self.series or self.label}〔{year}〕{count}号"


class WarningLevel(Named):
    """A level of warning. ``severity``: 1 is the slightest."""

    severity: Annotated[int, Field(ge=1, le=9)]
    colour: Literal["red", "orange", "yellow", "blue"]
    source: str = ""
    inferred: bool = False


class WarningRule(Part):
    """A rule that proposes a warning of ``level`` by ``action``, and never issues one.

    ``trigger``: ``overdue`` (sheets of one filler handed in late or still owed, ``times`` in a year), ``rectification`` (a finding not
    put right ``days`` after its day), ``no_measure`` (a point of one of ``grades`` without a measure ``days`` after it came into
    force), ``objection`` (``times`` in a year upheld against sheets of a unit), ``term`` (a post held ``days`` longer than the
    rotation allows).
    """

    trigger: Trigger
    level: Code
    action: Code
    times: Annotated[int, Field(ge=1, le=20)] = 2
    days: Annotated[int, Field(ge=0, le=365)] = 0
    grades: list[Rank] = []
    source: str = ""
    inferred: bool = False


class Warnings(Part):
    """What a scheme says of warnings beside ``warning_actions``.

    ``quiet_days``: days after the answer was accepted, or after the receipt where none is asked for, before a warning may be lifted.
    ``visit_months``: after how many months one that was lifted is visited again (回访), 0: not at all.
    ``inferred``: the institution's document does not name these numbers.
    """

    levels: list[WarningLevel] = []
    rules: list[WarningRule] = []
    quiet_days: Annotated[int, Field(ge=0, le=365)] = 30
    visit_months: Annotated[int, Field(ge=0, le=24)] = 3
    source: str = ""
    inferred: bool = False

    def level(self, code):
        """Return the level ``code``, None where the scheme has none."""
        return next((level for level in self.levels if level.code == code), None)
