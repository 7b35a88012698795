"""The guide of the scheme language names everything that the language can say. Both are walked, neither is a list here."""

import re
from enum import Enum
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

import pytest
from django.conf import settings
from pydantic import BaseModel

from registers.papers.given import GIVEN
from registers.schemes.language import Scheme
from registers.schemes.parts import Role, UnitType

pytestmark = pytest.mark.once

GUIDE = (settings.BASE_DIR / "docs" / "scheme-guide.md").read_text(encoding="utf-8")
# Everything in code style, split into its words: `also: [grades]` names also and grades.
NAMED = {word for text in re.findall(r"`([^`\n]+)`", GUIDE) for word in re.findall(r"[A-Za-z_][\w-]*", text)}
NAMED |= {
    word for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL) for word in re.findall(r"[a-z_][\w-]*", text)
}


def parts(kind=Scheme):
    """Every type of part that a scheme file may hold, found from the whole down."""
    found, waiting = [], [kind]
    while waiting:
        part = waiting.pop()
        if isinstance(part, type) and issubclass(part, BaseModel):
            if part not in found:
                found.append(part)
                waiting += [field.annotation for field in part.model_fields.values()]
        elif part is not None:
            waiting += [inner for inner in get_args(part) if not isinstance(inner, str)]
    return found


def values(annotation):
    """The words among which a field lets choose."""
    if get_origin(annotation) is Literal:
        return [value for value in get_args(annotation) if value]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [member.value for member in annotation]
    if get_origin(annotation) in (Annotated, Union, UnionType, list, tuple, dict):
        return [value for inner in get_args(annotation) for value in values(inner)]
    return []


@pytest.mark.parametrize("part", parts(), ids=lambda part: f"{part.__module__.rsplit('.', 1)[1]}.{part.__name__}")
def test_guide_names_every_field_and_every_choice(part):
    missing = [name for name in part.model_fields if name not in NAMED]
    missing += [
        f"{name}: {value}"
        for name, field in part.model_fields.items()
        for value in values(field.annotation)
        if value not in NAMED
    ]
    assert missing == []


def test_guide_names_roles_kinds_of_units_and_sources():
    wanted = [*Role, *get_args(UnitType), *(name for name, given in GIVEN.items() if given.about)]
    wanted += [name for given in GIVEN.values() if given.about for name in (*given.rows, *given.fields)]
    assert [name for name in wanted if name not in NAMED] == []


def test_parts_are_found_to_the_last():
    names = {part.__name__ for part in parts()}
    assert {"Scheme", "Step", "Column", "SignOff", "Escalation", "Criterion", "Condition"} <= names
