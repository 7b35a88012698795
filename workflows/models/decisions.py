"""What people decide on a submission: their ballots in a review, and the decisions that move it."""

from django.db import models
from django.db.models import F, Q

from workflows.models.submissions import short_code


class ReviewVote(models.Model):
    """One member's ballot in a collective review (集体审核), one per member and round.

    ``verdicts``: entry id → {"accurate": bool, "comment": text, "fingerprint": what was shown}. ``counted``: False once the review
    was concluded without it, because the member had left the group. Source: R1-20, R3-13.
    """

    submission = models.ForeignKey("workflows.Submission", models.CASCADE, related_name="votes")
    round = models.PositiveSmallIntegerField()
    member = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    complete = models.BooleanField()
    opinion = models.TextField(blank=True)
    verdicts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    counted = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["submission", "round", "member"], name="vote_once_per_round")]

    def __str__(self):
        return f"{self.member} {self.submission_id}"

    @property
    def agrees(self):
        return agreed(self.complete, self.verdicts)


def agreed(complete, verdicts):
    """Return whether a ballot with these values agrees to the whole sheet."""
    return complete and all(verdict["accurate"] for verdict in verdicts.values())


class Decision(models.Model):
    """One move of a submission: who, in which role, on which content (经办意见). Never changed afterwards.

    ``on_behalf_of``: for whom, when the actor holds the role only as a stand-in. ``days_late``: by how many days the
    move came after its day; None in time. ``outside_body``, ``outside_on``, ``outside_number``: where a submission is
    filed with a body outside the institution, which body took it in, when, and under which number (R4-28). ``decided``: what the
    decision changed in the document: entry key → column → text, None for a column that it took away. ``meeting``: the meeting of a
    body that decided; its chair, who signed the minutes, is the actor.
    """

    class Verdict(models.TextChoices):
        SUBMIT = "submit", "提交"
        WITHDRAW = "withdraw", "撤回"
        AGREE = "agree", "通过"
        RETURN = "return", "退回"
        AUTOMATIC = "automatic", "自动办理"
        RECOMPILE = "recompile", "重新汇编"
        PART = "part", "退回部分个人表"
        RESUME = "resume", "补正后继续"

    submission = models.ForeignKey("workflows.Submission", models.CASCADE, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=40)
    step_label = models.CharField(max_length=60)
    actor = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="decisions")
    acting_role = models.CharField(max_length=20, blank=True)
    on_behalf_of = models.ForeignKey(
        "registers.User", models.PROTECT, null=True, related_name="+", verbose_name="被代理人"
    )
    verdict = models.CharField(max_length=10, choices=Verdict)
    opinion = models.TextField(blank=True)
    redo_on = models.DateField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    signed = models.BooleanField(default=False)
    line_verdicts = models.JSONField(default=dict)
    decided = models.JSONField(default=dict)
    seen_version = models.PositiveIntegerField()
    days_late = models.PositiveSmallIntegerField("逾期天数", null=True)
    outside_body = models.CharField("校外备案机关", max_length=60, blank=True)
    outside_number = models.CharField("备案文号", max_length=60, blank=True)
    outside_on = models.DateField("校外备案日期", null=True)
    meeting = models.ForeignKey("workflows.Meeting", models.PROTECT, null=True, related_name="decisions")
    at = models.DateTimeField()

    class Meta:
        ordering = ["seen_version"]
        constraints = [
            # If two people act at once, the database lets only one of them win.
            models.UniqueConstraint(fields=["submission", "seen_version"], name="decision_one_per_version"),
            models.CheckConstraint(
                condition=~Q(verdict__in=["return", "part"]) | ~Q(opinion="") & Q(redo_on__isnull=False),
                name="decision_return_has_reason_and_deadline",
            ),
            models.CheckConstraint(condition=Q(signed=False) | ~Q(digest=""), name="decision_signature_has_digest"),
            models.CheckConstraint(
                condition=Q(on_behalf_of=None) | Q(actor__isnull=False) & ~Q(on_behalf_of=F("actor")),
                name="decision_on_behalf_of_another",
            ),
            models.CheckConstraint(condition=Q(days_late=None) | Q(days_late__gt=0), name="decision_late_by_days"),
            models.CheckConstraint(
                condition=Q(outside_body="", outside_number="", outside_on=None)
                | ~Q(outside_body="") & ~Q(outside_number="") & Q(outside_on__isnull=False),
                name="decision_outside_is_complete",
            ),
        ]

    def __str__(self):
        return f"{self.step_label} {self.get_verdict_display()}"

    @property
    def who(self):
        """Who acted, in words: 甲, 甲（代乙）, or the system itself."""
        if self.actor_id is None:
            return "系统"
        if self.meeting_id:
            return self.meeting.body_label
        return f"{self.actor}（代{self.on_behalf_of}）" if self.on_behalf_of_id else str(self.actor)

    @property
    def code(self):
        """The short code of the content that this decision saw, as printed on the paper."""
        return short_code(self.digest)

    @property
    def meeting_words(self):
        """Which meeting decided, on which day, in words, empty where no body did."""
        if not self.meeting_id:
            return ""
        day = self.meeting.held_on
        return f"{self.meeting}，{day.year}年{day.month}月{day.day}日"

    @property
    def outside_words(self):
        """The filing outside the institution in words, empty where there is none."""
        if not self.outside_body:
            return ""
        day = self.outside_on
        return f"已报{self.outside_body}备案，文号：{self.outside_number}，日期：{day.year}年{day.month}月{day.day}日"
