from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("usage", "0005_fewer_indexes")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE usage_call_no AS integer CYCLE", "DROP SEQUENCE usage_call_no"),
        migrations.AddField(
            model_name="usagekey",
            name="record_no",
            field=models.IntegerField(help_text="Of a call that came by itself; null for those of a file.", null=True),
        ),
    ]
