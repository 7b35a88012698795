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
from workflows.policies.acting import (
    CLIMB,
    NOTICE,
    absent,
    acting,
    concerned,
    holders,
    impartial,
    is_concerned,
    seat,
    standins_for,
    sums_up_any,
    units_led,
)
from workflows.policies.holding import Holding
from workflows.policies.submissions import takes_content

__all__ = [
    "CLIMB",
    "NOTICE",
    "Holding",
    "absent",
    "acting",
    "concerned",
    "holders",
    "impartial",
    "is_concerned",
    "seat",
    "standins_for",
    "sums_up_any",
    "takes_content",
    "units_led",
]
