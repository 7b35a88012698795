"""Who records that somebody was held to account or commended, and who reads it (R0-19, R1-48, R2-19)."""

from registers.access import YES, Policy, no, policy
from workflows.policies.inspection_plans import handles
from workflows.policies.warnings import NOT_OFFICE, concerns, issues


@policy("workflows.AccountabilityRecord")
class AccountabilityPolicy(Policy):
    def visible(self, rows, actor):
        """Those that the office keeps, never of the reader himself or his own units."""
        return rows.filter(issues(actor)) if actor.is_authenticated else rows.none()

    def may_record(self, actor, record):
        if handles(actor, record.unit_id) and not concerns(actor, record):
            return YES
        return no(NOT_OFFICE)


@policy("workflows.Commendation")
class CommendationPolicy(Policy):
    def visible(self, rows, actor):
        return rows if actor.is_authenticated else rows.none()

    def may_record(self, actor, record):
        """Record a commendation, as the office, but nobody his own or his unit's."""
        if handles(actor, record.unit_id) and not concerns(actor, record):
            return YES
        return no(NOT_OFFICE)
