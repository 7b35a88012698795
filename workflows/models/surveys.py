"""Surveys of satisfaction (满意度测评): who is asked, what admits to an answer, and the answers.

Three tables that nothing joins. The roll knows people and no slips; a slip knows neither person nor answer; an answer knows neither
person, slip nor time. Keys of slips and answers are random, and every change writes a crowd of rows anew in random order
(``workflows.supervision.answering``), so neither the order nor the transaction of a row says anything.
"""

import uuid

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class Survey(models.Model):
    """One survey about one unit.

    ``given_out``: group → slips that reached people, as the office says at the end. ``result``: what may be shown, kept when it is
    closed. ``destroyed_at``: since when roll, slips and answers are gone.
    """

    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="surveys")
    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    ends_on = models.DateField("截止日期")
    made_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    given_out = models.JSONField(default=dict)
    closed_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("结束时间", null=True)
    destroyed_at = models.DateTimeField("答卷销毁时间", null=True)
    score = models.DecimalField("满意度", max_digits=5, decimal_places=2, null=True)
    result = models.JSONField(default=list)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "unit__position", "unit__name", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], condition=Q(closed_at=None), name="survey_one_open"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(score=None, closed_by=None, result=[]),
                name="survey_result_once_closed",
            ),
        ]

    def __str__(self):
        return f"{self.year}年度满意度测评（{self.unit.name}）"

    @property
    def rules(self):
        """What the scheme says of the survey."""
        return self.scheme.rules.assessment.survey

    @property
    def is_open(self):
        return self.closed_at is None

    def takes_answers(self, on):
        """Whether it can be answered on the day ``on``."""
        return self.is_open and on <= self.ends_on


class SurveyInvitation(models.Model):
    """One person on the roll (应参加测评人员).

    ``drew_slip``: he has had his slip; whether he used it nobody knows.
    """

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="invitations")
    user = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    group = models.CharField(max_length=40)
    drew_slip = models.BooleanField("已领取", default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["survey", "user__number"]
        constraints = [models.UniqueConstraint(fields=["survey", "user"], name="survey_invited_once")]

    def __str__(self):
        return str(self.user)


class SurveySlip(models.Model):
    """One slip that admits to one answer (测评票).

    Only the digest of its code is here, and whether it has been used.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="slips")
    group = models.CharField(max_length=40)
    digest = models.CharField(max_length=64, unique=True)
    used = models.BooleanField("已使用", default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return "已使用" if self.used else "未使用"


class SurveyAnswer(models.Model):
    """One paper that came back (答卷): question → chosen code.

    It has no person, no slip and no time, not even a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers")
    group = models.CharField(max_length=40)
    choices = models.JSONField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.group
