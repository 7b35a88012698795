"""A year's campaign, opened from a scheme version."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet
from registers.schemes.language import Brings, Level


class Campaign(models.Model):
    """One year of one institution's scheme (年度活动). It keeps the scheme version it was opened from. Source: R1-47."""

    class State(models.TextChoices):
        OPEN = "open", "进行中"
        CLOSED = "closed", "已结束"

    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="campaigns")
    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="campaigns")
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField("开展时间")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["institution", "year"], name="campaign_one_per_year")]

    def __str__(self):
        return f"{self.year}年{self.scheme.rules.identity.product_word}"


class Phase(models.Model):
    """A phase of a campaign (阶段). Phases may overlap, and a task may be due after its phase (domain B5)."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="phases")
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    starts_on = models.DateField(null=True)
    due_on = models.DateField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="phase_code_once"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(starts_on__lte=F("due_on")), name="phase_starts_before_due"
            ),
        ]

    def __str__(self):
        return self.label


class CampaignTask(models.Model):
    """What a campaign asks for: from whom, on which paper, by which route, until when (事项).

    A task without phase and last day stands all year.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="tasks")
    phase = models.ForeignKey(Phase, models.CASCADE, null=True, related_name="tasks")
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=60)
    step_label = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=10, choices=[(level.value, level.value) for level in Level])
    brings = models.CharField(max_length=12, choices=[(brings.value, brings.value) for brings in Brings])
    paper = models.CharField(max_length=40)
    route = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    opens_on = models.DateField()
    due_on = models.DateField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = [F("due_on").asc(nulls_last=True), "position"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="campaign_task_code_once")]

    def __str__(self):
        return self.label

    @property
    def rules(self):
        """This task in its campaign's rule book."""
        return self.campaign.scheme.rules.task(self.code)

    @property
    def route_rules(self):
        return self.campaign.scheme.rules.routes[self.route]

    @property
    def paper_rules(self):
        return self.campaign.scheme.rules.papers[self.paper]


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday or a make-up working day (调休)."""

    day = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    label = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.label}"
