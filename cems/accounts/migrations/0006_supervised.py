from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Whose students somebody supervises, found without locking the table of appointments."""

    atomic = False
    dependencies = [("accounts", "0005_cover")]

    operations = [
        AddIndexConcurrently(
            model_name="appointment",
            index=models.Index(
                fields=["supervisor"], condition=Q(supervisor__isnull=False), name="appointment_supervised"
            ),
        ),
    ]
