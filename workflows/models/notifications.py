"""What people are told, once."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class Notification(models.Model):
    """One message to one person (消息): inbox row and outbox row in one.

    ``key`` makes it unique per recipient, so a job that runs again adds nothing. Mail goes out after the row
    is committed; ``mailed_at`` None and ``mail_attempts`` below the limit means it is still owed.
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
