"""What units make public of the matters that they handle."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class Disclosure(models.Model):
    """A matter of a unit that is made public part by part (办事公开记录).

    ``power``: the series of the power that it exercises, named as on the day it was chosen, or None. ``matter``, ``mode`` and
    ``asked_by`` are codes of the rule book's ``disclosure``. Who asked is kept as a kind, never as a person. ``version`` counts
    the corrections. Source: R0-22, R1-37, R4-07.
    """

    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="+")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="disclosures", verbose_name="单位")
    title = models.CharField("公开事项", max_length=120)
    power = models.UUIDField("权力事项", null=True, db_index=True)
    power_name = models.CharField("权力事项名称", max_length=120, blank=True)
    matter = models.CharField("事项类别", max_length=40, blank=True)
    mode = models.CharField("公开方式", max_length=40, blank=True)
    asked_by = models.CharField("由谁提出", max_length=40, blank=True)
    asked_on = models.DateField("提出日期", null=True)
    answer_due_on = models.DateField("答复期限", null=True)
    answered_on = models.DateField("答复日期", null=True)
    version = models.PositiveIntegerField(default=0)
    recorded_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+", verbose_name="登记人")
    recorded_on = models.DateField("登记日期")
    voided_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField("作废时间", null=True)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="") | Q(voided_at__isnull=False) & ~Q(void_reason=""),
                name="disclosure_void_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(asked_by="", asked_on=None, answer_due_on=None, answered_on=None)
                | ~Q(asked_by="") & Q(asked_on__isnull=False, answer_due_on__isnull=False),
                name="disclosure_asked_has_days",
            ),
            models.CheckConstraint(
                condition=Q(power=None, power_name="") | Q(power__isnull=False) & ~Q(power_name=""),
                name="disclosure_power_has_name",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-recorded_on"], name="disclosure_of_unit")]

    def __str__(self):
        return self.title

    @property
    def rules(self):
        """What the scheme says of disclosure. The scheme must have been read."""
        return self.scheme.rules.disclosure


class DisclosedPart(models.Model):
    """One part of a matter (公开内容): the decision, the execution, the result.

    Or what else the rule book names. ``part`` and ``channel`` are its codes. ``due_on``: by when it is to be public.
    ``disclosed_on``: since when it is public, None before. It has a day of one kind or the other. Source: R0-22, R1-37.
    """

    disclosure = models.ForeignKey(Disclosure, models.CASCADE, related_name="parts")
    part = models.CharField("公开内容", max_length=40)
    due_on = models.DateField("计划公开日期", null=True)
    happened_on = models.DateField("办理日期", null=True)
    content = models.TextField("内容", blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    disclosed_on = models.DateField("公开日期", null=True)
    channel = models.CharField("公开渠道", max_length=40, blank=True)
    place = models.CharField("公开的位置", max_length=200, blank=True)
    attachments = models.ManyToManyField("workflows.Attachment", related_name="disclosed_parts", verbose_name="附件")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["disclosure", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["disclosure", "part"], name="disclosed_part_once"),
            models.CheckConstraint(
                condition=Q(due_on__isnull=False) | Q(disclosed_on__isnull=False), name="disclosed_part_has_day"
            ),
            models.CheckConstraint(
                condition=Q(disclosed_on=None, channel="")
                | Q(disclosed_on__isnull=False) & ~Q(channel="") & ~Q(content=""),
                name="disclosed_part_says_where",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(disclosed_on=None), name="disclosed_part_awaited"),
        ]

    def __str__(self):
        return self.part
