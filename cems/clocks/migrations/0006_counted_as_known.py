from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

OPEN = Q(stage__in=["running", "warned", "breached", "paused"])


class Migration(migrations.Migration):
    """What the counts of every page ask, now also whom a clock is about; nobody waits while the indexes are built."""

    atomic = False
    dependencies = [("clocks", "0005_transition_reopened")]

    operations = [
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                fields=["owner_user", "due_at"],
                include=["id", "stage", "child"],
                condition=OPEN,
                name="clock_open_user",
            ),
        ),
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                fields=["owner_team", "due_at"],
                include=["id", "stage", "child"],
                condition=OPEN,
                name="clock_open_team",
            ),
        ),
        RemoveIndexConcurrently(model_name="clock", name="clock_open_of_user"),
        RemoveIndexConcurrently(model_name="clock", name="clock_open_of_team"),
    ]
