from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("triage", "0003_decision_newest"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="item",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["authority", "received_at"],
                name="item_open_at",
            ),
        ),
        RemoveIndexConcurrently(model_name="item", name="item_open"),
    ]
