from django.db import migrations, models


class Migration(migrations.Migration):
    """An index on the few points that wait to be placed on a power."""

    dependencies = [("registers", "0031_domain_charges")]

    operations = [
        migrations.AddIndex(
            model_name="riskpoint",
            index=models.Index(
                condition=models.Q(
                    ("in_force_from__isnull", False),
                    ("in_force_until", None),
                    ("power_series", None),
                    models.Q(("power_item", ""), _negated=True),
                ),
                fields=["unit"],
                name="risk_point_in_doubt",
            ),
        ),
    ]
