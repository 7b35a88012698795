import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0028_several_responsible")]

    operations = [
        migrations.AddField(
            model_name="plannedchange",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="planned_changes",
                to=settings.AUTH_USER_MODEL,
                verbose_name="人员",
            ),
        ),
    ]
