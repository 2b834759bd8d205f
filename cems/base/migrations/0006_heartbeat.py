from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("base", "0005_form_draft")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("task", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("done_at", models.DateTimeField()),
            ],
        ),
    ]
