from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("usage", "0009_rerating")]

    operations = [
        migrations.CreateModel(
            name="SealedHolder",
            fields=[("holder_id", models.UUIDField(primary_key=True, serialize=False))],
        ),
    ]
