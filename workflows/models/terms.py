"""Deadlines that were moved, and longer terms that were asked for."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class DeadlineChange(models.Model):
    """A deadline moved by the office (调整截止): for everybody, a unit with all below it, or one person.

    ``due_before``: the day that held for that circle until then. ``sheets``: how many submissions got another day.
    Never changed afterwards. ``workflows.terms`` has the rule which of several moves holds. Source: R1-12.
    """

    task = models.ForeignKey("workflows.CampaignTask", models.CASCADE, related_name="deadline_changes")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, null=True, related_name="+", verbose_name="单位")
    person = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+", verbose_name="人员")
    due_before = models.DateField("原截止日期")
    due_on = models.DateField("新截止日期")
    reason = models.TextField("调整理由")
    sheets = models.PositiveIntegerField("涉及表数", default=0)
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("调整时间")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(unit=None) | Q(person=None), name="deadline_change_of_one_circle"),
            models.CheckConstraint(condition=~Q(reason=""), name="deadline_change_with_reason"),
        ]

    def __str__(self):
        return f"{self.task} {self.circle}：{self.due_before} → {self.due_on}"

    @property
    def circle(self):
        """The circle the move is for, in words."""
        return str(self.person or self.unit or "全部")


class Extension(models.Model):
    """A longer term that a filler asks for (延期申请), and the answer.

    ``until``: the day asked for; ``granted_until``: the day given. ``role``: who decides, after climbing past anybody
    it concerns. ``decided_by`` None with an answer: it was closed automatically, because the submission was handed
    in or stopped.
    """

    submission = models.ForeignKey("workflows.Submission", models.CASCADE, related_name="extensions")
    asked_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("申请时间")
    reason = models.TextField("申请理由")
    due_before = models.DateField("申请时的截止日期")
    until = models.DateField("申请延至")
    role = models.CharField(max_length=20)
    decided_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    on_behalf_of = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("办理时间", null=True)
    granted = models.BooleanField("是否准予", null=True)
    granted_until = models.DateField("准予延至", null=True)
    answer = models.TextField("答复", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            # If a request is sent twice at once, the database keeps only one.
            models.UniqueConstraint(fields=["submission"], condition=Q(granted=None), name="extension_one_open"),
            models.CheckConstraint(
                condition=Q(granted=None, decided_at=None) | Q(granted__isnull=False, decided_at__isnull=False),
                name="extension_decided_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(granted=True, granted_until__isnull=False) | ~Q(granted=True) & Q(granted_until=None),
                name="extension_granted_until_a_day",
            ),
            models.CheckConstraint(condition=~Q(granted=False) | ~Q(answer=""), name="extension_refused_with_words"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="extension_not_by_who_asked"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_with_reason"),
        ]

    def __str__(self):
        return f"{self.submission} 延至 {self.until}"

    @property
    def is_open(self):
        return self.granted is None

    @property
    def result(self):
        """What came of it, in words. Nobody has refused what ended by itself."""
        if self.granted:
            return "准予延期"
        return "未准延期" if self.is_refused else "延期申请自动终止"

    @property
    def is_refused(self):
        """Whether somebody refused it. A request that was closed automatically is not refused."""
        return self.granted is False and self.decided_by_id is not None

    @property
    def who(self):
        """Who decided, in words: 甲, 甲（代乙）, or the system itself."""
        if self.decided_by_id is None:
            return "系统"
        return f"{self.decided_by}（代{self.on_behalf_of}）" if self.on_behalf_of_id else str(self.decided_by)
