from django.db import migrations


def enrol_units_of_running_campaigns(apps, schema_editor):
    """Every unit that has a sheet takes part, and in a running campaign all units there are: until now everybody did."""
    Campaign, Enrolment = apps.get_model("workflows", "Campaign"), apps.get_model("workflows", "Enrolment")
    Submission, Unit = apps.get_model("workflows", "Submission"), apps.get_model("registers", "Unit")
    for campaign in Campaign.objects.all():
        units = set(Submission.objects.filter(task__campaign=campaign).values_list("unit_id", flat=True))
        if campaign.state == "open":
            units |= set(Unit.objects.filter(closed_on=None).values_list("pk", flat=True))
        Enrolment.objects.bulk_create(
            Enrolment(campaign=campaign, unit_id=unit, enrolled_on=campaign.opened_at.date()) for unit in units
        )


class Migration(migrations.Migration):
    dependencies = [("workflows", "0004_the_year_run")]

    operations = [migrations.RunPython(enrol_units_of_running_campaigns, migrations.RunPython.noop)]
