"""Migrations say what the models say, and none of them stops the service."""

import ast
import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from tests.guards.source import ROOT, package_of, ranks, sources, told

pytestmark = pytest.mark.django_db
# The migrations of the last release, one `label.name` a line: what comes after them runs beside its rows.
RELEASED = Path(__file__).with_name("released_migrations.txt")


def _ours() -> dict[tuple[str, str], migrations.Migration]:
    loader = MigrationLoader(None)
    labels = {config.label for config in apps.get_app_configs() if package_of(config.name) in ranks()}
    return {key: migration for key, migration in loader.disk_migrations.items() if key[0] in labels}


def test_models_have_not_moved_on_without_a_migration() -> None:
    output = io.StringIO()
    labels = sorted({label for label, _ in _ours()})
    try:
        call_command("makemigrations", *labels, check=True, dry_run=True, stdout=output)
    except SystemExit:
        pytest.fail(
            told(output.getvalue().splitlines(), "run manage.py makemigrations and keep what it writes.")
        )
    except CommandError as error:
        pytest.fail(str(error))


def test_every_app_with_models_has_migrations() -> None:
    kept = {label for label, _ in _ours()}
    faults = [
        config.label
        for config in apps.get_app_configs()
        if package_of(config.name) in ranks() and list(config.get_models()) and config.label not in kept
    ]
    assert not faults, told(faults, "run manage.py makemigrations for the app.")


def test_migrations_run_live() -> None:
    """What each migration does to tables that hold rows already."""
    released = set(RELEASED.read_text().split())
    lasting = {entry.split(".")[0] for entry in released}
    faults = [
        f"{label}.{name}: {fault}"
        for (label, name), migration in sorted(_ours().items())
        if label in lasting and f"{label}.{name}" not in released
        for fault in _unsafe(migration)
    ]
    assert not faults, told(
        faults,
        "expand then contract: add nullable or with db_default, fill in batches, then tighten in the next release; "
        "index with AddIndexConcurrently in a migration with atomic = False.",
    )
    gone = sorted(released - {f"{label}.{name}" for label, name in _ours()})
    assert not gone, told(gone, "a released migration stays: somebody's database stands on it.")


def test_what_would_stop_the_service_is_seen() -> None:
    """Nothing is released yet, so the rule above is tried on a migration made up for it."""
    migration = migrations.Migration("0009_example", "example")
    migration.operations = [
        migrations.CreateModel("Fresh", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("fresh", "note", models.TextField()),
        migrations.AddField("old", "note", models.TextField()),
        migrations.AddField("old", "remark", models.TextField(null=True)),
        migrations.AddField("old", "word", models.TextField(db_default="")),
        migrations.AddIndex("old", models.Index(fields=["note"], name="old_note")),
        migrations.RenameField("old", "note", "words"),
    ]
    faults = list(_unsafe(migration))
    assert len(faults) == 3
    assert "old.note is NOT NULL" in faults[0]
    assert "AddIndex on old locks" in faults[1]
    assert "RenameField on old" in faults[2]


def _unsafe(migration: migrations.Migration) -> Iterator[str]:
    made = {op.name_lower for op in migration.operations if isinstance(op, migrations.CreateModel)}
    for operation in _flat(migration.operations):
        table = getattr(operation, "model_name_lower", getattr(operation, "name_lower", ""))
        if table in made:
            continue
        name = type(operation).__name__
        if isinstance(operation, migrations.AddField):
            field = operation.field
            if not field.null and field.db_default is models.NOT_PROVIDED and not field.many_to_many:
                yield f"{name} {table}.{operation.name} is NOT NULL without db_default: the version before can't insert"
        elif name == "AddIndex":
            yield f"{name} on {table} locks the table while it is built"
        elif name in {"RenameField", "RenameModel", "AlterModelTable", "RemoveField", "DeleteModel"}:
            yield f"{name} on {table} breaks the version that still runs"


def _flat(operations: list[Any]) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def test_every_step_written_by_hand_can_be_undone() -> None:
    faults = [
        f"{label}.{name}: {type(operation).__name__}"
        for (label, name), migration in sorted(_ours().items())
        for operation in _flat(migration.operations)
        if isinstance(operation, migrations.RunPython | migrations.RunSQL) and not operation.reversible
    ]
    assert not faults, told(faults, "give reverse_code or reverse_sql (noop where nothing needs undoing).")


def test_migrations_wait_for_no_lock_for_long() -> None:
    """The owner's connection gives up after seconds, so that a waiting migration doesn't stop everybody."""
    code = (
        "import os; os.environ['CEMS_DATABASE_ROLE'] = 'owner'; os.environ['DJANGO_SETTINGS_MODULE'] = 'cems.settings';"
        "import django; django.setup(); from django.conf import settings;"
        "assert 'lock_timeout=5s' in settings.DATABASES['default']['OPTIONS']['options']"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_migrations_import_no_models_of_today() -> None:
    """A migration runs on the tables of its own time; today's classes do not fit them."""
    faults = [
        f"{source.path}:{node.lineno} imports {node.module}"
        for source in sources()
        if source.is_migration
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom)
        and node.module
        and node.module.split(".")[-1] in {"services", "selectors", "views", "forms"}
        and package_of(node.module) in ranks()
    ]
    assert not faults, told(faults, "ask apps.get_model() inside RunPython, and write the few lines again.")


def test_all_migrations_are_applied_and_the_application_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'cems_owner'"
        )
        faults = [name for (name,) in cursor.fetchall()]
    assert not faults, told(faults, "run migrations as the owner (DATABASE_OWNER_URL).")
