"""What was made public of the matters of a power (办事公开), asked of the app above.

That app keeps the records. Here they are only shown, on the page of the power. Each is a ``Matter`` with its parts.
"""

from dataclasses import dataclass

_ANSWERING = []


@dataclass(frozen=True)
class Part:
    """One part of a matter.

    ``day`` and ``place``: since when and where it is public, or by when it is to be. ``state``: words and tone of a tag.
    """

    label: str
    day: object
    place: str
    state: tuple


@dataclass(frozen=True)
class Matter:
    """A matter that exercised the power: its number for links, its title and its parts."""

    pk: int
    title: str
    parts: tuple


def answered_by(function):
    """Let ``function(actor, series)`` answer what is asked here: the matters of a power."""
    _ANSWERING[:] = [function]
    return function


def of_power(actor, series):
    """Return the matters of the power ``series`` that the actor may read, newest first, as ``Matter``."""
    [answer] = _ANSWERING
    return answer(actor, series)
