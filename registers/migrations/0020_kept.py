"""What lists ask of every measure is kept on its row.

Its rank is filled here, its latest note in 0034 of workflows. Beside it the tables of answers that are kept for a while.
"""

from django.conf import settings
from django.db import migrations, models
from django.db.models import Max, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

BATCH = 20_000  # rows of a statement: a database of many years has a limit of time on each


def keep_ranks(apps, schema_editor):
    measures = apps.get_model("registers", "ControlMeasure").objects
    points = apps.get_model("registers", "RiskPoint").objects
    open_points = points.filter(
        series=OuterRef("point_series"), in_force_from__isnull=False, in_force_until=None
    ).order_by()
    rank = Subquery(open_points.values("final_grade__rank")[:1])
    in_force = measures.filter(in_force_from__isnull=False, in_force_until=None)
    last = measures.aggregate(last=Max("pk"))["last"] or 0
    for start in range(0, last, BATCH):
        in_force.filter(pk__gt=start, pk__lte=start + BATCH).update(rank=Coalesce(rank, Value(99)))


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_squashed_0019_imported_ledgers")]

    operations = [
        migrations.AddField("controlmeasure", "noted", models.CharField(default="", editable=False, max_length=10)),
        migrations.AddField("controlmeasure", "rank", models.PositiveSmallIntegerField(default=99, editable=False)),
        migrations.RunPython(keep_ranks, migrations.RunPython.noop),
        migrations.AddIndex(
            "controlmeasure",
            models.Index(
                models.F("rank"),
                models.ExpressionWrapper(models.Q(("due_on", None)), models.BooleanField()),
                models.F("due_on"),
                models.F("unit"),
                models.F("point_series"),
                models.F("id"),
                name="measure_gravest_first",
            ),
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.CharField(max_length=20)),
                ("about", models.CharField(max_length=300)),
                ("reach", models.CharField(max_length=64)),
                ("on", models.DateField()),
                ("asked_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                ("figures", models.JSONField()),
                (
                    "reader",
                    models.ForeignKey(on_delete=models.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("what", "reader", "about"), name="kept_answer_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptRows",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("rows", models.JSONField()),
                (
                    "answer",
                    models.ForeignKey(on_delete=models.CASCADE, related_name="pages", to="registers.keptanswer"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("answer", "number"), name="kept_rows_once")],
            },
        ),
    ]
