"""One inspection of one unit: its team, its checklist, who signed (检查)."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class Inspection(models.Model):
    """One inspection of one unit.

    How far it has come is said by its times: made, notified, preliminary opinion, the unit's answer, final opinion; or called off.
    ``draw``: the one that found the unit. ``number`` counts within the plan. ``score``: of the checklist, rescaled to 100 where
    items do not apply. Source: R0-27, R0-28, R2-29, R3-34.
    """

    class Stand(models.TextChoices):
        ACCEPT = "accept", "无异议"
        PLEAD = "plead", "有申辩意见"

    plan = models.ForeignKey("workflows.InspectionPlan", models.PROTECT, related_name="inspections")
    item = models.ForeignKey("workflows.PlanItem", models.PROTECT, related_name="inspections")
    draw = models.ForeignKey("workflows.Draw", models.PROTECT, null=True, related_name="inspections")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="inspections")
    number = models.PositiveSmallIntegerField("编号")
    starts_on = models.DateField("检查开始")
    ends_on = models.DateField("检查结束")
    covers = models.CharField("检查的期间", max_length=80, blank=True)
    materials = models.TextField("需准备的材料", blank=True)
    left_out = models.PositiveIntegerField("未列入检查表的项数", default=0)
    contact = models.CharField("联系人和电话", max_length=80, blank=True)
    made_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    notified_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    notified_at = models.DateTimeField("通知时间", null=True)
    preliminary = models.TextField("初步意见", blank=True)
    preliminary_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    preliminary_at = models.DateTimeField("初步意见时间", null=True)
    answer_due_on = models.DateField("答复期限", null=True)
    stand = models.CharField("答复", max_length=8, choices=Stand, blank=True)
    answer = models.TextField("单位意见", blank=True)
    answered_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)
    conclusion = models.TextField("检查结论", blank=True)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True)
    concluded_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    concluded_at = models.DateTimeField("结论时间", null=True)
    called_off_at = models.DateTimeField("取消时间", null=True)
    call_off_reason = models.CharField("取消原因", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="inspection_number_once"),
            models.UniqueConstraint(
                fields=["item", "unit"], condition=Q(called_off_at=None), name="inspection_once_per_item_and_unit"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="inspection_ends_after_start"),
            models.CheckConstraint(
                condition=Q(preliminary_at=None) | Q(notified_at__isnull=False) & ~Q(preliminary=""),
                name="inspection_opinion_after_notice",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(preliminary_at__isnull=False) & ~Q(stand=""),
                name="inspection_answer_after_opinion",
            ),
            models.CheckConstraint(
                condition=Q(concluded_at=None) | Q(preliminary_at__isnull=False) & ~Q(conclusion=""),
                name="inspection_concluded_after_opinion",
            ),
            models.CheckConstraint(
                condition=Q(called_off_at=None, call_off_reason="") | ~Q(call_off_reason="") & Q(concluded_at=None),
                name="inspection_called_off_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.unit}（{self.label}）"

    @property
    def label(self):
        """Its number in words: 检〔2026〕3号."""
        return f"检〔{self.plan.year}〕{self.number}号"

    @property
    def rules(self):
        """What the scheme of its plan says of inspections."""
        return self.plan.rules

    @property
    def is_open(self):
        """Whether it is neither concluded nor called off."""
        return self.concluded_at is None and self.called_off_at is None

    @property
    def stage(self):
        """How far it has come: ``(words, tone)``."""
        if self.called_off_at:
            return "已取消", "off"
        if self.concluded_at:
            return "已作结论", "ok"
        if self.answered_at:
            return "单位已答复", "info"
        if self.preliminary_at:
            return "等待单位答复", "warn"
        return ("检查中", "primary") if self.notified_at else ("筹备中", "")


class InspectionSeat(models.Model):
    """One inspector of one inspection (检查组成员).

    Each declares whether he has to keep out (回避). Who has, or cannot come, has left; the next in the draw follows him.
    """

    class Declared(models.TextChoices):
        OPEN = "", "未声明"
        CLEAR = "clear", "无须回避"
        AVOID = "avoid", "回避"

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="seats")
    user = models.ForeignKey("registers.User", models.PROTECT, related_name="inspection_seats")
    leads = models.BooleanField("组长", default=False)
    declared = models.CharField("回避声明", max_length=5, choices=Declared, default=Declared.OPEN, blank=True)
    declared_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    reason = models.CharField("退出的原因", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-leads", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "user"], name="inspection_seat_once"),
            models.UniqueConstraint(
                fields=["inspection"], condition=Q(leads=True, left_at=None), name="inspection_one_leader"
            ),
            models.CheckConstraint(condition=Q(declared__in=["", "clear", "avoid"]), name="inspection_seat_declared"),
            models.CheckConstraint(condition=Q(left_at=None) | ~Q(reason=""), name="inspection_seat_left_with_reason"),
        ]

    def __str__(self):
        return f"{self.user}{'（组长）' if self.leads else ''}"


class CheckItem(models.Model):
    """One line of an inspection's checklist (检查表的一项).

    ``kind``: an item of the scheme with its full score, or a measure or a bare risk point of the unit; what it says is copied, so
    that it stays as it was inspected. ``own_…``: what the unit found itself, with a version of its own, so that neither side is in
    the other's way. ``sampled`` of ``sampled_of`` were looked at, and
    ``wrong`` of them were not in order.
    """

    class Kind(models.TextChoices):
        ITEM = "item", "检查项目"
        MEASURE = "measure", "防控措施"
        POINT = "point", "风险点"

    class Result(models.TextChoices):
        OPEN = "", "未填"
        GOOD = "good", "落实"
        PART = "part", "部分落实"
        BAD = "bad", "未落实"
        NONE = "none", "不适用"

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="checks")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    code = models.CharField(max_length=40, blank=True)
    label = models.TextField()
    how = models.TextField(blank=True)
    full = models.PositiveSmallIntegerField("分值", null=True)
    point_series = models.UUIDField(null=True)
    measure_series = models.UUIDField(null=True)
    own_result = models.CharField("自查", max_length=5, choices=Result, default=Result.OPEN, blank=True)
    own_words = models.TextField("自查情况", blank=True)
    own_version = models.PositiveIntegerField(default=0)
    result = models.CharField("核查", max_length=5, choices=Result, default=Result.OPEN, blank=True)
    words = models.TextField("核查情况", blank=True)
    sampled = models.PositiveIntegerField("抽查数", null=True)
    sampled_of = models.PositiveIntegerField("总数", null=True)
    wrong = models.PositiveIntegerField("不符数", null=True)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True)
    version = models.PositiveIntegerField(default=0)
    checked_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["inspection", "position"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "position"], name="check_position_once"),
            models.CheckConstraint(condition=Q(kind__in=["item", "measure", "point"]), name="check_kind_declared"),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__lte=F("full"), score__gte=0), name="check_score_fits"
            ),
            models.CheckConstraint(
                condition=Q(sampled=None, sampled_of=None, wrong=None)
                | Q(sampled__lte=F("sampled_of"), wrong__lte=F("sampled")),
                name="check_sample_fits",
            ),
        ]

    def __str__(self):
        return self.label[:40]


class InspectionSignature(models.Model):
    """Who signed the opinion of an inspection, or that the unit refused to (签字、拒签).

    ``digest``: of what was signed. A refusal is recorded by the team with its ``words`` and a ``witness``.
    """

    class Part(models.TextChoices):
        TEAM = "team", "检查组"
        UNIT = "unit", "被检查单位"
        REFUSED = "refused", "拒绝签字"

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="signatures")
    part = models.CharField(max_length=8, choices=Part)
    user = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    words = models.CharField("拒签情况", max_length=200, blank=True)
    witness = models.CharField("见证人", max_length=40, blank=True)
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "part", "user"], name="inspection_signature_once"),
            models.CheckConstraint(
                condition=~Q(part="refused") | ~Q(words="") & ~Q(witness=""), name="inspection_refusal_with_witness"
            ),
        ]

    def __str__(self):
        return f"{self.get_part_display()} {self.user}"
