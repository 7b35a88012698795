"""Rows compiled from the register itself: directories of powers and of processes."""

from registers.models import Incumbency, PowerItem
from registers.papers.compose import source


@source("power_directory")
def power_directory(*, unit, on, rules):
    """风险岗位职权目录: every power in force of a unit with its post and holder on the day ``on``. Source: R1-14."""
    domains = {domain.code: domain.label for domain in rules.domains}
    holders = dict(Incumbency.objects.in_force(on).filter(post__unit=unit).values_list("post_id", "user__name"))
    return {
        "rows": [
            {
                "accountable_post": item.accountable_post.name if item.accountable_post else "",
                "accountable_person": holders.get(item.accountable_post_id, ""),
                "name": item.name,
                "procedure": [step.procedure for step in item.steps.all()] or item.service_commitment,
                "legal_basis": item.legal_basis,
                "domain": domains.get(item.domain, item.domain),
                "chart_number": item.chart_number,
                "remark": item.remark,
            }
            for item in _powers(unit, on)
        ]
    }


@source("process_directory")
def process_directory(*, unit, on, rules):
    """风险岗位业务流程目录: how each power in force is exercised. Source: R1-34, R1-35."""
    return {
        "rows": [
            {
                "name": item.name,
                "accountable_post": item.accountable_post.name if item.accountable_post else "",
                "procedure": [step.procedure for step in item.steps.all()],
                "chart_number": item.chart_number,
                "time_limit": item.time_limit,
                "check_and_balance": item.check_and_balance,
                "complaint_channel": item.complaint_channel,
                "remark": item.remark,
            }
            for item in _powers(unit, on)
        ]
    }


def _powers(unit, on):
    return (
        PowerItem.objects.in_force(on)
        .filter(unit=unit)
        .select_related("accountable_post")
        .prefetch_related("steps")
        .order_by("accountable_post__code", "pk")
    )
