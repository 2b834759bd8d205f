"""The audit trail: partitioned by month, append-only for every login, sealed by a login of its own.

The table is made by hand (Django makes no partitioned tables); the model is told to Django's state.
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from cems.audit.partitions import make_partitions, withdraw_rights
from cems.base.months import add_months
from cems.base.time import now

# So that entries that tell of the past find their month too. In the test run fewer: it empties every table
# after each test that commits, and each month adds 8 ms to that.
FULL, SHORT = (24, 15), (1, 2)

TABLE = """
CREATE TABLE audit_entry (
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor_id bigint REFERENCES {users},
    verb varchar(24) NOT NULL,
    subject_kind varchar(80) NOT NULL,
    subject_id varchar(64) NOT NULL,
    child uuid,
    part varchar(40) NOT NULL,
    reason text NOT NULL,
    detail jsonb NOT NULL,
    request_reference varchar(40) NOT NULL,
    xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    cluster bigint NOT NULL DEFAULT (pg_control_system()).system_identifier,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE audit_entry_default PARTITION OF audit_entry DEFAULT;
CREATE INDEX audit_entry_child_at ON audit_entry (child, at DESC);
CREATE INDEX audit_entry_actor_at ON audit_entry (actor_id, at DESC);
CREATE INDEX audit_entry_subject ON audit_entry (subject_kind, subject_id);
CREATE INDEX audit_entry_shown ON audit_entry USING gin (detail jsonb_path_ops)
    WHERE verb IN ('listed', 'searched');
CREATE INDEX audit_entry_sealing ON audit_entry (cluster, xid, id);
"""

# The second line, for the day a right is given by mistake. The owner can take it away: that is what the seals
# are for. TRUNCATE and the owner: the tests' own clearing up, and nothing the application or sealer may do.
REFUSAL = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_kept BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_seal_not_emptied BEFORE TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""

# Column by column: what PostgreSQL fills in (id, xid, cluster) the application can't choose.
RIGHTS = """
GRANT SELECT ON audit_entry, audit_entry_default, audit_seal TO {app};
GRANT INSERT (at, recorded_at, actor_id, verb, subject_kind, subject_id, child, part, reason, detail,
    request_reference) ON audit_entry TO {app};
GRANT SELECT ON audit_entry TO {sealer};
GRANT SELECT, INSERT ON audit_seal TO {sealer};
REVOKE ALL ON FUNCTION audit_refuse() FROM PUBLIC;
"""


def make_table(apps, schema_editor):
    users = apps.get_model(settings.AUTH_USER_MODEL)._meta.db_table
    schema_editor.execute(TABLE.format(users=schema_editor.quote_name(users)), params=None)


def give_rights(apps, schema_editor):
    quote = schema_editor.quote_name
    schema_editor.execute(REFUSAL, params=None)
    for table in ("audit_entry", "audit_entry_default", "audit_seal"):
        withdraw_rights(schema_editor.connection, table)
    names = {"app": quote(settings.DATABASE_APP_ROLE), "sealer": quote(settings.DATABASE_SEALER_ROLE)}
    schema_editor.execute(RIGHTS.format(**names), params=None)


def make_months(apps, schema_editor):
    back, ahead = SHORT if settings.TESTING else FULL
    first = add_months(now().date().replace(day=1), -back)
    make_partitions(schema_editor.connection, first=first, months=back + 1 + ahead)


def drop_all(apps, schema_editor):
    schema_editor.execute("DROP TABLE audit_entry")
    schema_editor.execute("DROP FUNCTION audit_refuse() CASCADE")


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("cluster", models.BigIntegerField()),
                ("from_xid", models.BigIntegerField()),
                ("to_xid", models.BigIntegerField()),
                ("months", models.JSONField(default=dict)),
                ("retired", models.CharField(blank=True, max_length=7)),
                ("previous_digest", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("key_id", models.CharField(max_length=16)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["cluster", "to_xid"], name="audit_seal_cluster_to")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(("retired", "")),
                        fields=("cluster", "from_xid"),
                        name="audit_seal_no_overlap",
                    ),
                    models.CheckConstraint(
                        condition=Q(
                            Q(("retired", ""), ("to_xid__gt", F("from_xid"))),
                            Q(Q(("retired", ""), _negated=True), ("to_xid", F("from_xid"))),
                            _connector="OR",
                        ),
                        name="audit_seal_covers",
                    ),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(make_table, drop_all)],
            state_operations=[
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(help_text="When it happened")),
                        ("recorded_at", models.DateTimeField(help_text="When it was written down here")),
                        ("verb", models.CharField(max_length=24)),
                        ("subject_kind", models.CharField(blank=True, max_length=80)),
                        ("subject_id", models.CharField(blank=True, max_length=64)),
                        ("child", models.UUIDField(blank=True, null=True)),
                        ("part", models.CharField(blank=True, max_length=40)),
                        ("reason", models.TextField(blank=True)),
                        ("detail", models.JSONField(blank=True, default=dict)),
                        ("request_reference", models.CharField(blank=True, max_length=40)),
                        (
                            "actor",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "entries",
                        "indexes": [
                            models.Index(
                                F("child"),
                                models.OrderBy(F("at"), descending=True),
                                name="audit_entry_child_at",
                            ),
                            models.Index(
                                F("actor"),
                                models.OrderBy(F("at"), descending=True),
                                name="audit_entry_actor_at",
                            ),
                            models.Index(fields=["subject_kind", "subject_id"], name="audit_entry_subject"),
                            django.contrib.postgres.indexes.GinIndex(
                                condition=Q(("verb__in", ["listed", "searched"])),
                                fields=["detail"],
                                name="audit_entry_shown",
                                opclasses=["jsonb_path_ops"],
                            ),
                        ],
                    },
                ),
            ],
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
        migrations.RunPython(make_months, migrations.RunPython.noop),
    ]
