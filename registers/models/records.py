"""The audit chain, background jobs and the demo's clock."""

from django.db import models

from registers.access import ScopedQuerySet


class AuditEntry(models.Model):
    """One act in the audit chain (审计), tied to the entry before.

    Appended by ``registers.audit`` only; the database refuses any change. ``detail`` holds ids and digests, never form
    text.
    """

    sequence = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    acting_role = models.CharField(max_length=40, blank=True)
    act = models.CharField(max_length=60)
    about = models.CharField(max_length=80, blank=True, db_index=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-sequence"]
        # Of board and list of submissions: what their reader did lately.
        indexes = [models.Index(fields=["actor", "at"], name="audit_by_actor")]

    def __str__(self):
        return f"{self.sequence} {self.act}"


class AuditHead(models.Model):
    """The end of the audit chain: one row, locked last, so that entries never fork."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_head_single_row")]

    def __str__(self):
        return str(self.sequence)


class Job(models.Model):
    """Work that a worker does for a person, such as an export.

    Its state follows from timestamps; there is no state column. ``source``: what it works from, gone when it is done.
    ``reason``: why it was asked for, where that has to be said. ``written`` of ``expected`` rows are in its file, or lines of an
    imported file are on record, where they are counted. ``file``: where the file lies (``registers.exported``), ``file_name``:
    what its owner sees. Both are emptied when it has been kept long enough. ``content``: the file of a row that was written before
    files had a folder.
    """

    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    owner = models.ForeignKey("registers.User", models.PROTECT, related_name="jobs")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    file = models.CharField(max_length=32, blank=True)
    written = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    content = models.BinaryField(null=True)
    source = models.BinaryField(null=True)
    reason = models.CharField("导出理由", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.kind} {self.pk}"


class DemoClock(models.Model):
    """The seconds by which the demo's clock runs ahead of the real one.

    Used only where settings.DEMO is on.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    ahead_seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="demo_clock_single_row")]

    def __str__(self):
        return str(self.ahead_seconds)
