"""The yearly assessment of a unit (考核): its sheet, its evidence, who scored what, and the result."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class Assessment(models.Model):
    """One unit's assessment of a year.

    How far it has come is said by its times: made, handed in and signed by the unit, scored by the office, figures shown, answered by
    the unit, decided by one, confirmed by another. ``score`` and ``band`` are set by the decision. ``due_on``: of the unit's own
    score. Source: R0-29, R2-30, R3-37, R4-35.
    """

    class Stand(models.TextChoices):
        ACCEPT = "accept", "无异议"
        CONTEST = "contest", "有异议"

    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="assessments")
    scheme = models.ForeignKey("registers.Scheme", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    due_on = models.DateField("自评截止")
    made_by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    summary = models.TextField("自评总结", blank=True)
    signed_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("自评签字时间", null=True)
    signed_digest = models.CharField(max_length=64, blank=True)
    survey = models.ForeignKey("workflows.Survey", models.PROTECT, null=True, related_name="assessments")
    scored_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    scored_at = models.DateTimeField("考评时间", null=True)
    shown_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    shown_at = models.DateTimeField("反馈时间", null=True)
    contest_due_on = models.DateField("核对期限", null=True)
    stand = models.CharField("单位意见", max_length=8, choices=Stand, blank=True)
    contest = models.TextField("异议", blank=True)
    answered_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reply = models.TextField("对异议的答复", blank=True)
    replied_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)
    vetoes = models.JSONField("一票否决", default=list)
    grounds = models.TextField("审定意见", blank=True)
    score = models.DecimalField("得分", max_digits=5, decimal_places=2, null=True)
    band = models.CharField("档次", max_length=40, blank=True)
    decided_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField("审定时间", null=True)
    version = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "unit__position", "unit__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="assessment_once_a_year"),
            models.CheckConstraint(
                condition=Q(scored_at=None) | Q(signed_at__isnull=False), name="assessment_scored_after_signature"
            ),
            models.CheckConstraint(
                condition=Q(shown_at=None) | Q(scored_at__isnull=False), name="assessment_shown_after_score"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(shown_at__isnull=False, score__isnull=False) & ~Q(band=""),
                name="assessment_decided_after_shown",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(decided_at__isnull=False), name="assessment_confirmed_after_decision"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("decided_by")), name="assessment_decided_by_two"
            ),
        ]

    def __str__(self):
        return f"{self.unit.name}{self.year}年度考核"

    @property
    def rules(self):
        """What the scheme says of assessment."""
        return self.scheme.rules.assessment

    @property
    def band_rules(self):
        """The band in the scheme, None before the decision."""
        return self.rules.band(self.band)

    @property
    def stage(self):
        """How far it has come: ``(words, tone)``."""
        if self.confirmed_at:
            return "已审定", "ok"
        if self.decided_at:
            return "等待复核", "warn"
        if self.shown_at:
            return ("等待审定", "info") if self.answered_at else ("单位核对中", "warn")
        if self.scored_at:
            return "考评中", "primary"
        return ("等待考评", "info") if self.signed_at else ("自评中", "")


class AssessmentLine(models.Model):
    """One criterion on a unit's sheet, as the scheme had it.

    ``surveyed``: it counts by the survey, nobody scores it. ``applies``: else it is left out with a reason and the others are rescaled.
    """

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    label = models.TextField()
    points = models.PositiveSmallIntegerField("分值")
    surveyed = models.BooleanField(default=False)
    own = models.DecimalField("自评得分", max_digits=5, decimal_places=2, null=True)
    evidence = models.TextField("依据材料", blank=True)
    attachments = models.ManyToManyField("workflows.Attachment", related_name="assessment_lines")
    office = models.DecimalField("考评得分", max_digits=5, decimal_places=2, null=True)
    reason = models.TextField("扣分原因", blank=True)
    applies = models.BooleanField("适用", default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["assessment", "position"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "position"], name="assessment_line_once"),
            models.CheckConstraint(
                condition=Q(own=None) | Q(own__gte=0, own__lte=F("points")), name="assessment_own_fits"
            ),
            models.CheckConstraint(
                condition=Q(office=None) | Q(office__gte=0, office__lte=F("points")), name="assessment_office_fits"
            ),
            models.CheckConstraint(condition=Q(applies=True) | ~Q(reason=""), name="assessment_left_out_with_reason"),
        ]

    def __str__(self):
        return self.label[:40]


class AssessmentContest(models.Model):
    """What a unit says against its score for one line, with evidence, and how that is answered (对某一项的异议)."""

    class Outcome(models.TextChoices):
        UPHELD = "upheld", "成立"
        PARTLY = "partly", "部分成立"
        REJECTED = "rejected", "不成立"

    line = models.OneToOneField(AssessmentLine, models.CASCADE, related_name="contest")
    words = models.TextField("异议")
    attachments = models.ManyToManyField(
        "workflows.Attachment", related_name="assessment_contests", verbose_name="佐证材料"
    )
    by = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField("结论", max_length=8, choices=Outcome, blank=True)
    reply = models.TextField("答复", blank=True)
    replied_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["line"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="assessment_contest_says_what"),
            models.CheckConstraint(
                condition=Q(replied_at=None, replied_by=None, outcome="", reply="")
                | Q(replied_at__isnull=False, replied_by__isnull=False) & ~Q(outcome="") & ~Q(reply=""),
                name="assessment_contest_answered_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(replied_by=None) | ~Q(replied_by=F("by")), name="assessment_contest_answered_by_another"
            ),
        ]

    def __str__(self):
        return f"{self.line}：{self.words[:20]}"


class LeaderScore(models.Model):
    """What one leader gave a line (领导评分). Each has a sheet of his own, and the mean counts."""

    line = models.ForeignKey(AssessmentLine, models.CASCADE, related_name="leader_scores")
    leader = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    score = models.DecimalField("得分", max_digits=5, decimal_places=2)
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["line", "leader"]
        constraints = [
            models.UniqueConstraint(fields=["line", "leader"], name="leader_score_once"),
            models.CheckConstraint(condition=Q(score__gte=0), name="leader_score_fits"),
        ]

    def __str__(self):
        return f"{self.score}"
