"""Visits after a warning was lifted (回访): whether what was demanded still holds."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class WarningVisit(models.Model):
    """One visit after a warning was lifted, by whoever handles it.

    Only the office reads it.
    """

    class Result(models.TextChoices):
        HOLDS = "holds", "整改到位"
        PART = "part", "部分到位"
        BACK = "back", "问题反弹"

    warning = models.ForeignKey("workflows.RiskWarning", models.PROTECT, related_name="visits")
    visited_on = models.DateField("回访日期")
    result = models.CharField("回访结果", max_length=5, choices=Result)
    words = models.TextField("回访情况")
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["visited_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(result__in=["holds", "part", "back"]), name="warning_visit_result"),
            models.CheckConstraint(condition=~Q(words=""), name="warning_visit_says_what"),
        ]

    def __str__(self):
        return f"{self.get_result_display()} {self.visited_on}"
