"""Group robots of units, and the messages they are to send."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class Robot(models.Model):
    """A robot in a unit's group chat that takes messages at a web address (群机器人).

    ``url`` and ``secret`` let anybody write into the group, so neither is shown again, logged or put into the audit
    chain.
    """

    class Kind(models.TextChoices):
        WECOM = "wecom", "企业微信"
        DINGTALK = "dingtalk", "钉钉"

    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="robots", verbose_name="单位")
    kind = models.CharField("类型", max_length=10, choices=Kind)
    label = models.CharField("群名称", max_length=40)
    url = models.CharField("Webhook 地址", max_length=500)
    secret = models.CharField("加签密钥", max_length=200, blank=True)
    is_active = models.BooleanField("启用", default=True)
    made_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["wecom", "dingtalk"]), name="robot_kind_declared"),
            models.UniqueConstraint(fields=["url"], condition=Q(is_active=True), name="robot_address_once"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}“{self.label}”"


class RobotMessage(models.Model):
    """One message that a robot is to send. ``key`` keeps the day's message from being written twice."""

    robot = models.ForeignKey(Robot, models.CASCADE, related_name="messages")
    key = models.CharField(max_length=40)
    day = models.DateField()
    text = models.CharField(max_length=600)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["robot", "key"], name="robot_message_once")]
        indexes = [models.Index(fields=["day"], condition=Q(sent_at=None), name="robot_message_owed")]

    def __str__(self):
        return f"{self.robot_id} {self.key}"
