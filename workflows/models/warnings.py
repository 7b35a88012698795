"""Warnings (预警、示警): what is proposed or drafted, issued, delivered, answered, and ended."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class RiskWarning(models.Model):
    """One warning to a unit or a person, from the proposal to its end (预警、示警).

    A rule or a person begins it, one drafts it, another issues it; then it is delivered, answered and lifted. How far it has come is
    said by its times. ``person`` None: it is addressed to the unit. ``kind``: the code of a ``WarningAction`` of its ``scheme``,
    ``level`` that of a warning level. ``trigger_key``: what the rule saw, so that it proposes the same once. ``because``: the figures
    that the rule saw, in words of the system. ``approver_role``: who may issue it, since it was handed in. ``is_reference``: only
    number, day and place are kept of it; ``is_talk``: it is a talk, not a letter. ``answer_due_on`` runs from the receipt.
    ``visit_on``: from when it is to be visited again after it was lifted (回访), None where it is not. Source: R1-44, R4-12, R4-31.
    """

    class Trigger(models.TextChoices):
        HAND = "hand", "经办人提出"
        OVERDUE = "overdue", "多次逾期"
        RECTIFICATION = "rectification", "问题逾期未整改"
        NO_MEASURE = "no_measure", "风险点没有防控措施"
        OBJECTION = "objection", "异议多次成立"
        TERM = "term", "任职超过轮岗年限"
        ESCALATED = "escalated", "由前一份文书升级"

    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="+")
    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="warnings", verbose_name="单位")
    person = models.ForeignKey(
        "registers.User", models.PROTECT, null=True, related_name="warnings", verbose_name="对象"
    )
    trigger = models.CharField("起因", max_length=14, choices=Trigger, default=Trigger.HAND)
    trigger_key = models.CharField(max_length=80, blank=True)
    because = models.CharField("起因情况", max_length=300, blank=True)
    finding = models.ForeignKey("workflows.Finding", models.PROTECT, null=True, related_name="warnings")
    level = models.CharField("预警等级", max_length=40, blank=True)
    kind = models.CharField("方式", max_length=40, blank=True)
    facts = models.TextField("事实", blank=True)
    basis = models.TextField("依据", blank=True)
    causes = models.TextField("原因分析", blank=True)
    demands = models.TextField("要求", blank=True)
    audience = models.CharField("知悉范围", max_length=80, blank=True)
    copy_to = models.CharField("抄送", max_length=120, blank=True)
    reference = models.CharField("文号", max_length=60, blank=True)
    reference_on = models.DateField("成文日期", null=True)
    reference_at = models.CharField("存放处", max_length=120, blank=True)
    is_reference = models.BooleanField(default=False)
    is_talk = models.BooleanField(default=False)
    made_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+", verbose_name="拟稿人")
    made_at = models.DateTimeField()
    handed_in_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    handed_in_at = models.DateTimeField("送批时间", null=True)
    approver_role = models.CharField(max_length=20, blank=True)
    dismissed_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    dismissed_at = models.DateTimeField("不予采用时间", null=True)
    issued_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    issued_at = models.DateTimeField("签发时间", null=True)
    year = models.PositiveSmallIntegerField(null=True)
    number = models.PositiveIntegerField("序号", null=True)
    answer_days = models.PositiveSmallIntegerField("答复的工作日数", default=0)
    delivered_on = models.DateField("送达日期", null=True)
    answer_due_on = models.DateField("答复期限", null=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answer_late = models.BooleanField("逾期答复", default=False)
    accepted_at = models.DateTimeField("答复认可时间", null=True)
    escalated_from = models.OneToOneField("self", models.PROTECT, null=True, related_name="escalated_to")
    lifted_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField("解除时间", null=True)
    visit_on = models.DateField("回访日期", null=True)
    version = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "kind", "year", "number"],
                condition=Q(number__isnull=False),
                name="warning_number_once_per_kind",
            ),
            models.UniqueConstraint(
                fields=["trigger_key"], condition=~Q(trigger_key=""), name="warning_proposed_once_per_event"
            ),
            models.CheckConstraint(
                condition=Q(issued_at=None, issued_by=None)
                | Q(issued_at__isnull=False, issued_by__isnull=False, handed_in_by__isnull=False),
                name="warning_issued_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(issued_by=None) | ~Q(issued_by=F("handed_in_by")), name="warning_issued_by_another"
            ),
            models.CheckConstraint(
                condition=Q(number=None) | Q(issued_at__isnull=False, year__isnull=False, is_reference=False),
                name="warning_numbered_when_issued",
            ),
            models.CheckConstraint(
                condition=Q(is_reference=False) | Q(facts="", basis="", causes="", demands=""),
                name="warning_reference_holds_no_text",
            ),
            models.CheckConstraint(
                condition=Q(delivered_on=None) | Q(issued_at__isnull=False), name="warning_delivered_after_issue"
            ),
            models.CheckConstraint(
                condition=Q(answer_due_on=None) | Q(delivered_on__isnull=False), name="warning_due_after_receipt"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(answered_at__isnull=False), name="warning_accepted_after_answer"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(issued_at__isnull=False), name="warning_lifted_after_issue"
            ),
            models.CheckConstraint(
                condition=Q(dismissed_at=None) | Q(issued_at=None), name="warning_dismissed_or_issued"
            ),
        ]
        indexes = [models.Index(fields=["unit", "issued_at", "lifted_at"], name="warning_by_unit")]

    def __str__(self):
        return self.label or "待拟稿的预警"

    @property
    def rules(self):
        """The scheme's words on warnings."""
        return self.scheme.rules.warnings

    @property
    def action(self):
        """What is done, as the scheme says it, None before it has been chosen."""
        return next((one for one in self.scheme.rules.warning_actions if one.code == self.kind), None)

    @property
    def label(self):
        """What it is, with its number once it is issued."""
        if self.action is None:
            return ""
        if self.is_reference:
            return f"{self.action.label}（{self.reference}）" if self.reference else self.action.label
        return (
            f"{self.action.label}（{self.action.number(self.year, self.number)}）" if self.number else self.action.label
        )

    @property
    def letter_number(self):
        """Its number as letters print it, empty before it is issued."""
        return self.action.number(self.year, self.number) if self.number else self.reference

    @property
    def level_rules(self):
        """Its level in the scheme, None where it has none."""
        return self.rules.level(self.level)

    @property
    def delivery(self):
        """The receipt that counts, None before the delivery. Those that were struck stay among ``deliveries``."""
        return next((row for row in self.deliveries.all() if row.struck_at is None), None)

    @property
    def recipient(self):
        """Whom it is addressed to, in words."""
        return self.person.name if self.person_id else self.unit.name

    @property
    def is_open(self):
        """Whether it is issued and not lifted."""
        return self.issued_at is not None and self.lifted_at is None

    @property
    def stage(self):
        """How far it has come: ``(words, tone)``."""
        if self.issued_at is None:
            return self._before
        if self.lifted_at:
            return "已解除", "off"
        return ("已登记", "info") if self.is_reference else self._after

    @property
    def _after(self):
        if self.accepted_at:
            return "答复已认可", "ok"
        if self.answered_at:
            return "待审核答复", "info"
        if self.delivered_on is None:
            return "待送达", "warn"
        return ("待答复", "warn") if self.answer_due_on else ("已送达", "ok")

    @property
    def _before(self):
        if self.dismissed_at:
            return "不予采用", "off"
        if self.handed_in_at:
            return "待签发", "info"
        return ("拟稿中", "primary") if self.made_by_id else ("系统建议", "")


