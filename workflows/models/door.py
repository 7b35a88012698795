"""What comes in by the public door besides objections: sealed names, clues, additions, and readings."""

from django.db import models
from django.db.models import Q

from registers.access import ScopedQuerySet
from registers.sealed import SealedField

ONE_OF_TWO = Q(objection__isnull=False, clue=None) | Q(objection=None, clue__isnull=False)


class Objector(models.Model):
    """Who objected by the public door and gave a name.

    Nobody sees it without saying why (``SealedReading``), and it is encrypted in the database. Of an anonymous objection there is no
    such row.
    """

    objection = models.OneToOneField("workflows.Objection", models.CASCADE, related_name="objector")
    name = SealedField("姓名（单位）", max_length=60)
    contact = SealedField("联系方式", max_length=100)

    objects = ScopedQuerySet.as_manager()

    def __str__(self):
        return f"{self.objection_id}"


class Clue(models.Model):
    """A clue (线索) to misconduct. Only whom the 纪委 has named reads it, each time with a reason.

    ``received_on``: the day, never the hour. ``notice``: the notice beside which it was sent, if any. ``name``, ``contact``: encrypted,
    and empty where it is anonymous. Of clues about leaders of the school or about the 纪委 itself no row is ever made.
    Source: R2-16.
    """

    class About(models.TextChoices):
        """Whom a clue is about."""

        STAFF = "staff", "教职工"
        HEAD = "head", "单位负责人、中层干部"
        UNIT = "unit", "某个单位或某项业务"

    class Outcome(models.TextChoices):
        """What came of a clue, as whoever sent it may know."""

        TAKEN = "taken", "已按规定受理"
        ELSEWHERE = "elsewhere", "不属受理范围"

    notice = models.ForeignKey("workflows.PublicityNotice", models.PROTECT, null=True, related_name="clues")
    about = models.CharField("反映对象", max_length=5, choices=About.choices)
    text = models.TextField("反映的情况")
    name = SealedField("姓名（单位）", max_length=60, blank=True)
    contact = SealedField("联系方式", max_length=100, blank=True)
    received_on = models.DateField()
    code_digest = models.CharField(max_length=64)
    attachments = models.ManyToManyField("workflows.Attachment", related_name="clues")
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey("registers.User", models.PROTECT, null=True, related_name="+")
    outcome = models.CharField("办理结果", max_length=9, choices=Outcome.choices, blank=True)
    answer = models.TextField("答复", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-received_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["code_digest"], name="clue_code_once"),
            models.CheckConstraint(
                condition=Q(handled_at=None, outcome="") | Q(handled_at__isnull=False) & ~Q(outcome=""),
                name="clue_handled_with_outcome",
            ),
        ]

    def __str__(self):
        return f"{self.pk} {self.received_on}"


class Addition(models.Model):
    """What somebody added to his objection or clue by its receipt code, on the day ``on``."""

    objection = models.ForeignKey("workflows.Objection", models.CASCADE, null=True, related_name="additions")
    clue = models.ForeignKey(Clue, models.CASCADE, null=True, related_name="additions")
    text = models.TextField("补充")
    on = models.DateField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=ONE_OF_TWO, name="addition_to_one_thing")]

    def __str__(self):
        return f"{self.pk} {self.on}"


class SealedReading(models.Model):
    """A reading of what is under seal: who opened an objector's name or a clue, when, and for what reason."""

    objection = models.ForeignKey("workflows.Objection", models.CASCADE, null=True, related_name="readings")
    clue = models.ForeignKey(Clue, models.CASCADE, null=True, related_name="readings")
    reader = models.ForeignKey("registers.User", models.PROTECT, related_name="+")
    reason = models.TextField("查阅事由")
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=ONE_OF_TWO, name="sealed_reading_of_one_thing"),
            models.CheckConstraint(condition=~Q(reason=""), name="sealed_reading_with_reason"),
        ]

    def __str__(self):
        return f"{self.reader_id} {self.at:%Y-%m-%d}"
