"""Files that people hand in."""

from django.db import models

from registers.access import ScopedQuerySet


class AttachmentQuerySet(ScopedQuerySet):
    """Querysets of files."""

    def without_content(self):
        """Leave the bytes out: lists show everything else."""
        return self.defer("content")


class Attachment(models.Model):
    """A file that somebody handed in (附件). Never changed afterwards.

    It belongs to a submission, an activity, a document to read, a note or check on a measure, a finding or its rectification, a line
    of an assessment, what a unit contests of it or of a ranking, a step of a warning, an objection or a clue (from the public door
    nobody has uploaded it, and the moment is the beginning of the day), a notice or a publication. Its bytes are in the database: one
    backup holds everything, and a file is there exactly when its row is. Who may read what it belongs to may read the file
    (``workflows.policies.attachments``). Source: R3-36, R4-26.
    """

    name = models.CharField("文件名", max_length=120)
    kind = models.CharField("类型", max_length=5)
    size = models.PositiveIntegerField("大小")
    digest = models.CharField(max_length=64)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["uploaded_at", "pk"]

    def __str__(self):
        return self.name

    @property
    def size_text(self):
        """The size in KB or MB, as people read it."""
        return f"{self.size / 1048576:.1f} MB" if self.size >= 1048576 else f"{max(1, round(self.size / 1024))} KB"