class WarningPoint(models.Model):
    """A risk point that a warning is about.

    While the warning is open, it holds the point's actual grade up.
    """

    warning = models.ForeignKey(RiskWarning, models.CASCADE, related_name="points")
    series = models.UUIDField(db_index=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["warning", "series"], name="warning_point_once")]

    def __str__(self):
        return f"{self.warning_id} {self.series}"


class WarningSeries(models.Model):
    """How far the numbers of one kind of letter have come in a year (文号). Locked while one is taken."""

    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "kind", "year"], name="warning_series_once"),
        ]

    def __str__(self):
        return f"{self.kind} {self.year} {self.last}"


class WarningStep(models.Model):
    """One thing that was done about a warning, never changed afterwards.

    Whom it was issued to reads those in ``FOR_THE_ADDRESSEE``.
    """

    class Kind(models.TextChoices):
        HAND_IN = "hand_in", "送批"
        TAKE_BACK = "take_back", "收回修改"
        SEND_BACK = "send_back", "退回修改"
        DISMISS = "dismiss", "不予采用"
        ISSUE = "issue", "签发"
        DELIVER = "deliver", "送达"
        RECEIVE = "receive", "签收"
        ANSWER = "answer", "答复"
        ACCEPT = "accept", "认可答复"
        ASK_AGAIN = "ask_again", "要求重新答复"
        ESCALATE = "escalate", "升级"
        LIFT = "lift", "解除"
        CORRECT = "correct", "更正送达登记"
        VISIT = "visit", "回访"

    FOR_THE_ADDRESSEE = (
        Kind.ISSUE,
        Kind.DELIVER,
        Kind.RECEIVE,
        Kind.CORRECT,
        Kind.ANSWER,
        Kind.ACCEPT,
        Kind.ASK_AGAIN,
        Kind.LIFT,
    )

    warning = models.ForeignKey(RiskWarning, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind)
    words = models.TextField(blank=True)
    attachments = models.ManyToManyField("workflows.Attachment", related_name="warning_steps", verbose_name="附件")
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["warning", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["dismiss", "send_back", "answer", "ask_again", "escalate"]) | ~Q(words=""),
                name="warning_step_says_what",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.by}"


