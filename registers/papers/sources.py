"""Rows compiled from the register itself: directories of powers, processes, duties and regulations."""

from registers.models import Incumbency, Post, PowerItem, RiskPoint
from registers.papers.compose import source


@source("power_directory")
def power_directory(*, unit, on, rules, reader=None):
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
def process_directory(*, unit, on, rules, reader=None):
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


@source("duty_list")
def duty_list(*, unit, on, rules, reader=None):
    """岗位职责—权力—步骤清单: what each post is for, its powers, how they are exercised, where they could be abused.

    Of the risk points only those that ``reader`` may read. Source: R0-17, C5-29.
    """
    powers, points = {}, {}
    for item in _powers(unit, on):
        powers.setdefault(item.accountable_post_id, []).append(item)
    readable = RiskPoint.objects.visible_to(reader) if reader else RiskPoint.objects.all()
    for point in readable.in_force(on).filter(unit=unit, post__isnull=False).order_by("pk"):
        points.setdefault(point.post_id, []).append(point.content)
    posts = Post.objects.filter(unit=unit, closed_on=None).prefetch_related("duties").order_by("code")
    return {
        "rows": [
            {
                "post": post.name,
                "duties": [duty.text for duty in post.duties.all()],
                "powers": [item.name for item in powers.get(post.pk, [])],
                "steps": [step.procedure for item in powers.get(post.pk, []) for step in item.steps.all()],
                "points": points.get(post.pk, []),
            }
            for post in posts
        ]
    }


@source("regulation_directory")
def regulation_directory(*, unit, on, rules, reader=None):
    """制度目录, from what the powers in force name as their basis. Source: R1-54, C5-22."""
    found = {}
    for item in _powers(unit, on):
        for line in filter(None, (line.strip() for line in item.legal_basis.splitlines())):
            found.setdefault(line, []).append(item)
    return {
        "rows": [
            {
                "regulation": line,
                "powers": [item.name for item in items],
                "posts": "、".join(
                    dict.fromkeys(item.accountable_post.name for item in items if item.accountable_post)
                ),
            }
            for line, items in found.items()
        ]
    }


@source("assessment")
def assessment(*, unit, on, rules, reader=None):
    """考核评分表: the scheme's criteria with room for the scores. Source: R4-35, C5-27."""
    return {"rows": [{"name": item.label, "points": item.points} for item in rules.assessment]}
