from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0033_comparison_kept")]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["actor", "at"], name="audit_by_actor"),
        ),
        migrations.AddIndex(
            model_name="poweritem",
            index=models.Index(fields=["unit", "in_force_from", "in_force_until"], name="power_by_unit"),
        ),
    ]
