"""Scheme files in which every text is as long as the check lets it be. Texts are found by walking the types."""

import copy
import re

from pydantic import BaseModel, ValidationError

from registers.schemes.checking import crosscheck
from registers.schemes.language import Scheme

BEYOND = 6000  # characters: more than any type or column takes that has a limit
LIMIT = re.compile(r"缩短到 (\d+) 字")
CODE = re.compile(r"[a-z][a-z0-9_.-]*")  # one thing's name is another's reference: only ``limits`` tries them
ROUNDS = 6  # shortening one text can leave another that stands beside it too long
REPEATS = {("Column", "tick"): ("Grade", "label"), ("Condition", "rank_at_least"): ("Scheme", "ranks")}


def texts(part, path=()):
    """Yield ``((type, field), path)`` for every text of a typed scheme."""
    for name in type(part).model_fields:
        yield from _inner(getattr(part, name), (type(part).__name__, name), (*path, name))


def _inner(value, kind, path):
    if isinstance(value, BaseModel):
        yield from texts(value, path)
    elif isinstance(value, str):
        yield kind, path
    elif isinstance(value, dict | list | tuple):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _inner(inner, kind, (*path, key))


def at(document, path):
    """Return the value at a path of a plain document, None where a default stands."""
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def put(document, path, text):
    at(document, path[:-1])[path[-1]] = text


def refusals(document):
    """Return ``(path, most characters or None)`` for everything that the check refuses."""
    try:
        scheme = Scheme.model_validate(document)
    except ValidationError as errors:
        return [(error["loc"], error.get("ctx", {}).get("max_length")) for error in errors.errors()]
    limits = [(where, LIMIT.search(remedy)) for where, _, remedy in crosscheck.faults(scheme)]
    return [(where, int(limit[1]) if limit else None) for where, limit in limits]


def limits(document, without=()):
    """Return ``{(type, field): most characters}``, None where the type takes any number and 0 where no other text fits.

    Every kind of text is tried once, in the first place where the document has it. ``without``: kinds that are known.
    """
    found = {}
    for kind, path in texts(Scheme.model_validate(document)):
        text = at(document, path)
        if kind in found or kind in without or not isinstance(text, str):
            continue
        most = None
        while refused := refusals(_with(document, path, padded(text, most or BEYOND))):
            named = [limit for where, limit in refused if where == path and limit and limit < (most or BEYOND)]
            if not named:
                most = 0
                break
            most = min(named)
        found[kind] = most
    return found


def padded(text, length):
    return text + ("x" if text.isascii() else "长") * (length - len(text))


def _with(document, path, text):
    longer = copy.deepcopy(document)
    put(longer, path, text)
    return longer


def longest(document, most):
    """Return the document with every text as long as it may be, by the limits that ``limits`` found."""
    longer, scheme = copy.deepcopy(document), Scheme.model_validate(document)
    become = {}
    for kind, path in texts(scheme):
        text, limit = at(document, path), most.get(kind, 0)
        if isinstance(text, str) and limit != 0 and kind not in REPEATS and not CODE.fullmatch(text):
            become[kind, text] = padded(text, limit or BEYOND)
            put(longer, path, become[kind, text])
    for kind, path in texts(scheme):
        if kind in REPEATS and (text := become.get((REPEATS[kind], at(document, path)))):
            put(longer, path, text)
    for _ in range(ROUNDS):
        refused = refusals(longer)
        if not refused:
            break
        for where, limit in refused:
            assert limit, (where, "is refused for another reason than its length")
            put(longer, where, at(longer, where)[:limit])
    return longer
