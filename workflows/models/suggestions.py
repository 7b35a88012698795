"""Risk points that others suggest to a post holder or a unit (群众提、领导点、组织评)."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class Suggestion(models.Model):
    """A risk point that somebody suggests for a post or a unit (建议).

    The post's holder answers, or the unit's liaison. ``source`` is a code of the scheme's ``finding_sources``, empty
    where it has none. ``peer``: it came from a colleague and not from an office held, so its author is named to few.
    ``entry``: the entry of the submission that took it over, also while that is still being typed; it counts as
    adopted once the submission is handed in with it. Source: R1-16, R1-52.
    """

    class Outcome(models.TextChoices):
        OPEN = "", "待答复"
        ADOPTED = "adopted", "已采纳"
        DECLINED = "declined", "未采纳"

    campaign = models.ForeignKey("workflows.Campaign", models.CASCADE, related_name="suggestions")
    unit = models.ForeignKey("registers.Unit", models.PROTECT, related_name="suggestions", verbose_name="单位")
    post = models.ForeignKey(
        "registers.Post", models.PROTECT, null=True, related_name="suggestions", verbose_name="岗位"
    )
    author = models.ForeignKey("registers.User", models.PROTECT, related_name="suggestions", verbose_name="建议人")
    source = models.CharField("查找方式", max_length=40, blank=True)
    peer = models.BooleanField("群众建议")
    category = models.CharField("风险类别", max_length=40, blank=True)
    content = models.TextField("风险内容")
    manifestation = models.TextField("表现形式", blank=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField("提出时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    entry = models.UUIDField(null=True)
    outcome = models.CharField("答复", max_length=10, choices=Outcome, default=Outcome.OPEN, blank=True)
    answer = models.TextField("答复说明", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "建议"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "author", "post", "digest"],
                condition=Q(post__isnull=False, withdrawn_at=None),
                name="suggestion_once_per_post",
            ),
            models.UniqueConstraint(
                fields=["campaign", "author", "unit", "digest"],
                condition=Q(post=None, withdrawn_at=None),
                name="suggestion_once_per_unit",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at=None) | ~Q(outcome="") & Q(answered_at__isnull=False),
                name="suggestion_answered_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="declined") | ~Q(answer=""), name="suggestion_declined_with_reason"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="adopted") | Q(entry__isnull=False), name="suggestion_adopted_has_entry"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(outcome="", withdrawn_at__gte=F("at")),
                name="suggestion_withdrawn_before_answer",
            ),
        ]
        indexes = [
            models.Index(fields=["post", "outcome"], name="suggestion_by_post"),
            models.Index(fields=["unit", "outcome"], name="suggestion_by_unit"),
            models.Index(fields=["author", "at"], name="suggestion_by_author"),
        ]

    def __str__(self):
        return f"对{self.place}的建议"

    @property
    def place(self):
        """The post or unit it is for, in words."""
        return f"{self.unit}{self.post}" if self.post_id else str(self.unit)

    @property
    def is_open(self):
        """Whether it still waits for an answer."""
        return not self.outcome and self.withdrawn_at is None
