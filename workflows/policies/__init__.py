"""Who may see and move what travels; one module a subject. Importing this package registers every policy of the app."""

from workflows.policies import (  # noqa: F401 (they register themselves)
    attachments,
    campaigns,
    notifications,
    publicity,
    robots,
    submissions,
)
from workflows.policies.acting import CLIMB, NOTICE, acting, concerned, holders
from workflows.policies.holding import Holding

__all__ = ["CLIMB", "NOTICE", "Holding", "acting", "concerned", "holders"]
