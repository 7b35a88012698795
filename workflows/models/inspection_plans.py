"""The yearly plan of inspections, and the draws of units and inspectors (检查计划、双随机抽取)."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class InspectionPlan(models.Model):
    """What the office inspects in a year, under one version of the scheme (年度检查计划).

    Source: R0-25.
    """

    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="inspection_plans")
    year = models.PositiveSmallIntegerField("年度")
    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="+")
    made_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["institution", "year"], name="inspection_plan_once_a_year")]

    def __str__(self):
        return f"{self.year}年度检查计划"

    @property
    def rules(self):
        """What the scheme says of inspections."""
        return self.scheme.rules.inspection


class PlanItem(models.Model):
    """One item of a plan: what is inspected, how and when (检查事项).

    ``kind`` and ``methods`` are codes of the scheme. ``team``: how many inspect a unit together.
    """

    plan = models.ForeignKey(InspectionPlan, models.CASCADE, related_name="items")
    kind = models.CharField("检查种类", max_length=40)
    title = models.CharField("检查事项", max_length=80)
    content = models.TextField("检查内容和范围")
    methods = models.JSONField("检查方法", default=list)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    team = models.PositiveSmallIntegerField("检查组人数")
    made_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="plan_item_ends_after_start"),
            models.CheckConstraint(condition=Q(team__gte=3), name="plan_item_team_of_three"),
        ]

    def __str__(self):
        return self.title

    @property
    def kind_rules(self):
        """The kind in the scheme of its plan, None where that has been dropped."""
        return self.plan.rules.kind(self.kind)

    @property
    def is_drawn(self):
        """Whether lots decide which units are inspected, and by whom."""
        kind = self.kind_rules
        return kind is not None and kind.purpose == "random"


class Draw(models.Model):
    """One draw of units and inspectors (双随机抽取).

    First the source of the seed is named and the ``pool`` is frozen (``digest``), so that nobody can choose the pool to fit the
    seed; then the seed is entered and the draw made, once. A further draw of the same item has a ``reason``, and both are kept.
    ``released_at``: every unit that it found has had its notice, so everybody may look. Source: R0-25.
    """

    item = models.ForeignKey(PlanItem, models.PROTECT, related_name="draws")
    position = models.PositiveSmallIntegerField("次序")
    reason = models.CharField("重新抽取的原因", max_length=200, blank=True)
    seed_source = models.CharField("随机种子的来源", max_length=120)
    pool = models.JSONField()
    digest = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=20)
    prepared_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField("名单确定时间")
    seed = models.CharField("随机种子", max_length=120, blank=True)
    witness = models.CharField("见证人", max_length=40, blank=True)
    result = models.JSONField(default=dict)
    drawn_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField("抽取时间", null=True)
    released_at = models.DateTimeField("公开时间", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["item", "position"]
        constraints = [
            models.UniqueConstraint(fields=["item", "position"], name="draw_position_once"),
            models.CheckConstraint(condition=Q(position=1) | ~Q(reason=""), name="draw_again_with_reason"),
            models.CheckConstraint(
                condition=Q(drawn_at=None, seed="", drawn_by=None)
                | Q(drawn_at__isnull=False, drawn_by__isnull=False) & ~Q(seed="") & ~Q(witness=""),
                name="draw_made_has_seed_and_witness",
            ),
        ]

    def __str__(self):
        return f"{self.item}（第{self.position}次抽取）"

    @property
    def record(self):
        """Everything by which anybody can draw again, as ``docs/recompute_draw.py`` reads it."""
        return {**self.pool, "algorithm": self.algorithm, "seed": self.seed, "result": self.result}
