"""Every measure keeps what the latest note on it says."""

from django.db import migrations
from django.db.models import Exists, Max, OuterRef, Subquery

BATCH = 20_000  # rows of a statement: a database of many years has a limit of time on each


def keep_noted(apps, schema_editor):
    measures = apps.get_model("registers", "ControlMeasure").objects
    notes = apps.get_model("workflows", "MeasureProgress").objects.filter(measure=OuterRef("pk"))
    latest = notes.order_by("-at", "-pk").values("state")[:1]
    last = measures.aggregate(last=Max("pk"))["last"] or 0
    for start in range(0, last, BATCH):
        some = measures.filter(Exists(notes.order_by()), pk__gt=start, pk__lte=start + BATCH)
        some.update(noted=Subquery(latest))


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_squashed_0033_contests_and_visits"), ("registers", "0020_kept")]

    operations = [migrations.RunPython(keep_noted, migrations.RunPython.noop)]
