from django.db import migrations

from cems.children.identity.reference import made_anew


def make_anew(apps, schema_editor):
    made_anew(apps.get_model("children", "ChildName").objects.all())


class Migration(migrations.Migration):
    """Names in other scripts, and with letters such as ł and ø, get their key in Latin letters.

    Each batch is kept as it is done: broken off, it goes on where it stopped.
    """

    atomic = False

    dependencies = [
        ("children", "0006_names_as_written"),
    ]

    operations = [
        migrations.RunPython(make_anew, migrations.RunPython.noop, elidable=True),
    ]
