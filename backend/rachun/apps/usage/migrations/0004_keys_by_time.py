import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("usage", "0003_priced_runs")]

    operations = [
        migrations.AlterField(
            model_name="usagekey",
            name="source",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="usage.usagesource",
            ),
        ),
        migrations.AlterField(
            model_name="usagekey",
            name="key_hash",
            field=models.UUIDField(help_text="The second it began and 96 bits of the record key's SHA-256."),
        ),
        migrations.AddIndex(
            model_name="usagekey",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["load_key"], name="usage_key_batch", pages_per_range=32
            ),
        ),
    ]
