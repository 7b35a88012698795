"""An institution that has a campaign already follows the rule book of its latest one."""

from django.db import migrations


def follow_latest_campaign(apps, schema_editor):
    campaigns = apps.get_model("workflows", "Campaign").objects.order_by("-year", "-pk").select_related("scheme")
    for root in apps.get_model("registers", "Unit").objects.filter(parent=None, scheme_slug=""):
        latest = campaigns.filter(institution=root).first()
        if latest is not None:
            root.scheme_slug = latest.scheme.slug
            root.save(update_fields=["scheme_slug"])


class Migration(migrations.Migration):
    dependencies = [
        ("registers", "0004_scheme_desk"),
        ("workflows", "0002_scheme_variety"),
    ]

    operations = [migrations.RunPython(follow_latest_campaign, migrations.RunPython.noop)]
