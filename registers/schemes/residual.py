"""Expected and actual grades (预期等级、实际等级): what a scheme says of them.

The grade that was decided stays as it is. Beside it stands what a point would be if its measures are carried out, and what it
is because they were verified. No document of the five names a rule, so all of it has a customary default. Pure: no Django, no database.
"""

from typing import Annotated

from pydantic import Field

from registers.schemes.parts import Code, Part


class Floor(Part):
    """Points that measures never bring below the grade ``rank``, because the harm stays as it was.

    ``major_matter``: those of major decisions (三重一大). ``factors``: factor code → values that mean so great a harm.
    """

    rank: Annotated[int, Field(ge=1, le=9)] = 2
    major_matter: bool = True
    factors: dict[Code, Annotated[list[Code], Field(min_length=1)]] = {}


class Residual(Part):
    """The rule by which verified measures lighten a point, where ``enabled``.

    ``levels_down``: by how many grades at most. ``months``: how long a verification counts. ``outside_unit``: ranks of points whose
    measures somebody outside the unit verifies; those of the others somebody outside the post. ``unit_answers``: may a unit itself be
    responsible for the measures of its points (单位为责任主体), where neither a person nor a post is named.
    """

    enabled: bool = False
    levels_down: Annotated[int, Field(ge=1, le=8)] = 1
    months: Annotated[int, Field(ge=1, le=60)] = 12
    outside_unit: list[int] = [1]
    floor: Floor = Floor()
    unit_answers: bool = False
    source: str = ""
    inferred: bool = False
