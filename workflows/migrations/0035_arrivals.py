"""A role that a sheet has reached is an arrival: custody is what a rule book lets a role keep of the register."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workflows", "0034_noted_on_measures")]

    operations = [
        migrations.RenameModel("Custody", "Arrival"),
        migrations.AlterField(
            "arrival",
            "submission",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="arrivals", to="workflows.submission"
            ),
        ),
        migrations.RemoveConstraint("arrival", "custody_once_per_role"),
        migrations.AddConstraint(
            "arrival", models.UniqueConstraint(fields=["submission", "role"], name="arrival_once_per_role")
        ),
    ]
