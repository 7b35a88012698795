"""Meetings and education activities, and who attended them."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class Activity(models.Model):
    """A meeting or education activity of a unit, or of the school (会议、教育活动).

    ``unit`` is the institution for the school's own; ``kind`` is a code of the rule book's ``activities``. The unit's
    liaison or head corrects it, and ``version`` counts the corrections. It can be deleted on its first day only;
    later it is declared void. Of a consultation also: ``power`` (a series) that it is about, named as on the day it was chosen;
    ``asked``: how many people; ``experts``: a list of name, title and workplace of each. Source: R0-15, R1-42, R3-09, R4-03,
    R4-04, R4-18.
    """

    campaign = models.ForeignKey("workflows.Campaign", models.CASCADE, related_name="activities")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="activities", verbose_name="单位")
    kind = models.CharField("种类", max_length=40)
    title = models.CharField("主题", max_length=120)
    held_on = models.DateField("日期")
    place = models.CharField("地点", max_length=80, blank=True)
    host = models.CharField("主持人", max_length=40, blank=True)
    audience = models.CharField("参加范围", max_length=120, blank=True)
    content = models.TextField("主要内容", blank=True)
    power = models.UUIDField("权力事项", null=True, db_index=True)
    power_name = models.CharField("权力事项名称", max_length=120, blank=True)
    asked = models.PositiveIntegerField("征求人数", null=True)
    experts = models.JSONField("专家", default=list)
    attachments = models.ManyToManyField("workflows.Attachment", related_name="activities", verbose_name="附件")
    version = models.PositiveIntegerField(default=0)
    recorded_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+", verbose_name="记录人")
    recorded_at = models.DateTimeField("登记时间")
    voided_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField("作废时间", null=True)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = [F("held_on").desc(), "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="") | Q(voided_at__isnull=False) & ~Q(void_reason=""),
                name="activity_void_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(power=None, power_name="") | Q(power__isnull=False) & ~Q(power_name=""),
                name="activity_power_has_name",
            ),
        ]
        indexes = [models.Index(fields=["campaign", "unit", "-held_on"], name="activity_of_unit")]

    def __str__(self):
        return self.title

    @property
    def of_school(self):
        """Whether it is the school's own. Its unit must have been read."""
        return self.unit.parent_id is None


class Opinion(models.Model):
    """One opinion that a consultation received, and what came of it (意见采纳情况).

    ``source`` says which people it came from, as a group. ``adopted`` is empty until it is decided; what is not adopted as it was
    given has its reason. Source: R4-03.
    """

    class Adopted(models.TextChoices):
        UNDECIDED = "", "尚未研究"
        YES = "yes", "采纳"
        PARTLY = "partly", "部分采纳"
        NO = "no", "不采纳"

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="opinions")
    source = models.CharField("意见来自", max_length=60)
    words = models.TextField("意见")
    adopted = models.CharField("采纳情况", max_length=6, choices=Adopted, blank=True, default="")
    reason = models.TextField("理由", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["activity", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(adopted__in=["", "yes"]) | Q(adopted__in=["partly", "no"]) & ~Q(reason=""),
                name="opinion_not_adopted_has_reason",
            )
        ]

    def __str__(self):
        return f"{self.source}的意见"


class Attendance(models.Model):
    """One person who was expected at an activity, and whether he came (出席情况)."""

    class Mark(models.TextChoices):
        PRESENT = "present", "出席"
        EXCUSED = "excused", "请假"
        ABSENT = "absent", "缺席"

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="attendances")
    user = models.ForeignKey("registers.User", models.PROTECT, related_name="attendances")
    mark = models.CharField("出席情况", max_length=8, choices=Mark, default=Mark.PRESENT)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["activity", "user__sort_key", "user__number"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "user"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(mark__in=["present", "excused", "absent"]), name="attendance_mark_declared"
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.get_mark_display()}"
