"""Where the file of a job lies, and how many of its rows are written.

Files of before stay in their rows until their days are over.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0022_keep_point_counts")]

    operations = [
        migrations.AddField("job", "file", models.CharField(blank=True, max_length=32)),
        migrations.AddField("job", "written", models.PositiveIntegerField(default=0)),
        migrations.AddField("job", "expected", models.PositiveIntegerField(default=0)),
    ]
