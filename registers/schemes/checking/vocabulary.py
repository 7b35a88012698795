"""The words of the language of scheme files, found by walking its types: which keys may stand where.

Pure: no Django, no database.
"""

import difflib
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel

from registers.schemes.language import Scheme

LONGEST = 60  # characters of a word that others are compared with


def instead_of(where):
    """Return the remedy for an unknown key: the nearest right one, or all that may stand there."""
    if "：" in str(where[-1]):
        return "名称后面用了全角冒号“：”，改成半角冒号，后面空一格"
    part = part_at(where[:-1])
    if part is None:
        return "删去该项，或检查是否拼写有误"
    known = _known(part)
    near = nearest(where[-1], known)
    return f"是否应写作“{near}”？不需要则删去该项" if near else f"删去该项。此处可写：{'、'.join(known)}"


def meant(where):
    """Return the key that an unknown key at ``where`` resembles, empty where there is none."""
    part = part_at(where[:-1])
    return nearest(str(where[-1]).split("：")[0], _known(part)) if part else ""


def _known(part):
    return [*part.model_fields, "include"] if part is Scheme else list(part.model_fields)


def nearest(word, known):
    """Return the known word that is most like ``word`` and not the same, empty where none is."""
    if not isinstance(word, str) or len(word) > LONGEST:
        return ""
    return next((near for near in difflib.get_close_matches(word, known, 2, 0.7) if near != word), "")


def part_at(where):
    """Return the type of the group of keys at ``where``, None where there is none."""
    kind = Scheme
    for step in where:
        if _is_part(kind):
            field = kind.model_fields.get(step)
            kind = _plain(field.annotation) if field else None
        elif get_origin(kind) in (list, tuple):
            kind = _plain(get_args(kind)[0])
        elif get_origin(kind) is dict:
            kind = _plain(get_args(kind)[1])
        else:
            return None
    return kind if _is_part(kind) else None


def _is_part(kind):
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _plain(annotation):
    """Return an annotation without its limits, and of alternatives the one that has parts."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        kinds = [_plain(kind) for kind in get_args(annotation)]
        return next((kind for kind in kinds if _is_part(kind) or get_origin(kind)), kinds[0])
    return annotation
