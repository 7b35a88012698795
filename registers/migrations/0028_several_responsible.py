"""Whom a measure names becomes a row of its own, which may hold several people, posts and offices.

What papers and ledgers print of a measure that names one person stays the same word.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

BATCH = 500


def name_alone(apps, schema_editor):
    """Give every person that measures name a row with him alone."""
    get = apps.get_model
    measures, sets, parties = (
        get("registers.ControlMeasure"),
        get("registers.Responsibility"),
        get("registers.ResponsibleParty"),
    )
    people = measures.objects.exclude(responsible_person=None).order_by().values_list("responsible_person", flat=True)
    people = sorted(set(people))
    made = sets.objects.bulk_create([sets(key=f"u{person}") for person in people], batch_size=BATCH)
    rows = [parties(responsibility=row, position=1, user_id=person) for row, person in zip(made, people, strict=True)]
    parties.objects.bulk_create(rows, batch_size=BATCH)
    for row, person in zip(made, people, strict=True):
        measures.objects.filter(responsible_person=person).update(responsible=row)
    # What is deferred is checked now: PostgreSQL changes no table while checks wait.
    schema_editor.connection.check_constraints()


def name_first(apps, schema_editor):
    """Let a measure name the first person of those that it names."""
    measures, parties = apps.get_model("registers.ControlMeasure"), apps.get_model("registers.ResponsibleParty")
    for row in parties.objects.exclude(user=None).order_by("-position"):
        measures.objects.filter(responsible=row.responsibility_id).update(responsible_person=row.user_id)
    schema_editor.connection.check_constraints()


class Migration(migrations.Migration):
    dependencies = [("registers", "0027_several_kinds_in_a_file")]

    operations = [
        migrations.CreateModel(
            name="Responsibility",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(editable=False, max_length=220, unique=True)),
            ],
            options={"verbose_name": "措施责任人"},
        ),
        migrations.CreateModel(
            name="ResponsibleParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.post",
                    ),
                ),
                (
                    "responsibility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parties",
                        to="registers.responsibility",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.unit",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("responsibility", "position"), name="responsible_party_position_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(user__isnull=False, post=None, unit=None)
                        | Q(user=None, post__isnull=False, unit=None)
                        | Q(user=None, post=None, unit__isnull=False),
                        name="responsible_party_is_one_thing",
                    ),
                ],
            },
        ),
        migrations.RenameField("controlmeasure", "responsible", "responsible_person"),
        migrations.AlterField(
            model_name="controlmeasure",
            name="responsible_person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="controlmeasure",
            name="responsible",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="measures",
                to="registers.responsibility",
                verbose_name="责任人",
            ),
        ),
        migrations.RunPython(name_alone, name_first),
        migrations.RemoveField("controlmeasure", "responsible_person"),
    ]
