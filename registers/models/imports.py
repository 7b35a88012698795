"""Files that are being taken over, and what their columns are."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet


class ImportedFile(models.Model):
    """A file that a registrar has uploaded (导入), from its upload until it is accepted or dropped.

    After that it says what it brought.
    ``book``: its cells without the columns that are never read, None once nobody needs them; the file itself is not kept.
    ``compared``: what pages show of the comparison with what is on record; ``plan`` is what its acceptance needs besides, where it
    counts for as long as ``basis`` is the digest of what is on record. ``digest`` is of the file, ``rows_digest`` of its
    cells. ``columns``, ``answers`` and ``ticks`` are what the registrar said: column → field, question → answer, line →
    whether it counts. A large file is read by a worker: until then its ``shape`` is empty, and ``progress`` says how many rows
    are "read" and "compared", or why it was given up ("error"). While a worker takes it over, ``progress`` says how many rows are
    compared anew, and whether it is "writing". One file may hold several kinds: it is staff until it is
    read, then each kind in turn is a row of its own, and ``following`` are those to come. Its state follows from timestamps.
    """

    class Kind(models.TextChoices):
        PEOPLE = "people", "人员"
        UNITS = "units", "单位"
        POSTS = "posts", "岗位"
        ROLES = "roles", "角色任职"
        POWERS = "powers", "权力事项"
        REGULATIONS = "regulations", "制度"
        LEDGERS = "ledgers", "历史台账"
        STAFF = "staff", "单位、人员、岗位和角色"

    kind = models.CharField("内容", max_length=20, choices=Kind)
    owner = models.ForeignKey("registers.User", models.PROTECT, related_name="imported_files")
    file_name = models.CharField("文件名", max_length=120)
    digest = models.CharField(max_length=64)
    rows_digest = models.CharField(max_length=64)
    shape = models.CharField(max_length=64)
    book = models.JSONField(null=True)
    compared = models.JSONField(null=True)
    columns = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    ticks = models.JSONField(default=dict)
    effective_on = models.DateField("生效日期")
    uploaded_at = models.DateTimeField("上传时间")
    accepted_at = models.DateTimeField("导入时间", null=True)
    dropped_at = models.DateTimeField("放弃时间", null=True)
    result = models.JSONField(default=dict)
    plan = models.JSONField(null=True)
    basis = models.CharField(max_length=64, default="")
    progress = models.JSONField("进度", default=dict)
    following = models.JSONField("接着导入", default=list)
    version = models.PositiveIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "导入"
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(dropped_at=None), name="imported_file_accepted_or_dropped"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def is_open(self):
        """Whether it waits for its registrar."""
        return self.accepted_at is None and self.dropped_at is None

    @property
    def is_being_read(self):
        """Whether it waits for a worker to read and compare it."""
        return self.is_open and not self.shape


class ColumnMemory(models.Model):
    """What the columns of files of one shape are, as somebody corrected it by hand: column → field."""

    kind = models.CharField(max_length=20, choices=ImportedFile.Kind)
    shape = models.CharField(max_length=64)
    columns = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "shape"], name="column_memory_once")]

    def __str__(self):
        return f"{self.kind} {self.shape[:8]}"
