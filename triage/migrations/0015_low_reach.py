from django.db import migrations


def reach_again(apps, schema_editor):
    """What nobody has looked at ends no more by itself: it stands on CEVT's list again, and opens what it opened."""
    low_matrices = apps.get_model("triage", "LowMatrix").objects.filter(ended_at__isnull=True)
    rows = apps.get_model("children", "Child").plain.filter(pk__in=low_matrices.values("child"))
    waiting = {pk for pair in rows.values_list("pk", "merged_into") for pk in pair if pk}
    no_end = apps.get_model("children", "Matter")._meta.get_field("until").get_default()
    matters = apps.get_model("children", "Matter").objects
    matters.filter(child__in=waiting, kind="low", closed_at__isnull=True).update(until=no_end)


class Migration(migrations.Migration):

    dependencies = [
        ('children', '0019_former_value'),
        ('triage', '0014_low_looked_at'),
    ]

    operations = [
        migrations.RunPython(reach_again, migrations.RunPython.noop),
    ]
