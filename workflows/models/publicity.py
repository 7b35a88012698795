"""Notices of proposed grades, and objections to them."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class PublicityNotice(models.Model):
    """The notice of one submission's proposed grades (公示). Source: R1-27, R1-28.

    ``ends_on`` is the last day. ``items`` holds only fields that may be public, ``columns`` which these are, as ``[field, heading]``. The
    submission's step waits until the notice has ended and no objection is open. A round has another notice where other grades
    were decided than the one before showed.
    """

    submission = models.ForeignKey("workflows.Submission", models.CASCADE, related_name="notices")
    round = models.PositiveSmallIntegerField()
    audience = models.CharField(max_length=10, choices=[("unit", "单位内"), ("school", "全校师生"), ("public", "社会")])
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="notices")
    title = models.CharField(max_length=120)
    items = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    starts_on = models.DateField("公示开始")
    ends_on = models.DateField("公示截止")
    cleared_at = models.DateTimeField(null=True)
    outcome = models.CharField("公示结果", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "round", "starts_on"], name="notice_once_per_round_and_day"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="notice_ends_after_start"),
        ]

    def __str__(self):
        return self.title


class Objection(models.Model):
    """A colleague's objection to a notice (异议).

    The unit concerned never reads it. The office handles it.
    """

    notice = models.ForeignKey(PublicityNotice, models.PROTECT, related_name="objections")
    author = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    text = models.TextField("异议内容")
    at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    handling = models.TextField("处理情况", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "author"], name="objection_once_per_person"),
            models.CheckConstraint(condition=Q(handled_at=None) | ~Q(handling=""), name="objection_handled_with_words"),
        ]

    def __str__(self):
        return f"{self.notice_id} {self.at:%Y-%m-%d}"
