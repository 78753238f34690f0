import django.contrib.postgres.functions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_time_bands")]

    operations = [
        migrations.AddField(
            model_name="destinationtable",
            name="revision",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(),
                editable=False,
                help_text="Another one after each change of its rates or bands: sql/01_revisions.sql.",
            ),
        ),
    ]
