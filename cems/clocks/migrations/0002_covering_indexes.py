from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

OPEN = Q(stage__in=["running", "warned", "breached", "paused"])


class Migration(migrations.Migration):
    """Indexes that answer by themselves; the table may be large, so nobody waits while they are built."""

    atomic = False
    dependencies = [("clocks", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(fields=["reference"], name="clock_of_reference"),
        ),
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                fields=["owner_user", "due_at"],
                include=["id", "stage"],
                condition=OPEN,
                name="clock_open_of_user",
            ),
        ),
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                fields=["owner_team", "due_at"],
                include=["id", "stage"],
                condition=OPEN,
                name="clock_open_of_team",
            ),
        ),
        RemoveIndexConcurrently(model_name="clock", name="clock_of_user"),
        RemoveIndexConcurrently(model_name="clock", name="clock_of_team"),
    ]
