from django.db import migrations


class Migration(migrations.Migration):
    """A name in another script has the same key, and is a name of its own: the services keep each once."""

    dependencies = [
        ("children", "0005_name_index"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="childname", name="childname_once"),
    ]
