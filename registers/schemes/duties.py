"""What a scheme asks of heads and units beside their sheets.

Statements of duty, avoidance, leaving audits, education by post, and that heads search their risks first.
Each part that a scheme does not write stays off. Pure: no Django, no database.
"""

from typing import Annotated, Literal

from pydantic import Field

from registers.schemes.parts import Code, Named, Part, Text

Rank = Annotated[int, Field(ge=1, le=9)]
Days = Annotated[int, Field(ge=1, le=365)]
MOST = 2000  # characters of one part of a statement


class StatementPart(Named):
    """One part of a statement of duty, with the ``text`` from which it is drafted."""

    text: Annotated[str, Field(max_length=MOST)] = ""


class Statement(Part):
    """The statement of duty (责任书、职责说明) that the head of each unit signs every year.

    ``sign_days``: days within which he signs what was sent to him. Source: R0-18, R2-18.
    """

    label: Annotated[str, Field(min_length=1, max_length=40)]
    parts: Annotated[list[StatementPart], Field(min_length=1, max_length=9)]
    paper: Code | None = None
    sign_days: Days = 7
    source: str = ""
    inferred: bool = False


class Avoidance(Part):
    """That people declare what they have to keep out of (回避), and for which relations.

    ``decide_days``: days within which it is decided. Source: R4-09.
    """

    relations: Annotated[list[Named], Field(min_length=1)]
    decide_days: Days = 5
    source: str = ""
    inferred: bool = False


class LeavingAudit(Part):
    """That whoever leaves a post of one of ``domains`` is audited (离任审计).

    ``kinds``: of the audit. ``record_days``: days after leaving within which it is on record. Source: R4-09.
    """

    kinds: Annotated[list[Named], Field(min_length=1)]
    domains: Annotated[list[Code], Field(min_length=1)]
    record_days: Days = 60
    source: str = ""
    inferred: bool = False


class Education(Part):
    """That education is planned by post (岗位廉政教育). ``ranks``: of the points whose posts it has to reach.

    Source: R2-17, R2-27, R4-01.
    """

    ranks: Annotated[list[Rank], Field(min_length=1)]
    source: str = ""
    inferred: bool = False


class LeadersFirst(Part):
    """That heads search their own risks before the others do (带头查找).

    ``hint``: whether the others are told on their sheet. ``seats``: whose seats in the leading group count as well.
    Source: R0-30, and the same words in R1, R3 and R4.
    """

    hint: bool = False
    seats: list[Literal["leader", "deputy"]] = []
    text: Text
    source: str = ""
    inferred: bool = False


class Duties(Part):
    """What is asked of heads and units. What is not asked is None."""

    statement: Statement | None = None
    avoidance: Avoidance | None = None
    leaving_audit: LeavingAudit | None = None
    education: Education | None = None
    leaders_first: LeadersFirst | None = None

    @property
    def has_pages(self):
        """Whether anything is asked for that has pages of its own."""
        return any((self.statement, self.avoidance, self.leaving_audit, self.education))
