"""Hand accepted lines of a file to the app above, which makes sheets of them for a head to sign.

Points and powers come into force only when a unit's head has signed them. The app of the sheets enters itself here.
"""

from dataclasses import dataclass

RECEIVERS = {}  # kind of file → function of (plan, lines)


@dataclass(frozen=True)
class Taking:
    """Who takes a file over, when, and what it is called."""

    actor: object
    at: object
    file_name: str


def takes_further(kind):
    """Enter a function as the one that takes over the lines of files of this kind."""

    def enter(function):
        RECEIVERS[kind] = function
        return function

    return enter


def hand_on(plan, lines):
    """Give the accepted lines of a plan to whoever takes them further."""
    RECEIVERS[plan.kind](plan, lines)
