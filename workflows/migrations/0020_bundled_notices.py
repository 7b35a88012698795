"""A notice bundles sheets, is drafted by one person and released by another; an objection may name a row."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import deletion

USER = {"null": True, "related_name": "+", "to": settings.AUTH_USER_MODEL, "on_delete": deletion.PROTECT}


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0013_several_heads_and_leaders"),
        ("workflows", "0019_columns_of_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("publicitynotice", "notice_once_per_round_and_day"),
        migrations.RemoveConstraint("objection", "objection_once_per_person"),
        migrations.AddField(
            "publicitynotice",
            "task",
            models.ForeignKey("workflows.campaigntask", deletion.CASCADE, null=True, related_name="notices"),
        ),
        migrations.AddField("publicitynotice", "step", models.CharField(default="", max_length=40), False),
        migrations.AddField("publicitynotice", "drafted_by", models.ForeignKey(**USER)),
        migrations.AddField("publicitynotice", "drafted_at", models.DateTimeField(null=True)),
        migrations.AddField("publicitynotice", "released_by", models.ForeignKey(**USER)),
        migrations.AddField("publicitynotice", "released_at", models.DateTimeField(null=True)),
        migrations.AddField("publicitynotice", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.AddField("publicitynotice", "withdrawn_by", models.ForeignKey(**USER)),
        migrations.AddField(
            "publicitynotice",
            "withdrawn_why",
            models.TextField(blank=True, default="", verbose_name="撤回原因"),
            preserve_default=False,
        ),
        migrations.AddField(
            "publicitynotice",
            "follows",
            models.ForeignKey("workflows.publicitynotice", deletion.SET_NULL, null=True, related_name="repeated_by"),
        ),
        migrations.AlterField("publicitynotice", "title", models.CharField(max_length=160, verbose_name="标题")),
        migrations.AlterField("publicitynotice", "starts_on", models.DateField(null=True, verbose_name="公示开始")),
        migrations.AlterField("publicitynotice", "ends_on", models.DateField(null=True, verbose_name="公示截止")),
        migrations.CreateModel(
            "NoticeSheet",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("version", models.PositiveIntegerField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("ended", models.BooleanField(default=False)),
                ("outcome", models.CharField(blank=True, max_length=200, verbose_name="公示结果")),
                (
                    "notice",
                    models.ForeignKey("workflows.publicitynotice", deletion.CASCADE, related_name="bundled"),
                ),
                (
                    "submission",
                    models.ForeignKey("workflows.submission", deletion.CASCADE, related_name="notice_sheets"),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.AddField("objection", "row", models.PositiveIntegerField(default=0, verbose_name="对哪一项")),
        migrations.AddField(
            "objection",
            "submission",
            models.ForeignKey("workflows.submission", deletion.CASCADE, null=True, related_name="objections"),
        ),
        migrations.AddField(
            "objection",
            "finding",
            models.CharField(
                blank=True,
                choices=[
                    ("rejected", "不成立"),
                    ("partly", "部分成立"),
                    ("upheld", "成立"),
                    ("elsewhere", "不属受理范围"),
                ],
                default="",
                max_length=10,
                verbose_name="处理结论",
            ),
            preserve_default=False,
        ),
    ]
