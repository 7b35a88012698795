"""Undo a campaign that was opened by mistake, for as long as nobody has handed anything in.

What has been handed in, decided or recorded stays for good: such a campaign is ended (``campaigns.close``), never undone.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from registers import audit
from registers.access import require
from registers.models import User
from registers.refusals import Refused, Stale
from registers.text import digest_of
from workflows import attachments
from workflows.campaign import campaigns
from workflows.messages import notifications
from workflows.models import (
    Activity,
    Campaign,
    DeadlineChange,
    Draft,
    Extension,
    Meeting,
    Notification,
    Ranking,
    ReadingDocument,
    Submission,
    Suggestion,
)
from workflows.models.submissions import SheetDocument, State

CHANGED = "情况刚有变化，没有撤销。请核对下列内容后再办理。"


def _sheets(campaign):
    return Submission.objects.filter(task__campaign=campaign)


def _handed_in(campaign):
    """Sheets that somebody has handed in at any time, also those that he took back."""
    documents = SheetDocument.objects.filter(submission=OuterRef("pk"))
    moved = Q(submitted_at__isnull=False) | Q(state__in=(State.IN_REVIEW, State.RETURNED, State.FILED))
    return _sheets(campaign).filter(moved | Exists(documents))


def _files(campaign):
    return Submission.attachments.through.objects.filter(submission__task__campaign=campaign)


# What keeps a campaign from being undone: (campaign → rows, what they are in words).
KEEPS = (
    (_handed_in, "{count} 张表已经提交过"),
    (lambda campaign: Meeting.objects.filter(campaign=campaign), "已筹备 {count} 次会议或传签"),
    (lambda campaign: Activity.objects.filter(campaign=campaign), "已登记 {count} 次会议、教育活动"),
    (lambda campaign: ReadingDocument.objects.filter(campaign=campaign), "已发布 {count} 份学习文件"),
    (lambda campaign: Suggestion.objects.filter(campaign=campaign), "已收到 {count} 条建议"),
    (lambda campaign: Ranking.objects.filter(campaign=campaign), "已计算单位排名"),
)
# What falls away with it: (label, campaign → rows, unit of count).
FALLS = (
    ("参加单位", lambda campaign: campaign.enrolments.all(), "个"),
    ("填报表", _sheets, "张"),
    ("已填写、尚未提交的草稿", lambda campaign: Draft.objects.filter(submission__task__campaign=campaign), "份"),
    ("随草稿上传的附件", _files, "个"),
    ("待填报等站内消息", lambda campaign: Notification.objects.filter(submission__task__campaign=campaign), "条"),
    ("延期申请", lambda campaign: Extension.objects.filter(submission__task__campaign=campaign), "件"),
    ("截止日期的调整", lambda campaign: DeadlineChange.objects.filter(task__campaign=campaign), "项"),
    ("人员变动记录", lambda campaign: campaign.roster_changes.all(), "条"),
)


def kept_by(campaign):
    """Return in words what keeps the campaign from being undone, nothing where it can be."""
    counted = [(rows(campaign).count(), words) for rows, words in KEEPS]
    return [words.format(count=count) for count, words in counted if count]


def falls_away(campaign):
    """Return what would fall away with the campaign, as ``[(label, count, unit of count)]``.

    What there is none of is left out.
    """
    counted = [(label, rows(campaign).count(), unit) for label, rows, unit in FALLS]
    return [row for row in counted if row[1]]


def seal_of(rows):
    """Return the digest of what ``falls_away`` has said.

    By it the act knows that it was this that was seen.
    """
    return digest_of([list(row) for row in rows])


@transaction.atomic
@audit.at_the_end()
def undo(campaign, *, actor, seen, at):
    """Take a running campaign back as if it had not been opened, and return how many sheets went with it.

    ``seen``: the ``seal_of`` what was shown to fall away. The rule book stays adopted, the register is as it was. Those who were asked
    to fill something in are told. Raises ``NotAllowed``; ``Refused`` with every reason once something was handed in or recorded;
    ``Stale`` when more would fall away than was shown.
    """
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("scheme").get(pk=campaign.pk)
    require(actor, "undo", campaign)
    sheets = campaigns.held(campaign)
    if reasons := kept_by(campaign):
        raise Refused(f"{campaign}不能撤销：{'；'.join(reasons)}。可以在“结束年度活动”中结束。")
    falls = falls_away(campaign)
    if seal_of(falls) != seen:
        raise Stale(campaign, CHANGED)
    for sheet in sheets.filter(pk__in=_files(campaign).values("submission")):
        held = list(sheet.attachments.values_list("pk", flat=True))
        attachments.drop(sheet, held, actor=actor, at=at)
    asked = list(User.objects.filter(notifications__submission__in=sheets, is_active=True).distinct())
    counts = {"year": campaign.year, "scheme": campaign.scheme_id, "sheets": sheets.count()}
    audit.append("campaign.undo", about=campaign, actor=actor, at=at, detail=counts)
    key, words = f"campaign.undo:{campaign.pk}", f"{campaign}已撤销，原来请您填报的表不用再填。"
    campaign.delete()
    notifications.post(asked, kind="campaign.undo", key=key, text=words, submission=None, at=at)
    return counts["sheets"]
