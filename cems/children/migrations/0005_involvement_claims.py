from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The few involvements that wait for an answer, among all there ever were."""

    atomic = False
    dependencies = [("children", "0004_deaths")]

    operations = [
        AddIndexConcurrently(
            model_name="involvement",
            index=models.Index(
                fields=["recorded_at"],
                condition=Q(state="claimed", ended_at__isnull=True),
                name="involvement_claims",
            ),
        ),
    ]
