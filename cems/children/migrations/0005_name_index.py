from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """In place of the index that goes with the constraint `childname_once`."""

    atomic = False

    dependencies = [
        ("children", "0004_students"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="childname",
            index=models.Index(fields=["child", "search_key"], name="childname_of_child"),
        ),
    ]
