"""What a notice of one sheet had is now with its sheets; what holds of a notice, the database repeats."""

from django.db import migrations, models
from django.db.models import F, Q, deletion


class Migration(migrations.Migration):
    dependencies = [("workflows", "0021_notices_of_before")]

    operations = [
        migrations.RemoveField("publicitynotice", "submission"),
        migrations.RemoveField("publicitynotice", "round"),
        migrations.AlterField(
            "publicitynotice",
            "task",
            models.ForeignKey("workflows.campaigntask", deletion.CASCADE, related_name="notices"),
        ),
        migrations.AlterField("publicitynotice", "drafted_at", models.DateTimeField()),
        migrations.AddField(
            "publicitynotice",
            "sheets",
            models.ManyToManyField("workflows.submission", through="workflows.NoticeSheet", related_name="notices"),
        ),
        migrations.AddConstraint(
            "publicitynotice",
            models.CheckConstraint(
                condition=Q(released_at=None, starts_on=None, ends_on=None)
                | Q(released_at__isnull=False, starts_on__isnull=False, ends_on__isnull=False),
                name="notice_has_days_once_released",
            ),
        ),
        migrations.AddConstraint(
            "publicitynotice",
            models.CheckConstraint(condition=~Q(released_by=F("drafted_by")), name="notice_released_by_another"),
        ),
        migrations.AddConstraint(
            "noticesheet",
            models.UniqueConstraint(fields=["submission"], condition=Q(left_at=None), name="sheet_on_one_notice"),
        ),
        migrations.AddConstraint(
            "noticesheet",
            models.UniqueConstraint(fields=["notice", "submission"], name="sheet_once_on_a_notice"),
        ),
        migrations.AddConstraint(
            "objection",
            models.UniqueConstraint(fields=["notice", "author", "row"], name="objection_once_per_person_and_row"),
        ),
    ]
