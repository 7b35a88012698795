"""Power items and the steps by which they are exercised."""

from django.db import models

from registers.models.spans import version_constraints
from registers.models.versioned import Versioned


class MajorMatter(models.TextChoices):
    """The four kinds of 三重一大. Source: R3-19, R4-20."""

    NONE = "", "不属于"
    DECISION = "decision", "重大决策"
    APPOINTMENT = "appointment", "重要人事任免"
    PROJECT = "project", "重大项目安排"
    LARGE_FUND = "large_fund", "大额度资金使用"


class PowerItem(Versioned):
    """One version of a power a unit exercises (权力事项). Source: R1-13, R1-34, R4-14."""

    class Kind(models.TextChoices):
        DECISION = "decision", "决策"
        EXECUTION = "execution", "执行"
        SUPERVISION = "supervision", "监督"

    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="power_items")
    accountable_post = models.ForeignKey(
        "registers.Post", models.PROTECT, null=True, related_name="power_items", verbose_name="责任岗位"
    )
    name = models.CharField("权力事项名称", max_length=120)
    domain = models.CharField("类别", max_length=40, blank=True)
    kind = models.CharField("权力性质", max_length=12, choices=Kind, default=Kind.EXECUTION)
    legal_basis = models.TextField("行使依据", blank=True)
    service_commitment = models.TextField("服务承诺", blank=True)
    time_limit = models.CharField("办理时限", max_length=60, blank=True)
    discipline = models.TextField("工作纪律", blank=True)
    check_and_balance = models.TextField("监督制约", blank=True)
    complaint_channel = models.TextField("投诉举报途径和方式", blank=True)
    chart_number = models.CharField("流程图编号", max_length=30, blank=True)
    major_matter = models.CharField("三重一大", max_length=12, choices=MajorMatter, blank=True, default="")
    touches_vital_interests = models.BooleanField("涉及师生切身利益", default=False)
    remark = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        constraints = version_constraints("power_item")
        ordering = ["pk"]

    def __str__(self):
        return self.name

    @property
    def procedure(self):
        """The steps as they are typed: one a line, parts separated by ｜."""
        return "\n".join(
            "｜".join(part for part in (step.post_name, step.procedure, step.time_limit) if part)
            for step in self.steps.all()
        )


class ProcessStep(models.Model):
    """One step of a power item's procedure (运作程序), part of that version. Source: R0-17, R1-34."""

    power_item = models.ForeignKey(PowerItem, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    post_name = models.CharField("承办岗位", max_length=60, blank=True)
    procedure = models.CharField("步骤内容", max_length=300)
    time_limit = models.CharField("时限", max_length=60, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["power_item", "position"], name="process_step_position_once")]

    def __str__(self):
        return self.procedure
