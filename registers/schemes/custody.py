"""Custody (留存): which roles above the units keep what is on record, and so read it.

They read it in the register, the ledger and the archive. The people of a unit who answer for it keep all that is theirs, and
nobody has to say so. What leaves the unit follows from the routes, unless the rule book says it itself. Pure: no Django, no
database. Source: R1-30, R1-31, R2-14, R2-15, R4-33.
"""

from typing import Annotated

from pydantic import Field

from registers.schemes.parts import Level, Part, Role

KEEPERS = (Role.LEADER_IN_CHARGE, Role.OFFICE, Role.SCHOOL_GROUP, Role.PARTY_COMMITTEE)
EVERY_GRADE = ()
READING = ("discuss", "sign", "endorse", "adjudicate", "file", "copy")  # kinds of steps at which a sheet is read
FILLS_THE_REGISTER = ("points", "grades", "measures")


class Custody(Part):
    """What some roles above the units keep of what has been filed.

    ``grades``: ranks; none means every grade, also what has none yet. For its roles and levels it stands in the place of what
    would follow from the routes.
    """

    roles: Annotated[list[Role], Field(min_length=1)]
    levels: Annotated[list[Level], Field(min_length=1)]
    grades: list[int] = []
    source: str = ""
    inferred: bool = False


def kept(scheme, role, level):
    """Return the ranks that ``role`` keeps of a level, None for nothing.

    ``EVERY_GRADE`` where it keeps all, also what has no grade.
    """
    said = next((item for item in scheme.custody if role in item.roles and level in item.levels), None)
    if said is not None:
        return tuple(sorted(said.grades))
    read = read_on_routes(scheme, role, level)
    if not read:
        return None
    return EVERY_GRADE if EVERY_GRADE in read else tuple(sorted({rank for ranks in read for rank in ranks}))


def read_on_routes(scheme, role, level):
    """Return which ranks come by ``role`` on the routes of a level, a tuple for each step.

    Empty where none does.
    """
    return {
        tuple(sorted(step.grades))
        for task in scheme.tasks
        if task.brings in FILLS_THE_REGISTER and level in levels_of(scheme, task)
        for step in (scheme.routes[task.route].steps if task.route in scheme.routes else ())
        if step.role == role and step.kind in READING
    }


def levels_of(scheme, task):
    """Return the levels of the points on a task's paper.

    Its own, and people's where a unit's paper includes them.
    """
    paper = scheme.papers.get(task.paper)
    included = {Level.PERSONAL} if paper is not None and paper.includes == Level.PERSONAL else set()
    return {task.points or task.level} | included
