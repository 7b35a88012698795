"""Every measure keeps what the latest note on it says."""

from django.db import migrations
from django.db.models import Exists, OuterRef, Subquery


def keep_noted(apps, schema_editor):
    measures = apps.get_model("registers", "ControlMeasure").objects
    notes = apps.get_model("workflows", "MeasureProgress").objects.filter(measure=OuterRef("pk"))
    latest = notes.order_by("-at", "-pk").values("state")[:1]
    measures.filter(Exists(notes.order_by())).update(noted=Subquery(latest))


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0020_kept"),
        ("workflows", "0001_squashed_0033_contests_and_visits"),
    ]

    operations = [migrations.RunPython(keep_noted, migrations.RunPython.noop)]
