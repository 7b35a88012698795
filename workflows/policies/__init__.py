"""The access rules of this app, one module per subject, and who acts on a submission.

Here: the policies, which register themselves when this package is imported; the rule of who acts today
(``deciders``, pure), the data it works on (``holding``), the same rule as conditions on rows (``queues``), and its
answers in words (``remedies``); who counts in a meeting (``quorums``), whose sheets a unit's sheet carries
(``reach``), who handles a unit and whom it concerns (``handling``), the proof that one had a sheet on screen
(``seen``).
One module a subject: ``campaigns``, ``submissions``, ``terms``, ``suggestions``, ``attachments``, ``meetings``,
``publicity``, ``publications``, ``door``, ``disclosures``, ``rankings``, ``controls``, ``checks``,
``inspection_plans``, ``inspections``, ``findings``, ``assessments``, ``surveys``, ``warnings``, ``merits``,
``duties``, ``activities``, ``readings``, ``notifications``, ``robots``. What waits beside sheets: ``waiting``, and
as numbers in the frame of a page: ``badges``.
Never here: moving anything (``workflows.routing``). Neighbours: the mechanism is ``registers.access``.
"""

from workflows.models.submissions import CARRIED, CARRIER, IDLE, NOTICE, UNPUBLISHED
from workflows.policies import (  # noqa: F401 (they register themselves)
    activities,
    assessments,
    attachments,
    campaigns,
    checks,
    controls,
    disclosures,
    door,
    duties,
    findings,
    inspection_plans,
    inspections,
    meetings,
    merits,
    notifications,
    publications,
    publicity,
    rankings,
    readings,
    robots,
    submissions,
    suggestions,
    surveys,
    terms,
    warnings,
)
from workflows.policies.deciders import CLIMB, MEETING, ORGANISER
from workflows.policies.holding import Holding
from workflows.policies.queues import fills_for
from workflows.policies.submissions import filled_by, known_to, known_units, sums_up, takes_content

__all__ = [
    "CARRIED",
    "CARRIER",
    "CLIMB",
    "IDLE",
    "MEETING",
    "NOTICE",
    "ORGANISER",
    "UNPUBLISHED",
    "Holding",
    "filled_by",
    "fills_for",
    "known_to",
    "known_units",
    "sums_up",
    "takes_content",
]
