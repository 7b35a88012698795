"""Release and withdrawal of notices.

What is shown, and from when to when, is fixed when a second person releases it.
"""

from django.db import transaction
from django.utils import timezone

from registers import audit
from registers.access import require
from registers.refusals import Refused
from registers.text import clipped, digest_of
from workflows import policies
from workflows.models import NoticeSheet, PublicityNotice
from workflows.publicity import drafting, impacts, notices, periods, places, privacy, showing

WITHDRAWN, NOT_PUBLIC = "公示撤回：{why}", "公示前审核发现不应公开的内容，退回修改。"
LEAKS = "第 {row} 项“{heading}”中有{kind}（{excerpt}），不能公示，请退回该项更正。"
MOST_LEAKS = 10
LONGEST_OUTCOME = NoticeSheet._meta.get_field("outcome").max_length
FIXED = [
    "items",
    "columns",
    "impact",
    "released_by",
    "released_at",
    "after_end",
    "starts_on",
    "ends_on",
]  # by release
CHANGED = "草稿的内容刚有变动，请按现在的内容核对后重新办理。"


def preview(notice):
    """Return the rows that a draft would show if it were released now."""
    return showing.items(notice.task, list(drafting.sheets_of(notice)))


def period_of(notice, on):
    """Return the first and the last day of a draft that is released on the day ``on``."""
    return periods.period(notice.kind_rules, notice.step_rules.days, on)


def warnings(notice, on):
    """Return in sentences what whoever releases a draft on the day ``on`` should know of its days."""
    return periods.warnings(notice.rules, notice.kind_rules, *period_of(notice, on))


@transaction.atomic
def release(notice, *, actor, reviewed, at, seen_digest=""):
    """Publish a draft: what it shows and its days are fixed.

    ``reviewed``: whoever releases it has checked it for secrets and personal data. ``seen_digest``: of the rows that he had on
    screen. Raises ``NotAllowed``, or ``Refused`` where it was not checked, a sheet has moved or other rows stand on it since, or
    something that must not be public (``privacy``).
    """
    notice = notices.locked(notice, notices.sheets_on(notice))
    require(actor, "release", notice)
    if not reviewed:
        raise Refused("请先完成保密与个人信息审查并勾选，再发布。")
    sheets = list(drafting.sheets_of(notice))
    if gone := [sheet for sheet in sheets if (sheet.waiting_role, sheet.step) != (policies.UNPUBLISHED, notice.step)]:
        raise Refused(f"{gone[0].subject}的表已不在公示环节，请删除本草稿重新起草。")
    notice.items, notice.columns = showing.items(notice.task, sheets), showing.columns(notice.task)
    _require_seen(notice.items, seen_digest)
    if found := leaks_of(notice, notice.items):
        raise Refused("\n".join(found[:MOST_LEAKS]))
    notice.impact = impacts.needed(notice)
    notice.released_by, notice.released_at, notice.after_end = actor.user, at, notice.kind_rules.after_end
    on = timezone.localdate(at)
    notice.starts_on, notice.ends_on = period_of(notice, on)
    notice.save(update_fields=FIXED)
    places.hang(notice, notice.kind_rules.places)
    versions = {sheet.pk: sheet.version for sheet in sheets}
    for bundled in notice.bundled.all():
        bundled.version = versions[bundled.submission_id]
        bundled.save(update_fields=["version"])
    notices.go_on_notice(notice)
    audit.append("notice.release", about=notice, actor=actor, at=at, detail={"items": len(notice.items)})
    return notice


def leaks_of(notice, items):
    """Return in sentences what of a notice with these rows must not be published."""
    channels = privacy.channels_of(notice.rules)
    found = [
        f"标题中有{leak.kind}（{leak.excerpt}），请删除草稿重新起草。"
        for leak in privacy.leaks(notice.title, channels=channels)
    ]
    return found + [
        LEAKS.format(row=number, heading=heading, kind=leak.kind, excerpt=leak.excerpt)
        for number, heading, leak in privacy.of_items(items, notice.columns, channels=channels)
    ]


def _require_seen(items, seen_digest):
    if seen_digest and seen_digest != digest_of(items):
        raise Refused(CHANGED)


@transaction.atomic
@audit.at_the_end()
def return_row(notice, row, *, why, actor, at, seen_digest=""):
    """Send a sheet whose row must not be published back to its filler, and take it off the draft.

    A draft on which nothing is left is gone: return whether it is still there. ``seen_digest``: of the rows that were on screen.
    Raises ``NotAllowed``, or ``Refused`` where the draft has no such row, or other rows by now.
    """
    notice = notices.locked(notice, notices.sheets_on(notice))
    require(actor, "release", notice)
    items = preview(notice)
    _require_seen(items, seen_digest)
    if not 0 < row <= len(items):
        raise Refused("公示中没有这一项，请重新选择。")
    item = items[row - 1]
    composition = notices.locked_on(notice, item["sheet"])
    if composition is None:
        raise Refused(CHANGED)
    audit.append("notice.return", about=notice, actor=actor, at=at, detail={"sheet": item["sheet"]})
    notices.send_back(composition, {item["entry"]: why}, why=NOT_PUBLIC, handling=why, at=at)
    return PublicityNotice.objects.filter(pk=notice.pk).exists()


@transaction.atomic
def withdraw(notice, *, actor, why, at):
    """Take a notice back before it has ended: its sheets wait for another.

    Raises ``NotAllowed``, or ``Refused`` without a reason.
    """
    notice = notices.locked(notice, notices.sheets_on(notice))
    require(actor, "withdraw", notice)
    if not why.strip():
        raise Refused("请写明撤回的原因。")
    call_off(notice, why=why.strip(), by=actor, at=at)


def call_off(notice, *, why, by, at):
    """Mark a locked notice as withdrawn. The sheets still on it, locked as well, wait for another."""
    notice.withdrawn_at, notice.withdrawn_by_id, notice.withdrawn_why = at, by.user_id, why
    notice.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    for bundled in notice.bundled.filter(left_at=None):
        notices.wait_again(bundled, outcome=clipped(WITHDRAWN.format(why=why), LONGEST_OUTCOME), at=at)
    notices.forget_copies(notice)
    audit.append("notice.withdraw", about=notice, actor=by, at=at)
