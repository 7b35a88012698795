"""The regulations of the school and its units (制度), and the powers that rest on them."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class Regulation(models.Model):
    """A regulation that a unit has issued or means to issue (制度).

    One of the root unit holds for the whole school. ``version`` counts how often it was saved, so that the second of
    two editors is refused. What replaces an old regulation is a regulation of its own: the old one stays as repealed.
    Source: R0-20, R1-54.
    """

    class State(models.TextChoices):
        IN_FORCE = "in_force", "现行"
        TO_AMEND = "to_amend", "待修订"
        TO_DRAFT = "to_draft", "待制定"
        REPEALED = "repealed", "已废止"

    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="regulations", verbose_name="所属单位")
    name = models.CharField("制度名称", max_length=120)
    document_number = models.CharField("文号", max_length=60, blank=True)
    issued_by = models.CharField("制定部门", max_length=80, blank=True)
    effective_on = models.DateField("施行日期", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.IN_FORCE)
    remark = models.CharField("备注", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["unit__position", "unit__code", "pk"]
        verbose_name = "制度"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], condition=~Q(state="repealed"), name="regulation_name_once_per_unit"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["in_force", "to_amend", "to_draft", "repealed"]),
                name="regulation_state_declared",
            ),
        ]

    def __str__(self):
        return self.name


class RegulationPower(models.Model):
    """A power that rests on a regulation.

    It is named by its series, so that the link outlives the power's versions.
    """

    regulation = models.ForeignKey(Regulation, models.CASCADE, related_name="power_links")
    power_series = models.UUIDField(db_index=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["regulation", "power_series"], name="regulation_power_once"),
        ]

    def __str__(self):
        return f"{self.regulation_id} {self.power_series}"
