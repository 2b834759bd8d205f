from django.db import migrations, models

ONCE = "childname_written_once"


class Migration(migrations.Migration):
    """Each name of a record once as it is written: the services keep it, and 0001 to 0006 kept more than that.

    A constraint of expressions is an index to the database, which can be built while the table is in use.
    """

    atomic = False

    dependencies = [
        ("children", "0009_sounds_index"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"CREATE UNIQUE INDEX CONCURRENTLY {ONCE} ON children_childname (name, child_id)",
                    f"DROP INDEX CONCURRENTLY {ONCE}",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="childname",
                    constraint=models.UniqueConstraint(models.F("name"), models.F("child"), name=ONCE),
                ),
            ],
        ),
    ]
