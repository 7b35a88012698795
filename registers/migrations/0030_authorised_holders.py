from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registers", "0029_planned_moves")]

    operations = [
        migrations.AddField(
            model_name="post",
            name="authorised",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="核定职数"),
        ),
    ]
