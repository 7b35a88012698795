from django.db import migrations
from django.db.models import F

VERSIONED = ("RiskPoint", "PowerItem", "ControlMeasure", "PostGrade")


def name_the_bases(apps, schema_editor):
    """Let every version name the one before it in its series, and every proposal the one that is in force."""
    for name in VERSIONED:
        model = apps.get_model("registers", name)
        rows = model.objects.order_by("series", F("in_force_from").asc(nulls_last=True), "pk")
        series, last, changed = None, None, []
        for row in rows.only("pk", "series", "in_force_from", "in_force_until").iterator(chunk_size=2000):
            if row.series != series:
                series, last = row.series, None
            row.base_id = last.pk if last is not None and (row.in_force_from or last.in_force_until is None) else None
            if row.base_id:
                changed.append(row)
            if row.in_force_from:
                last = row
        model.objects.bulk_update(changed, ["base"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0006_base_of_versions"),
    ]

    operations = [
        migrations.RunPython(name_the_bases, migrations.RunPython.noop),
    ]
