from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The few sealed records, which every page's counts leave out; nobody waits while the index is built."""

    atomic = False
    dependencies = [("children", "0019_former_value")]

    operations = [
        AddIndexConcurrently(
            model_name="child",
            index=models.Index(fields=["id"], condition=Q(sealed_at__isnull=False), name="child_sealed"),
        ),
    ]