class WarningDelivery(models.Model):
    """How a letter reached whom it is for (送达回证).

    ``refused`` before a ``witness`` counts as delivered. ``substitute``: who took it for him, and why. A wrong one is struck with a
    reason and stays on record; one counts.
    """

    class Way(models.TextChoices):
        DIRECT = "direct", "直接送达"
        ENTRUSTED = "entrusted", "委托送达"
        POST = "post", "邮寄送达"
        LEFT = "left", "留置送达"
        ONLINE = "online", "系统签收"

    warning = models.ForeignKey(RiskWarning, models.CASCADE, related_name="deliveries")
    way = models.CharField("送达方式", max_length=9, choices=Way)
    place = models.CharField("送达地点", max_length=80, blank=True)
    signed_by = models.CharField("签收人", max_length=40, blank=True)
    received_on = models.DateField("送达日期")
    substitute = models.CharField("代收人及理由", max_length=120, blank=True)
    refused = models.BooleanField("拒收", default=False)
    refusal = models.CharField("拒收事由", max_length=200, blank=True)
    witness = models.CharField("见证人", max_length=40, blank=True)
    servers = models.CharField("送达人", max_length=80, blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    struck_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    struck_at = models.DateTimeField("作废时间", null=True)
    strike_reason = models.CharField("更正原因", max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["warning"], condition=Q(struck_at=None), name="warning_delivery_one_counts"
            ),
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_by=None, strike_reason="")
                | Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(strike_reason=""),
                name="warning_delivery_struck_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(refused=False) & ~Q(signed_by="") | Q(refused=True) & ~Q(refusal="") & ~Q(witness=""),
                name="warning_delivery_signed_or_witnessed",
            ),
        ]

    def __str__(self):
        return f"{self.get_way_display()} {self.received_on}"


class TalkRecord(models.Model):
    """The record of a talk (谈话记录). Only the office that issued the warning reads it."""

    warning = models.OneToOneField(RiskWarning, models.CASCADE, related_name="talk")
    talker = models.CharField("谈话人", max_length=80)
    recorder = models.CharField("记录人", max_length=80)
    companions = models.CharField("陪同人", max_length=120, blank=True)
    place = models.CharField("地点", max_length=80)
    held_on = models.DateField("谈话日期")
    starts_at = models.TimeField("开始时间")
    ends_at = models.TimeField("结束时间")
    said = models.TextField("告知的情况")
    statement = models.TextField("本人说明", blank=True)
    demands = models.TextField("要求")
    stand = models.TextField("本人表态", blank=True)
    signed = models.BooleanField("本人已逐页签字", default=False)
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="talk_ends_after_start"),
            models.CheckConstraint(condition=~Q(talker=F("recorder")), name="talk_recorded_by_another"),
        ]

    def __str__(self):
        return f"{self.warning_id} {self.held_on}"


class WarningOutcome(models.Model):
    """What came of a warning for one person (处理结果): the form, by which persons are counted (四种形态).

    The text of a sanction is not kept here, only its number, its day and where it is filed.
    """

    warning = models.ForeignKey(RiskWarning, models.PROTECT, related_name="outcomes")
    person = models.ForeignKey("registers.User", models.PROTECT, related_name="+", verbose_name="人员")
    form = models.PositiveSmallIntegerField("形态")
    decided_on = models.DateField("决定日期")
    reference = models.CharField("文号", max_length=60, blank=True)
    kept_at = models.CharField("存放处", max_length=120, blank=True)
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["decided_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["warning", "person"], name="warning_outcome_once_per_person"),
            models.CheckConstraint(condition=Q(form__gte=1, form__lte=4), name="warning_outcome_form_of_four"),
        ]

    def __str__(self):
        return f"{self.person} {self.form}"
