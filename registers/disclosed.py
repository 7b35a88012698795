"""What was made public of the matters of a power (办事公开), and the consultations on it.

The app above keeps the records and is asked for them. Here they are only shown, on the page of the power: each a ``Matter``
with its parts, or a ``Consultation``.
"""

from dataclasses import dataclass

_ANSWERING, _CONSULTED = [], []


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


@dataclass(frozen=True)
class Consultation:
    """A consultation on the power: its number for links, what it was, and its opinions in numbers."""

    pk: int
    kind: str
    title: str
    day: object
    received: int
    adopted: int


def answered_by(function):
    """Let ``function(actor, series)`` answer what is asked here: the matters of a power."""
    _ANSWERING[:] = [function]
    return function


def of_power(actor, series):
    """Return the matters of the power ``series`` that the actor may read, newest first, as ``Matter``."""
    [answer] = _ANSWERING
    return answer(actor, series)


def consulted_by(function):
    """Let ``function(actor, series)`` answer which consultations on a power there were."""
    _CONSULTED[:] = [function]
    return function


def consultations_on(actor, series):
    """Return the consultations on the power ``series`` that the actor may read, newest first."""
    [answer] = _CONSULTED
    return answer(actor, series)
