"""What people are told, once: messages, the ledger of reminders, and how each wants to hear."""

from datetime import time

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet

DIGEST = "digest"  # a day's reminders
NEWS = "news"  # a mail of what is new on a day without reminders; the inbox has it as it is
QUIET_FROM, QUIET_UNTIL = time(22), time(7)


class Notification(models.Model):
    """One message to one person (消息): inbox row and outbox row in one.

    ``key`` makes it unique per recipient, so a job that runs again adds nothing. Mail goes out after the row
    is committed; ``mailed_at`` None and ``mail_attempts`` below the limit means it is still owed. ``mail_dropped``: it was
    settled without a mail, because nothing in it was left to do or its recipient wants none.
    """

    recipient = models.ForeignKey("registers.User", models.CASCADE, related_name="notifications")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    submission = models.ForeignKey("workflows.Submission", models.CASCADE, null=True, related_name="notifications")
    text = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_claimed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    mail_dropped = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notification_inbox"),
            models.Index(fields=["created_at"], condition=Q(mailed_at=None), name="notification_owed"),
        ]

    def __str__(self):
        return self.text


class Reminder(models.Model):
    """One line of somebody's digest (提醒): which sheet, at which step and round, due when, and how near or past that was.

    ``point``: working days from the deadline at which it is due, negative before. ``day``: the day of the digest it stands in.
    ``heard_as``: the role in which a superior hears of somebody else's delay; empty for whoever has to act. The ledger that
    keeps anything from being reminded twice; what is said is made from the sheet when it is read.
    """

    recipient = models.ForeignKey("registers.User", models.CASCADE, related_name="reminders", db_index=False)
    submission = models.ForeignKey("workflows.Submission", models.CASCADE, related_name="reminders", db_index=False)
    step = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    point = models.SmallIntegerField()
    day = models.DateField()
    heard_as = models.CharField(max_length=20, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            # In this order it also answers the nightly job: what has been said of these days from this point on.
            models.UniqueConstraint(
                fields=["due_on", "point", "submission", "step", "round", "recipient"], name="reminder_once"
            ),
        ]
        indexes = [models.Index(fields=["recipient", "day"], name="reminder_digest")]

    def __str__(self):
        return f"{self.submission_id} {self.point:+d} {self.recipient_id}"


class DailyRun(models.Model):
    """The work of a day that is done once (每日任务). The row is made and locked before the work, in the same transaction."""

    kind = models.CharField(max_length=20)
    day = models.DateField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="daily_run_once")]

    def __str__(self):
        return f"{self.kind} {self.day}"


class ChoiceQuerySet(ScopedQuerySet):
    """Choices of people."""

    def quiet_at(self, hour):
        """Those whose quiet hours the time of day ``hour`` falls into; the end is no longer quiet, and may lie after midnight."""
        begun, not_over = Q(quiet_from__lte=hour), Q(quiet_until__gt=hour)
        within_a_day, over_midnight = Q(quiet_from__lt=F("quiet_until")), Q(quiet_from__gt=F("quiet_until"))
        return self.filter(within_a_day & begun & not_over | over_midnight & (begun | not_over))


class ChannelChoice(models.Model):
    """How a person wants to hear of things besides the inbox (消息设置); who has none gets what the fields' defaults say."""

    class Mail(models.TextChoices):
        DAILY = "daily", "每天一封"
        EACH = "each", "逐条发送"
        OFF = "off", "不发邮件"

    user = models.OneToOneField(
        "registers.User", models.CASCADE, primary_key=True, related_name="channel_choice", verbose_name="人员"
    )
    mail = models.CharField("邮件", max_length=10, choices=Mail, default=Mail.DAILY)
    quiet_from = models.TimeField("免打扰开始", default=QUIET_FROM)
    quiet_until = models.TimeField("免打扰结束", default=QUIET_UNTIL)
    robot = models.BooleanField("群机器人可提及我的姓名", default=False)

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mail__in=["daily", "each", "off"]), name="channel_choice_mail_declared")
        ]

    def __str__(self):
        return f"{self.user} {self.get_mail_display()}"
