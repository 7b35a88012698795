"""Who may see and move what travels; one module a subject. Importing this package registers every policy of the app."""

from workflows.policies import (  # noqa: F401 (they register themselves)
    activities,
    attachments,
    campaigns,
    controls,
    notifications,
    publicity,
    readings,
    robots,
    submissions,
    suggestions,
    terms,
)
from workflows.policies.deciders import CLIMB, NOTICE
from workflows.policies.holding import Holding
from workflows.policies.queues import fills_for
from workflows.policies.submissions import sums_up, takes_content

__all__ = ["CLIMB", "NOTICE", "Holding", "fills_for", "sums_up", "takes_content"]
