"""What inspections find, and how it is put right (检查发现的问题、整改)."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class Finding(models.Model):
    """One thing that an inspection found to be wrong (问题).

    ``number``: 年-次-序. ``point_series``, ``measure_series``: what of the register it is about. ``recurrence_of``: the finding that
    had been closed and came back. ``due_on``: by when it is to be put right. Withdrawn with a reason where the unit's answer was
    right. ``changes``: sheets by which the register is changed because of it. Source: R0-24, R2-30, R4-36.
    """

    class Kind(models.TextChoices):
        AT_ONCE = "at_once", "立行立改"
        LIMITED = "limited", "限期整改"
        LASTING = "lasting", "长期整改"

    inspection = models.ForeignKey("workflows.Inspection", models.PROTECT, related_name="findings")
    check_item = models.ForeignKey("workflows.CheckItem", models.PROTECT, null=True, related_name="findings")
    number = models.PositiveSmallIntegerField("序号")
    fact = models.TextField("问题（事实）")
    clause = models.CharField("依据条款", max_length=200, blank=True)
    cause = models.TextField("原因", blank=True)
    kind = models.CharField("整改类别", max_length=8, choices=Kind, default=Kind.LIMITED)
    demand = models.TextField("整改要求")
    due_on = models.DateField("整改期限")
    point_series = models.UUIDField(null=True)
    measure_series = models.UUIDField(null=True)
    recurrence_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="recurrences")
    attachments = models.ManyToManyField("workflows.Attachment", related_name="findings", verbose_name="佐证")
    changes = models.ManyToManyField("workflows.Submission", related_name="findings")
    made_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdraw_reason = models.CharField("撤销原因", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["inspection", "number"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "number"], name="finding_number_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["at_once", "limited", "lasting"]), name="finding_kind_declared"
            ),
            models.CheckConstraint(condition=~Q(fact="") & ~Q(demand=""), name="finding_says_what"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdraw_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdraw_reason=""),
                name="finding_withdrawn_with_reason",
            ),
            models.CheckConstraint(condition=~Q(recurrence_of=F("id")), name="finding_does_not_recur_itself"),
        ]

    def __str__(self):
        return f"问题{self.label}"

    @property
    def label(self):
        """Its number: year, inspection, place. The inspection and its plan must have been read."""
        return f"{self.inspection.plan.year}-{self.inspection.number}-{self.number}"


class Rectification(models.Model):
    """How one finding is put right (整改): who, by when, how far.

    It begins with the final opinion. ``extended``: the day has been moved once. ``asked_at``: the unit has asked to have it closed
    (申请销号). ``look_back_on``: when it is looked at again after it was closed (回头看). Its history is in ``steps``.
    """

    finding = models.OneToOneField(Finding, models.PROTECT, related_name="rectification")
    owner = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+", verbose_name="责任人")
    issued_at = models.DateTimeField("下达时间")
    plan_due_on = models.DateField("方案报送期限")
    due_on = models.DateField("整改期限")
    planned_at = models.DateTimeField("方案报送时间", null=True)
    extended = models.BooleanField("已延期", default=False)
    extension_until = models.DateField("申请延至", null=True)
    asked_at = models.DateTimeField("申请销号时间", null=True)
    asked_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("销号时间", null=True)
    closed_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+", verbose_name="复查人")
    look_back_on = models.DateField("回头看日期", null=True)
    looked_back_at = models.DateTimeField("回头看时间", null=True)
    version = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="rectification_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | ~Q(closed_by=F("owner")) & ~Q(closed_by=F("asked_by")),
                name="rectification_closed_by_another",
            ),
        ]

    def __str__(self):
        return f"{self.finding}的整改"

    @property
    def stage(self):
        """How far it has come: ``(words, tone)``."""
        if self.looked_back_at:
            return "已回头看", "ok"
        if self.closed_at:
            return "已销号", "ok"
        if self.asked_at:
            return "待复查", "info"
        return ("整改中", "primary") if self.planned_at else ("待报方案", "warn")


class RectificationStep(models.Model):
    """One thing that was done about a finding, never changed afterwards (整改过程)."""

    class Kind(models.TextChoices):
        PLAN = "plan", "报送整改方案"
        ASSIGN = "assign", "指定责任人"
        PROGRESS = "progress", "整改进展"
        ASK_TIME = "ask_time", "申请延期"
        TIME = "time", "准予延期"
        NO_TIME = "no_time", "未准延期"
        ASK = "ask", "申请销号"
        CLOSED = "closed", "复查销号"
        RETURNED = "returned", "复查退回"
        LOOKED = "looked", "回头看：没有反弹"
        RECURRED = "recurred", "回头看：问题反弹"

    rectification = models.ForeignKey(Rectification, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=8, choices=Kind)
    words = models.TextField()
    attachments = models.ManyToManyField(
        "workflows.Attachment", related_name="rectification_steps", verbose_name="佐证"
    )
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["rectification", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(words=""), name="rectification_step_says_what")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.by}"
