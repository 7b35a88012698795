"""A year's campaign with its units, phases, tasks and staff changes, and the calendar."""

from functools import cache, cached_property

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet
from registers.prepared import Given, Prepared
from registers.schemes.language import Brings, Level


class Campaign(models.Model):
    """One year of one institution's scheme (年度活动).

    It keeps the scheme version it was opened from. ``STANDING``: no campaign that anybody runs, but the tasks by which the register is
    changed at any time (``campaign.adjustments``), of one year and scheme version; the policy shows it in no list of campaigns.
    Source: R1-47, R0-32.
    """

    class State(models.TextChoices):
        OPEN = "open", "进行中"
        CLOSED = "closed", "已结束"
        STANDING = "standing", "常年"

    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="campaigns")
    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="campaigns")
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField("开展时间")
    closed_at = models.DateTimeField("结束时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "year"], condition=~Q(state="standing"), name="campaign_one_per_year"
            ),
            models.UniqueConstraint(
                fields=["institution", "year", "scheme"], condition=Q(state="standing"), name="campaign_standing_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "standing"], closed_at=None)
                | Q(state="closed", closed_at__isnull=False),
                name="campaign_closed_has_time",
            ),
        ]

    def __str__(self):
        rules = self.scheme.rules
        return f"{self.year}年{rules.adjustment.label if self.state == 'standing' else rules.identity.product_word}"

    @cached_property
    def tasks_in_order(self):
        """Its tasks in the order of the rule book, read once for whoever has the same campaign."""
        return self._with_itself(_tasks_of().of(campaign=self.pk))

    @cached_property
    def phases_in_order(self):
        """Its phases, likewise."""
        return self._with_itself(_phases_of().of(campaign=self.pk))

    def _with_itself(self, rows):
        for row in rows:
            row.campaign = self
        return rows


# States of a campaign in which its sheets are filled and reviewed.
RUNNING = (Campaign.State.OPEN, Campaign.State.STANDING)


class Enrolment(models.Model):
    """A unit's part in a campaign (纳入), in its first wave or a later one. Source: R3-38."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="enrolments")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="enrolments")
    wave = models.PositiveSmallIntegerField("批次", default=1)
    enrolled_on = models.DateField("纳入日期")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["wave", "unit__position", "unit__code"]
        constraints = [models.UniqueConstraint(fields=["campaign", "unit"], name="enrolment_once")]

    def __str__(self):
        return f"{self.unit} 第{self.wave}批"


class RosterChange(models.Model):
    """A staff change during a campaign and its effect (人员变动).

    Somebody came, left, took over a post, or is no longer asked by the rule book. Written once per case. ``opened`` and
    ``cancelled``: how many submissions it brought or ended. Source: R0-26, R2-01.
    """

    class Kind(models.TextChoices):
        JOINED = "joined", "新纳入"
        LEFT = "left", "离任"
        OUT_OF_SCOPE = "out_of_scope", "不再属于填报范围"
        SUCCEEDED = "succeeded", "接任"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="roster_changes")
    post = models.ForeignKey("registers.Post", models.PROTECT, related_name="+")
    person = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    kind = models.CharField("变动", max_length=12, choices=Kind)
    reason = models.CharField("依据", max_length=200)
    opened = models.PositiveSmallIntegerField("新开表数", default=0)
    cancelled = models.PositiveSmallIntegerField("停办表数", default=0)
    on = models.DateField("日期")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "post", "person", "kind", "on"], name="roster_change_once_a_day"
            )
        ]

    def __str__(self):
        return f"{self.person} {self.post} {self.get_kind_display()}"


def in_open_phase(path=""):
    """The condition for tasks without a phase, or whose phase is not closed.

    ``path`` leads to the task (``task__``).
    """
    return Q(**{f"{path}phase": None}) | Q(**{f"{path}phase__closed_at": None})


class Phase(models.Model):
    """A phase of a campaign (阶段). Phases may overlap, and a task may be due after its phase (domain B5).

    It ends with its last day. ``closed_at``: from then on nothing of it can be filled in, whatever its tasks allow,
    except returned submissions until their redo day.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="phases")
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    starts_on = models.DateField(null=True)
    due_on = models.DateField()
    closed_at = models.DateTimeField("关闭时间", null=True)
    closed_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    close_reason = models.CharField("关闭说明", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

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

    @property
    def is_closed(self):
        """Whether somebody has closed the phase, whatever its days say."""
        return self.closed_at is not None

    def state(self, on):
        """The state of the phase on the day ``on``: ``next``, ``current`` or ``done``.

        It is done when its last day has passed or somebody has closed it.
        """
        if self.is_closed or on > self.due_on:
            return "done"
        return "next" if self.starts_on and on < self.starts_on else "current"


class CampaignTask(models.Model):
    """One task of a campaign (事项): who fills in which paper, by which route, until when.

    A task without phase and last day is open all year.
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
        return self.campaign.scheme.rules.route(self.route)

    @property
    def paper_rules(self):
        return self.campaign.scheme.rules.papers[self.paper]


@cache
def _tasks_of():
    return Prepared(CampaignTask.objects.filter(campaign=Given("campaign")).order_by("position", "pk"))


@cache
def _phases_of():
    return Prepared(Phase.objects.filter(campaign=Given("campaign")))


def tasks_with_rules(ids):
    """Return id → task, with its campaign and its rule book but for the text of that.

    Of many sheets with the same task each task is made once.
    """
    return {task.pk: task for task in _tasks().of(ids=ids)} if ids else {}


@cache
def _tasks():
    rows = CampaignTask.objects.filter(pk__within=Given("ids")).select_related("campaign__scheme").order_by()
    return Prepared(rows.defer("campaign__scheme__document", "campaign__scheme__source"))


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday or a make-up working day (调休)."""

    day = models.DateField(primary_key=True)
    is_working = models.BooleanField()
    label = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.label}"
