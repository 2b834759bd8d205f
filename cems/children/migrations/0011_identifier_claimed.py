import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

HOLDER = "identifier_one_holder"


class Migration(migrations.Migration):
    """A number that another record holds is recorded all the same, and First Contact settles it.

    The new constraint stands before the old one goes: the version before goes on as it was.
    """

    atomic = False

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("children", "0010_name_written_once"),
    ]

    operations = [
        migrations.AddField("identifier", "claimed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("identifier", "settled_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "identifier",
            "settled_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        AddIndexConcurrently(
            "identifier", models.Index(fields=["kind", "value"], name="identifier_value")
        ),
        AddIndexConcurrently(
            "identifier",
            models.Index(
                fields=["claimed_at"],
                condition=Q(claimed_at__isnull=False, settled_at__isnull=True, ended_at__isnull=True),
                name="identifier_to_settle",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"CREATE UNIQUE INDEX CONCURRENTLY {HOLDER} ON children_identifier (kind, value)"
                    " WHERE claimed_at IS NULL AND ended_at IS NULL",
                    f"DROP INDEX CONCURRENTLY {HOLDER}",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    "identifier",
                    models.UniqueConstraint(
                        fields=["kind", "value"],
                        condition=Q(ended_at__isnull=True, claimed_at__isnull=True),
                        name=HOLDER,
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint("identifier", "identifier_one_child"),
    ]
