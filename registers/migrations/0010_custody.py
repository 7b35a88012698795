import django.db.models.deletion
from django.db import migrations, models

KEEPERS = ("leader_in_charge", "office", "school_group", "party_committee")


def keep_as_before(apps, schema_editor):
    """Let the versions on record say what held before.

    Everybody above the units kept the points of units, and people's of the grades that were copied.
    """
    Scheme, Grade, Keeper = (apps.get_model("registers", name) for name in ("Scheme", "Grade", "Keeper"))
    copied = {}
    for scheme, rank in Grade.objects.filter(copied_to_office=True).order_by("rank").values_list("scheme_id", "rank"):
        copied.setdefault(scheme, []).append(rank)
    for scheme in Scheme.objects.values_list("pk", flat=True):
        kept = [("unit", None), ("school", None), *(("personal", rank) for rank in copied.get(scheme, ()))]
        Keeper.objects.bulk_create(
            Keeper(scheme_id=scheme, role=role, level=level, rank=rank) for role in KEEPERS for level, rank in kept
        )


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0009_place_points"),
    ]

    operations = [
        migrations.CreateModel(
            name="Keeper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20)),
                ("level", models.CharField(max_length=10)),
                ("rank", models.PositiveSmallIntegerField(null=True)),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keepers", to="registers.scheme"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["scheme", "role", "level"], name="keeper_of_a_level")],
            },
        ),
        migrations.RunPython(keep_as_before, migrations.RunPython.noop),
        migrations.RemoveField(model_name="grade", name="copied_to_office"),
    ]
