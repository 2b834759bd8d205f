"""Finding what is unread about one promise, once the promise is kept."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("notices", "0001_initial"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True)),
                fields=["key"],
                name="notice_unread_about",
                opclasses=["text_pattern_ops"],
            ),
        ),
    ]
