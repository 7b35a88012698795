"""Messages, reminders that were sent, and the channels that people choose."""

from datetime import time

from django.db import models
from django.db.models import F, Q

from registers.access import ScopedQuerySet

DIGEST = "digest"  # a day's reminders
NEWS = "news"  # on a day without reminders: a mail that lists the new messages, which the inbox holds one by one
QUIET_FROM, QUIET_UNTIL = time(22), time(7)


class Notification(models.Model):
    """One message to one person (消息), inbox row and outbox row in one.

    ``key`` makes it unique per recipient, so a job that runs again adds nothing. Mail goes out after the row is
    committed: while ``mailed_at`` is None and ``mail_attempts`` is below the limit, a mail is still owed.
    ``mail_error`` says why the last try failed, and no other is made before ``mail_next_at``.
    ``mail_dropped``: it was settled without a mail, because nothing in it was left to do or its recipient wants none.
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
    mail_next_at = models.DateTimeField(null=True)
    mail_error = models.CharField(max_length=60, blank=True)
    mail_dropped = models.BooleanField(default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], name="notification_inbox"),
            models.Index(fields=["created_at"], condition=Q(mailed_at=None), name="notification_owed"),
            # A page that is asked every minute must not read all messages to find that none has failed.
            models.Index(
                fields=["created_at"], condition=Q(mailed_at=None) & ~Q(mail_error=""), name="notification_failed"
            ),
        ]

    def __str__(self):
        return self.text


class Reminder(models.Model):
    """One line of somebody's digest (提醒): a submission at one step and round, and its deadline.

    ``moment``: working days from the deadline, negative before it. ``day``: the day of the digest. ``heard_as``: the
    role in which a superior hears of somebody else's delay, empty for who has to act. These rows keep anything from
    being reminded of twice; the words are made from the submission when the digest is read.
    """

    recipient = models.ForeignKey("registers.User", models.CASCADE, related_name="reminders", db_index=False)
    submission = models.ForeignKey("workflows.Submission", models.CASCADE, related_name="reminders", db_index=False)
    step = models.CharField(max_length=40)
    round = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    moment = models.SmallIntegerField()
    day = models.DateField()
    heard_as = models.CharField(max_length=20, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            # In this order the index also serves the daily job, which reads the reminders of some days from a moment on.
            models.UniqueConstraint(
                fields=["due_on", "moment", "submission", "step", "round", "recipient"], name="reminder_once"
            ),
        ]
        indexes = [models.Index(fields=["recipient", "day"], name="reminder_digest")]

    def __str__(self):
        return f"{self.submission_id} {self.moment:+d} {self.recipient_id}"


class DailyRun(models.Model):
    """A daily job on one day (每日任务).

    The row is made and locked before the work, in the same transaction, so the work is done once.
    """

    kind = models.CharField(max_length=20)
    day = models.DateField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="daily_run_once")]

    def __str__(self):
        return f"{self.kind} {self.day}"


class ChoiceQuerySet(ScopedQuerySet):
    """Channel choices of people."""

    def quiet_at(self, hour):
        """Keep the choices whose quiet hours include the time of day ``hour``.

        The end itself is no longer quiet, and quiet hours may run over midnight.
        """
        begun, not_over = Q(quiet_from__lte=hour), Q(quiet_until__gt=hour)
        within_a_day, over_midnight = Q(quiet_from__lt=F("quiet_until")), Q(quiet_from__gt=F("quiet_until"))
        return self.filter(within_a_day & begun & not_over | over_midnight & (begun | not_over))


class ChannelChoice(models.Model):
    """The channels a person wants besides the inbox (消息设置).

    Who has no row is treated by the defaults of the fields.
    """

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
