import uuid

from django.db import migrations


def name_the_steps(apps, schema_editor):
    """Give every step a key of its own, the same for a step that several versions of a power have in the same words."""
    steps = apps.get_model("registers", "ProcessStep").objects.order_by("power_item__series", "power_item", "position")
    posts = {}
    for post in apps.get_model("registers", "Post").objects.filter(closed_on=None).order_by("-code"):
        posts[post.unit_id, post.name] = post.pk
    series, keys, taken, changed = None, {}, set(), []
    for step in steps.select_related("power_item").iterator(chunk_size=2000):
        if step.power_item.series != series:
            series, keys = step.power_item.series, {}
        name = (step.post_name, step.procedure)
        key = keys.setdefault(name, uuid.uuid4())
        if (step.power_item_id, key) in taken:  # the same words twice in one process
            key = uuid.uuid4()
        taken.add((step.power_item_id, key))
        step.key, step.post_id = key, posts.get((step.power_item.unit_id, step.post_name))
        changed.append(step)
    apps.get_model("registers", "ProcessStep").objects.bulk_update(changed, ["key", "post"], batch_size=500)


def place_the_points(apps, schema_editor):
    """Place points on the power that has the name they give, where exactly one power of their unit has it.

    ``manage.py place_points`` lists what is left.
    """
    powers, points = apps.get_model("registers", "PowerItem"), apps.get_model("registers", "RiskPoint")
    named = {}
    for unit, name, series in powers.objects.filter(in_force_from__isnull=False, in_force_until=None).values_list(
        "unit_id", "name", "series"
    ):
        named.setdefault((unit, name.strip()), []).append(series)
    changed = []
    for point in points.objects.filter(in_force_until=None).exclude(power_item="").iterator(chunk_size=2000):
        found = named.get((point.unit_id, point.power_item.strip()), [])
        if len(found) == 1:
            point.power_series = found[0]
            changed.append(point)
    points.objects.bulk_update(changed, ["power_series"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0008_steps_and_places"),
    ]

    operations = [
        migrations.RunPython(name_the_steps, migrations.RunPython.noop),
        migrations.RunPython(place_the_points, migrations.RunPython.noop),
    ]
