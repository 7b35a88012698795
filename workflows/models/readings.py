"""Documents that people are asked to read, and who has read them."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class ReadingDocument(models.Model):
    """A document published for people to read (学习文件): a short text, files, or both.

    ``unit`` is the institution for the school's own. It is for everybody there, for everybody who owes submissions
    this year, or for those who hold one of ``roles``; ``units`` narrows that down. Source: R2-21, R4-18.
    """

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", "全体人员"
        FILLERS = "fillers", "本年度须填报的人员"
        ROLES = "roles", "担任下列角色的人员"

    campaign = models.ForeignKey("workflows.Campaign", models.CASCADE, related_name="readings")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="readings", verbose_name="发布单位")
    title = models.CharField("标题", max_length=120)
    text = models.TextField("正文", blank=True)
    attachments = models.ManyToManyField("workflows.Attachment", related_name="readings", verbose_name="附件")
    audience = models.CharField("阅读人员", max_length=10, choices=Audience, default=Audience.EVERYBODY)
    roles = models.JSONField("角色", default=list)
    units = models.ManyToManyField("registers.Unit", related_name="+", verbose_name="限于单位")
    due_on = models.DateField("阅读期限", null=True)
    published_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+", verbose_name="发布人")
    published_at = models.DateTimeField("发布时间")
    withdrawn_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("撤下时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=["everybody", "fillers", "roles"]), name="reading_audience_declared"
            )
        ]

    def __str__(self):
        return self.title


class ReadReceipt(models.Model):
    """One person whom a document is for, and when he confirmed that he has read it (阅读回执).

    ``read_at`` None: not yet.
    """

    document = models.ForeignKey(ReadingDocument, models.CASCADE, related_name="receipts")
    user = models.ForeignKey("registers.User", models.PROTECT, related_name="read_receipts")
    read_at = models.DateTimeField("阅读时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["document", "user__sort_key", "user__number"]
        constraints = [models.UniqueConstraint(fields=["document", "user"], name="read_receipt_once")]
        indexes = [models.Index(fields=["user"], condition=Q(read_at=None), name="read_receipt_owed")]

    def __str__(self):
        return f"{self.user} {self.document_id}"
