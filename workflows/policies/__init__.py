"""Who may see and move what travels; one module a subject. Importing this package registers every policy of the app."""

from workflows.policies import attachments, campaigns, notifications, publicity, submissions  # noqa: F401 (they register themselves)
from workflows.policies.acting import CLIMB, NOTICE, acting, concerned, holders
from workflows.policies.roster import Roster

__all__ = ["CLIMB", "NOTICE", "Roster", "acting", "concerned", "holders"]
