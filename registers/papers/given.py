"""What each source of papers gives: the names under which its documents hold values.

A source declares its names once, where it makes them. The check of scheme files asks here whether a column, a header
field or a footer would ever be filled. Pure: no Django.
"""

from collections.abc import Callable
from dataclasses import dataclass

GIVEN = {}  # name of a source → what it gives
WHOEVER_COMPILES = {}  # kind of paper (``about``) → names of fields that every paper of the kind gets besides
EVERYWHERE = ("institution", "year")  # fields that ``compose`` adds to every document
ISSUER = "office"  # what nobody types says who issues it
SHEET = "submission"  # the source that makes the paper of a sheet people fill in


@dataclass(frozen=True)
class Given:
    """What a source gives: the names of its columns (``rows``) and of its ``fields``.

    ``about``: what its papers are about, as a layout says it; None where no layout may name it. For the paper of a sheet the
    names depend on what is asked: there they are functions of the rules and the task, and ``steps`` says whose acts
    are printed as ``{step: kind}``, ``marks`` which marks the paper can carry.
    """

    rows: tuple | Callable = ()
    fields: tuple | Callable = ()
    about: str | None = None
    steps: Callable | None = None
    marks: Callable | None = None


def of_compiled(layout):
    """Return ``(columns, fields)`` of a paper that nobody types, None where its source is unknown."""
    given = GIVEN.get(layout.compiled)
    if given is None:
        return None
    return set(given.rows), {*given.fields, *WHOEVER_COMPILES.get(layout.about, ()), *EVERYWHERE, ISSUER}


def of_sheet(rules, task):
    """Return ``(columns, fields)`` of the paper of a task's sheet, None where nothing makes sheets."""
    given = GIVEN.get(SHEET)
    if given is None:
        return None
    return set(given.rows(rules, task)), {*given.fields(rules, task), *EVERYWHERE}
