from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of sounds. That of the child alone goes: `childname_of_child` serves what it served."""

    atomic = False

    dependencies = [
        ("children", "0008_name_sounds"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="childname",
            index=GinIndex(fields=["sounds"], name="childname_sounds"),
        ),
        migrations.AlterField(
            model_name="childname",
            name="child",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.deletion.PROTECT,
                related_name="names",
                to="children.child",
            ),
        ),
    ]
