from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0032_points_in_doubt")]

    operations = [
        migrations.AddField(model_name="importedfile", name="plan", field=models.JSONField(null=True)),
        migrations.AddField(model_name="importedfile", name="basis", field=models.CharField(default="", max_length=64)),
        migrations.AlterField(
            model_name="importedfile",
            name="progress",
            field=models.JSONField(default=dict, verbose_name="进度"),
        ),
    ]
