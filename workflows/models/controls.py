"""How control measures are carried out once they are in force."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class MeasureProgress(models.Model):
    """One note on how a measure is carried out, or that it is not (落实记录).

    Never changed; a correction is another note. It belongs to one version of the measure: a revised measure has to be
    carried out anew. The state of a measure follows from its latest note and its due date (``workflows.controls``).
    Source: R1-41, R3-06, R3-34.
    """

    class State(models.TextChoices):
        UNDER_WAY = "under_way", "正在落实"
        DONE = "done", "已落实"
        NOT_DONE = "not_done", "未落实"

    measure = models.ForeignKey("registers.ControlMeasure", models.PROTECT, related_name="progress")
    state = models.CharField("落实情况", max_length=10, choices=State)
    text = models.TextField("情况说明")
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("记录时间")
    attachments = models.ManyToManyField(
        "workflows.Attachment", related_name="measure_progress", verbose_name="佐证材料"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["under_way", "done", "not_done"]), name="measure_progress_state_declared"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="measure_progress_says_what"),
        ]

    def __str__(self):
        return f"{self.get_state_display()} {self.measure_id}"


class MeasureCheck(models.Model):
    """One verification of a measure by somebody who does not answer for it (核查).

    Never changed; another check follows. Like a note it belongs to one version of the measure. ``outside``: whoever checked works
    outside the unit. The actual grade of the point follows from it (``workflows.supervision``).
    """

    class Result(models.TextChoices):
        VERIFIED = "verified", "核查通过"
        NOT_VERIFIED = "not_verified", "核查未通过"

    measure = models.ForeignKey("registers.ControlMeasure", models.PROTECT, related_name="checks")
    result = models.CharField("核查结论", max_length=12, choices=Result)
    text = models.TextField("核查情况")
    outside = models.BooleanField("单位以外人员核查")
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    on = models.DateField("核查日期")
    at = models.DateTimeField("记录时间")
    attachments = models.ManyToManyField("workflows.Attachment", related_name="measure_checks", verbose_name="核查材料")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=["verified", "not_verified"]), name="measure_check_result_declared"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="measure_check_says_what"),
        ]

    def __str__(self):
        return f"{self.get_result_display()} {self.measure_id}"
