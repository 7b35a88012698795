"""Who records that somebody was held to account or commended, and who reads it (R0-19, R1-48, R2-19)."""

from registers.access import YES, Policy, no, policy
from registers.policies import OpenToStaff
from workflows.policies.handling import handles
from workflows.policies.warnings import NOT_OFFICE, concerns, facts_of, issues


class _MeritPolicy(Policy):
    def may_record(self, actor, record):
        """Record it as the office, but nobody what is about himself or his own unit."""
        if handles(actor, record.unit_id) and not concerns(actor, record):
            return YES
        return no(NOT_OFFICE)


@policy("workflows.AccountabilityRecord")
class AccountabilityPolicy(_MeritPolicy):
    def visible(self, rows, actor):
        """Those that the office keeps, never of the reader himself or his own units."""
        return rows.filter(issues(facts_of(actor))) if actor.is_authenticated else rows.none()


@policy("workflows.Commendation")
class CommendationPolicy(_MeritPolicy, OpenToStaff):
    pass
