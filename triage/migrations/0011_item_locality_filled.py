from django.db import migrations
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    """The locality that followed the child when the item came; where no matter tells it, the one of now."""
    matters = apps.get_model("children", "Matter").objects.filter(
        Q(closed_at__isnull=True) | Q(closed_at__gt=OuterRef("received_at")),
        child=OuterRef("child"),
        kind__in=("cevt", "exploitation"),
        locality__isnull=False,
        opened_at__lte=OuterRef("received_at"),
    )
    children = apps.get_model("children", "Child").plain.filter(pk=OuterRef("child"))
    of_now = children.values(place=Coalesce("merged_into__locality", "locality"))
    of_then = matters.order_by("-opened_at", "-pk").values("locality")
    apps.get_model("triage", "Item").objects.filter(locality__isnull=True).update(
        locality=Coalesce(Subquery(of_then[:1]), Subquery(of_now[:1]))
    )


class Migration(migrations.Migration):

    dependencies = [
        ('children', '0018_matter_of_low'),
        ('triage', '0010_item_locality'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
