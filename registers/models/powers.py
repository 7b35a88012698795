"""Power items and the steps by which they are exercised."""

import uuid

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
        # Of the list of powers: how many each unit has, to find the page asked for.
        indexes = [models.Index(fields=["unit", "in_force_from", "in_force_until"], name="power_by_unit")]
        ordering = ["pk"]

    def __str__(self):
        return self.name

    @property
    def procedure(self):
        """The steps in words: one a line, numbered, with everything that is on record of each."""
        steps = list(self.steps.all())
        numbers = {str(step.key): number for number, step in enumerate(steps, start=1)}
        return "\n".join(f"{number}. {step.words(numbers)}" for number, step in enumerate(steps, start=1))


class ProcessStep(models.Model):
    """One step of a power item's procedure (运作程序), part of that version.

    ``key`` stays with a step through all versions of its power, so that risk points can be placed on it. ``post``: the unit's post
    that is named by ``post_name``, None where somebody else acts. ``following``: what comes next, as ``{"to", "when"}`` each: the
    key of a step of the same power or ``END``, and on which condition. Empty: the step after it. Source: R0-17, R1-34.
    """

    END = "end"

    power_item = models.ForeignKey(PowerItem, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    post = models.ForeignKey("registers.Post", models.PROTECT, null=True, related_name="process_steps")
    post_name = models.CharField("承办岗位", max_length=60, blank=True)
    procedure = models.CharField("步骤内容", max_length=300)
    time_limit = models.CharField("时限", max_length=60, blank=True)
    checked_by = models.CharField("监督制约（由谁复核）", max_length=60, blank=True)
    complaint_channel = models.CharField("投诉举报途径", max_length=200, blank=True)
    following = models.JSONField("下一步", default=list)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["power_item", "position"], name="process_step_position_once")]

    def __str__(self):
        return self.procedure

    def words(self, numbers):
        """Return everything on record of the step in one line.

        ``numbers``: key of a step → its number in the process.
        """
        more = [("时限", self.time_limit), ("复核", self.checked_by), ("投诉举报", self.complaint_channel)]
        said = "；".join(f"{label}：{text}" for label, text in more if text)
        line = f"{self.post_name}：{self.procedure}" if self.post_name else self.procedure
        line += f"（{said}）" if said else ""
        ways = [(way["when"], "结束" if way["to"] == self.END else numbers.get(way["to"])) for way in self.following]
        after = "；".join(
            f"{when + '，' if when else ''}{'结束' if number == '结束' else f'转第{number}步'}"
            for when, number in ways
            if number
        )
        return f"{line} → {after}" if after else line
