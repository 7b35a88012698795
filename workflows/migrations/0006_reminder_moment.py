from django.db import migrations, models

FIELDS = ["submission", "step", "round", "recipient"]


class Migration(migrations.Migration):
    """Rename ``Reminder.point``: the number of working days from a deadline is called a moment everywhere else."""

    dependencies = [("workflows", "0005_enrol_units")]

    operations = [
        migrations.RemoveConstraint("reminder", "reminder_once"),
        migrations.RenameField("reminder", "point", "moment"),
        migrations.AddConstraint(
            "reminder",
            models.UniqueConstraint(fields=["due_on", "moment", *FIELDS], name="reminder_once"),
        ),
    ]
