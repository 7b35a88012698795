"""What units and people are held to account for, and commended for, and what is learned from a case."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class AccountabilityRecord(models.Model):
    """That a unit or a person was held to account (问责): number, day and where it is filed.

    Nothing else is kept of it. Only the office reads it. Source: R0-19, R1-48, R2-19.
    """

    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+", verbose_name="单位")
    person = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+", verbose_name="人员")
    warning = models.ForeignKey("workflows.RiskWarning", models.PROTECT, null=True, related_name="accountabilities")
    decided_by = models.CharField("决定机构", max_length=60)
    reference = models.CharField("文号", max_length=60)
    decided_on = models.DateField("决定日期")
    kept_at = models.CharField("存放处", max_length=120)
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["institution", "reference", "unit", "person"], name="accountability_once"),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(kept_at="") & ~Q(decided_by=""), name="accountability_says_where"
            ),
        ]

    def __str__(self):
        return self.reference


class Commendation(models.Model):
    """That a unit or a person was commended (表扬), for everybody to read. Source: R1-48."""

    institution = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="+", verbose_name="单位")
    person = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+", verbose_name="人员")
    title = models.CharField("名称", max_length=80)
    words = models.TextField("事由")
    decided_by = models.CharField("决定机构", max_length=60)
    reference = models.CharField("文号", max_length=60, blank=True)
    decided_on = models.DateField("决定日期")
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_on", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(title="") & ~Q(words=""), name="commendation_says_what")]

    def __str__(self):
        return self.title


class CaseAnalysis(models.Model):
    """What was learned from a warning (事后分析): causes, gaps, points of the same kind elsewhere.

    Only the office reads it. Who answers for a point in ``points`` is asked to look at its measures, without being told of the
    case. Source: R4-32.
    """

    warning = models.OneToOneField("workflows.RiskWarning", models.PROTECT, related_name="analysis")
    causes = models.TextField("发生的原因")
    gaps = models.TextField("制度和管理的漏洞")
    education = models.TextField("警示教育安排", blank=True)
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.warning}的事后分析"


class CasePoint(models.Model):
    """A risk point that an analysis asks to look at again, where the case was or elsewhere."""

    analysis = models.ForeignKey(CaseAnalysis, models.CASCADE, related_name="points")
    series = models.UUIDField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["analysis", "series"], name="case_point_once")]

    def __str__(self):
        return f"{self.analysis_id} {self.series}"
