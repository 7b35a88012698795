"""Meetings of a body that decides on sheets: who was there, what was on the agenda, what was decided."""

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet


class Meeting(models.Model):
    """One meeting of a body of the scheme, or one decision that it circulates (会议、传签).

    ``body``: its code in the scheme, ``body_label`` its name there.
    ``called_at``: the members were invited, or asked to vote. ``signed_at``: the chair has signed
    the minutes over ``digest``, that of ``minutes``; from then on nothing of it changes. ``version`` counts what was changed before.
    Source: R1-21, R1-28, R3-24, R4-27.
    """

    class Form(models.TextChoices):
        HELD = "held", "会议"
        CIRCULATED = "circulated", "传签"

    campaign = models.ForeignKey("workflows.Campaign", models.CASCADE, related_name="meetings")
    body = models.CharField("决定机构", max_length=40)
    body_label = models.CharField(max_length=200)
    form = models.CharField("方式", max_length=10, choices=Form, default=Form.HELD)
    number = models.CharField("编号", max_length=40)
    held_on = models.DateField("日期")
    held_at = models.TimeField("时间", null=True)
    place = models.CharField("地点", max_length=80, blank=True)
    chair = models.ForeignKey("registers.User", models.PROTECT, related_name="+", verbose_name="主持人")
    recorder = models.ForeignKey("registers.User", models.PROTECT, related_name="+", verbose_name="记录人")
    made_at = models.DateTimeField()
    called_at = models.DateTimeField("通知时间", null=True)
    signed_at = models.DateTimeField("签署时间", null=True)
    cancelled_at = models.DateTimeField("取消时间", null=True)
    cancel_reason = models.CharField("取消原因", max_length=200, blank=True)
    minutes = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = [F("held_on").desc(), "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "body", "number"], name="meeting_number_once"),
            models.CheckConstraint(
                condition=Q(signed_at=None, digest="") | Q(signed_at__isnull=False, cancelled_at=None) & ~Q(digest=""),
                name="meeting_signed_has_digest",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancel_reason="") | Q(cancelled_at__isnull=False) & ~Q(cancel_reason=""),
                name="meeting_cancelled_has_reason",
            ),
        ]

    def __str__(self):
        return f"{self.body_label}{self.number}{self.get_form_display()}"

    @property
    def rules(self):
        """The body in the rule book: who sits in it, and how many must be there and agree."""
        return self.campaign.scheme.rules.bodies[self.body]

    @property
    def circulates(self):
        """Whether the members vote on the page, without meeting."""
        return self.form == self.Form.CIRCULATED

    @property
    def is_open(self):
        """Whether it is neither signed nor cancelled."""
        return self.signed_at is None and self.cancelled_at is None

    @property
    def state_label(self):
        """How far it has come, in words."""
        if self.cancelled_at:
            return "已取消"
        if self.signed_at:
            return "已签署"
        return ("表决中" if self.circulates else "已通知") if self.called_at else "筹备中"


class MeetingSeat(models.Model):
    """One member of the body at one meeting (应到), and whether he came (实到)."""

    class Mark(models.TextChoices):
        UNKNOWN = "", "未登记"
        PRESENT = "present", "出席"
        EXCUSED = "excused", "请假"
        ABSENT = "absent", "缺席"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="seats")
    user = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    mark = models.CharField("出席情况", max_length=8, choices=Mark, default=Mark.UNKNOWN, blank=True)

    class Meta:
        ordering = ["user__sort_key", "user"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="meeting_seat_once"),
            models.CheckConstraint(
                condition=Q(mark__in=["", "present", "excused", "absent"]), name="meeting_seat_mark_declared"
            ),
        ]

    def __str__(self):
        return f"{self.user} {self.get_mark_display()}"


class MeetingItem(models.Model):
    """One item of an agenda: a sheet, or a matter of another kind with a title of its own (议题).

    ``seen_version``: the version of the sheet that was put on the agenda. ``outcome``: what the meeting decided, empty until then;
    ``grades`` maps entry key → [grade code, reason], ``returned`` entry key → words. ``avoiding``: ids of the members who keep out
    besides those whom the sheet concerns. ``supplied``: code of a document that the scheme asks for → id of the attachment.
    ``result``: what came of it once the minutes were signed, with ``result_words``.
    """

    class Outcome(models.TextChoices):
        OPEN = "", "未定"
        AGREE = "agree", "同意"
        RETURN = "return", "退回"
        PUT_OFF = "put_off", "缓议"

    class Result(models.TextChoices):
        OPEN = "", "未办理"
        DONE = "done", "已办理"
        FAILED = "failed", "未能办理"
        NONE = "none", "无须办理"  # put off, or no sheet

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    submission = models.ForeignKey("workflows.Submission", models.PROTECT, null=True, related_name="meeting_items")
    seen_version = models.PositiveIntegerField(default=0)
    title = models.CharField("议题", max_length=120, blank=True)
    words = models.TextField("审议意见", blank=True)
    outcome = models.CharField("结论", max_length=8, choices=Outcome, default=Outcome.OPEN, blank=True)
    redo_on = models.DateField("限期", null=True)
    grades = models.JSONField(default=dict)
    returned = models.JSONField(default=dict)
    avoiding = models.JSONField(default=list)
    against = models.PositiveSmallIntegerField("反对", default=0)
    abstained = models.PositiveSmallIntegerField("弃权", default=0)
    attachments = models.ManyToManyField("workflows.Attachment", related_name="meeting_items", verbose_name="会前材料")
    supplied = models.JSONField(default=dict)
    result = models.CharField("办理结果", max_length=8, choices=Result, default=Result.OPEN, blank=True)
    result_words = models.TextField(blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "submission"], name="meeting_item_once_per_sheet"),
            models.CheckConstraint(
                condition=Q(submission__isnull=False) | ~Q(title=""), name="meeting_item_has_a_subject"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="return") | ~Q(words="") & Q(redo_on__isnull=False),
                name="meeting_item_returned_with_reason_and_day",
            ),
        ]

    def __str__(self):
        return self.title or str(self.submission)


class MeetingBallot(models.Model):
    """One member's vote on one item of a circulated decision, as he gave it himself (传签)."""

    class Vote(models.TextChoices):
        AGREE = "agree", "同意"
        AGAINST = "against", "不同意"
        ABSTAIN = "abstain", "弃权"

    item = models.ForeignKey(MeetingItem, models.CASCADE, related_name="ballots")
    member = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    vote = models.CharField("表决", max_length=8, choices=Vote)
    words = models.TextField("意见", blank=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["item", "member"], name="meeting_ballot_once"),
            models.CheckConstraint(
                condition=Q(vote__in=["agree", "against", "abstain"]), name="meeting_ballot_vote_declared"
            ),
            models.CheckConstraint(
                condition=~Q(vote="against") | ~Q(words=""), name="meeting_ballot_against_has_words"
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_vote_display()}"
