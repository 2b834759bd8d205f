"""The migrated database that runs of the tests begin with: made once, anew for other migrations, safe when cut off."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from cems.local import process
from cems.local.migrated import fingerprint
from tests.local.conftest import HANGS, Copy

BESIDE = ("-m", "cems.local.with_servers", "--migrated", "--")
# A project of one migration, which leaves a mark each time it runs.
MANAGE = """
import os, pathlib, psycopg, sys
assert sys.argv[1:] == ["migrate", "--no-input"]
with pathlib.Path("runs").open("a") as runs:
    runs.write("run\\n")
owner = psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True)
owner.execute("CREATE TABLE kept AS SELECT 7 AS number")
"""
ASK = """
import os, psycopg
link = psycopg.connect(os.environ["DATABASE_OWNER_URL"], dbname="test_cems_migrated")
print(link.execute("SELECT number FROM kept").fetchone())
"""
ANSWER = "(7,)"


@pytest.fixture
def migrated(project: Copy) -> Iterator[Copy]:
    (project.folder / "manage.py").write_text(MANAGE)
    (project.folder / "requirements.txt").write_text("")
    yield project


def _runs(project: Copy) -> int:
    runs = project.folder / "runs"
    return len(runs.read_text().splitlines()) if runs.exists() else 0


def _kept(project: Copy) -> list[Path]:
    return [path for path in (project.folder / ".local" / "migrated").iterdir() if path.is_dir()]


def _ask(project: Copy) -> None:
    code, output = project.run(*BESIDE, "python", "-c", ASK)
    assert (code, output.strip()) == (0, ANSWER)


def test_it_is_made_once_and_anew_when_a_migration_is_edited(migrated: Copy) -> None:
    _ask(migrated)
    _ask(migrated)
    assert _runs(migrated) == 1

    edited = next((migrated.folder / "cems" / "audit" / "migrations").glob("0*.py"))
    edited.write_text(edited.read_text() + "\n# edited\n")
    _ask(migrated)
    assert _runs(migrated) == 2
    assert len(_kept(migrated)) == 1, "the older one is of no more use"


def test_what_migrations_call_and_the_settings_make_another(migrated: Copy) -> None:
    command = ("-c", "from cems.local.migrated import fingerprint; print(fingerprint())")
    answers = [migrated.run(*command), migrated.run(*command)]
    assert answers[0] == answers[1] and answers[0][0] == 0
    for file in ("audit/partitions.py", "base/references.py", "settings.py", "local/postgres.py"):
        edited = migrated.folder / "cems" / file
        edited.write_text(edited.read_text() + "\n# edited\n")
        answers.append(migrated.run(*command))
        assert answers[-1][0] == 0 and answers[-1] not in answers[:-1], file


def test_another_month_makes_another() -> None:
    """The audit has a table for each month, made from the present one on."""
    names = []
    for day in (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)):
        with time_machine.travel(day, tick=False):
            names.append(fingerprint())
    with time_machine.travel(datetime(2026, 12, 31, tzinfo=UTC), tick=False):
        assert fingerprint() == names[1] != names[0]


def test_what_is_made_of_code_that_changed_meanwhile_is_not_kept(migrated: Copy) -> None:
    change = (
        'with pathlib.Path("cems/settings.py").open("a") as settings:\n    settings.write("# edited\\n")\n'
    )
    (migrated.folder / "manage.py").write_text(MANAGE + change)
    code, output = migrated.run(*BESIDE, "python", "-c", ASK)
    assert (code, output) == (1, "The code changed while the tests' database was made of it. Run it again.\n")
    assert _kept(migrated) == []

    (migrated.folder / "manage.py").write_text(MANAGE)
    _ask(migrated)
    assert len(_kept(migrated)) == 1


def test_two_runs_at_once_make_one(migrated: Copy) -> None:
    children = [migrated.start(*BESIDE, "python", "-c", ASK) for _ in range(2)]
    outputs = [child.communicate(timeout=HANGS)[0].strip() for child in children]
    assert outputs == [ANSWER, ANSWER]
    assert _runs(migrated) == 1


def test_what_is_cut_off_half_way_is_made_again(migrated: Copy) -> None:
    (migrated.folder / "manage.py").write_text(MANAGE + "import signal\nsignal.pause()\n")
    child = migrated.start(*BESIDE, "python", "-c", ASK)
    assert process.wait_until(lambda: _runs(migrated) == 1, HANGS, child)
    child.kill()
    child.wait()
    (migrated.folder / ".local" / "migrated" / "part").mkdir()  # as if it had been cut off a moment later

    (migrated.folder / "manage.py").write_text(MANAGE)
    _ask(migrated)
    assert _runs(migrated) == 2
    assert len(_kept(migrated)) == 1


def test_migrations_that_fail_are_told_and_keep_nothing(migrated: Copy) -> None:
    (migrated.folder / "manage.py").write_text("raise SystemExit('no such column')\n")
    code, output = migrated.run(*BESIDE, "python", "-c", ASK)
    assert code == 1
    assert "The database could not be migrated:" in output and "no such column" in output
    assert "Traceback" not in output
    assert _kept(migrated) == []
