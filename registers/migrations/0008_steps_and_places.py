import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0007_name_the_bases"),
    ]

    operations = [
        migrations.AddField("processstep", "key", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
        migrations.AddField(
            "processstep",
            "post",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="process_steps",
                to="registers.post",
            ),
        ),
        migrations.AddField(
            "processstep",
            "checked_by",
            models.CharField(blank=True, max_length=60, verbose_name="监督制约（由谁复核）"),
        ),
        migrations.AddField(
            "processstep",
            "complaint_channel",
            models.CharField(blank=True, max_length=200, verbose_name="投诉举报途径"),
        ),
        migrations.AddField("processstep", "following", models.JSONField(default=list, verbose_name="下一步")),
        migrations.AddField(
            "riskpoint", "power_series", models.UUIDField(db_index=True, null=True, verbose_name="所属权力")
        ),
        migrations.AddField("riskpoint", "step", models.CharField(blank=True, max_length=300, verbose_name="所在步骤")),
        migrations.AddField("riskpoint", "step_key", models.UUIDField(null=True, verbose_name="所在步骤（标识）")),
    ]
