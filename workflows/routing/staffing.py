"""What running sheets follow when people, roles, units or posts change: every hour, or at once.

What this does is foreseen by ``foresight``.
"""

from workflows import extensions
from workflows.campaign import rosters
from workflows.routing import carrying, reseating


def parts(*, at):
    """Return name → function of each part of what follows, in the order in which they are to be called.

    Calling one again changes nothing.
    """
    return {
        "rosters": lambda: rosters.reconcile_all(at=at),
        "carriers": lambda: carrying.resume_all(at=at),
        "vacancies": lambda: reseating.reseat(at=at),
        "extensions": lambda: extensions.reseat(at=at),
    }


def follow(*, at):
    """Do all of it, in the transaction of the change that it follows."""
    for part in parts(at=at).values():
        part()
