"""A notice keeps which columns it shows; those before showed category, content and grade."""

from django.db import migrations, models

SHOWN = [["category", "风险类别"], ["content", "风险内容"], ["grade", "风险等级"]]


def as_they_were(apps, schema_editor):
    for notice in apps.get_model("workflows", "PublicityNotice").objects.iterator():
        told = any(item.get("content") for item in notice.items)
        notice.columns = [column for column in SHOWN if told or column[0] != "content"]
        notice.save(update_fields=["columns"])


class Migration(migrations.Migration):
    dependencies = [("workflows", "0018_findings")]

    operations = [
        migrations.AddField("publicitynotice", "columns", models.JSONField(default=list)),
        migrations.RunPython(as_they_were, migrations.RunPython.noop),
    ]
