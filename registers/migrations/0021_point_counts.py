import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0020_kept")]

    operations = [
        migrations.CreateModel(
            name="PointCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.CharField(max_length=10, verbose_name="层面")),
                ("number", models.IntegerField(verbose_name="点数")),
                (
                    "final_grade",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registers.grade"
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registers.scheme"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="registers.unit"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            "riskpoint",
            models.Index(
                fields=["unit", "final_grade", "category", "level", "holder", "id"],
                condition=models.Q(in_force_from__isnull=False, in_force_until=None),
                name="risk_point_by_grade",
            ),
        ),
        migrations.AddIndex(
            "riskpoint",
            models.Index(
                fields=["in_force_until"], condition=models.Q(in_force_until__isnull=False), name="risk_point_by_end"
            ),
        ),
        migrations.AddIndex(
            "riskpoint",
            models.Index(
                fields=["in_force_from"],
                condition=models.Q(in_force_from__isnull=False, in_force_until=None),
                name="risk_point_by_start",
            ),
        ),
    ]
