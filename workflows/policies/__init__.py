"""Who may see and move what travels; one module a subject. Importing this package registers every policy of the app."""

from workflows.policies import attachments, campaigns, controls, notifications, publicity, submissions  # noqa: F401 (they register themselves)
from workflows.policies.acting import CLIMB, NOTICE, acting, concerned, holders

__all__ = ["CLIMB", "NOTICE", "acting", "concerned", "holders"]
