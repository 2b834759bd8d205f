"""The benchmark itself at a tiny scale: the nation loads, every measure runs, and indexes serve each page."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from django.apps import apps
from django.db import connection

from bench.facts import Nation
from bench.loading import public_id
from bench.names import families, given_names, pick
from bench.records import Records
from bench.report import Findings
from cems.base.time import now
from cems.children.identity.rules import search_key
from cems.local.folders import PROJECT

NATION = Nation(0.0005, 7, now())


def _run(folder: Path) -> tuple[str, set[str]]:
    """The page `python -m bench` writes for 500 children, and the indexes used. It starts a server of its own."""
    page, indexes = folder / "benchmarks.md", folder / "indexes.json"
    command = [sys.executable, "-m", "bench", "--scale", "0.0005", "--turns", "1", "--pages", "2"]
    done = subprocess.run(
        [*command, "--out", str(page), "--indexes", str(indexes)],
        cwd=PROJECT,
        env={**os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    used = json.loads(indexes.read_text(encoding="utf-8"))
    return page.read_text(encoding="utf-8"), {name for names in used.values() for name in names}


def test_a_tiny_nation_is_loaded_and_every_measure_taken(tmp_path: Path) -> None:
    """The run itself holds pages to the statements by hand, and grants and levels to what CEMS would make.

    One test, for one run: it is dear.
    """
    page, indexes = _run(tmp_path)
    for title in ("Child search", "Child overview", "My work"):
        assert f"| {title}" in page
        assert f"{title}, name misspelt (First Contact)" in page or f"{title} (First Contact)" in page
    for title in ("list of groups", "one group of questions", "as it was sent"):
        assert title in page
    assert "| Matrix sent by POST" in page
    for measure in ("Sweep of 100 clocks", "Sixteen people at once: p95", "Largest web process"):
        assert measure in page
    assert "500 children" in page
    # With sequential scans off, a big table that is read whole all the same has no index that serves.
    assert "reads the whole of" not in page
    assert "- none of the pages does." in page
    assert indexes & {"childname_trigram", "childname_of_child"}
    assert {"clock_open_user", "clock_open_team", "involvement_claims", "clock_of_reference"} <= indexes
    assert "on a longer record" not in page


def test_the_same_seed_makes_the_same_nation() -> None:
    again = Nation(NATION.scale, NATION.seed, NATION.at)
    other = Nation(NATION.scale, NATION.seed + 1, NATION.at)

    def drawn(nation: Nation) -> list[tuple[int | None, ...]]:
        return [(nation.worker(n), nation.school(n), nation.level(n)) for n in range(1, 200)]

    assert drawn(NATION) == drawn(again)
    assert drawn(NATION) != drawn(other)
    assert public_id("children_child", 5) == public_id("children_child", 5) != public_id("children_child", 6)


def test_search_keys_are_made_as_the_record_makes_them() -> None:
    """The names are put together from keys of their words, which must come to the same."""
    from bench.people import Numbers

    records = Records(NATION, Numbers(1, 1, 1, 1, 1), 1)
    rows = list(records.names())
    assert len({row[3] for row in rows}) > 300
    assert all(row[3] == search_key(row[2]) for row in rows)


def test_few_names_are_common_and_most_are_rare() -> None:
    for names in (families(), given_names()):
        assert len(set(names)) == len(names)
        drawn = [pick(names, number / 5000) for number in range(5000)]
        assert drawn.count(names[0]) > 20 * drawn.count(names[-1])


def test_keys_taken_off_for_the_copy_are_put_back(db: None) -> None:
    """Exactly the same, names and all, and they refuse again what they refused before."""
    import psycopg

    from bench.loading import bare

    table = apps.get_model("children.Matter")._meta.db_table
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"], autocommit=True
    ) as owner:
        before = _structure(owner, table)
        assert any("matter_one_open" in line for line in before)
        with bare(owner, [table]):
            off = _structure(owner, table)
            assert not any(
                "EXCLUDE" in line or "FOREIGN KEY" in line or "CREATE INDEX" in line for line in off
            )
        assert _structure(owner, table) == before


def _structure(owner: object, table: str) -> list[str]:
    rows = owner.execute(  # type: ignore[attr-defined]
        "SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
        " AND contype <> 'n' UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass ORDER BY 1",
        [table, table],
    ).fetchall()
    return [row[0] for row in rows]


def test_a_missed_limit_is_told() -> None:
    """A page over its limits can't be reported as holding."""
    from bench.crowd import Crowd
    from bench.national import Loaded
    from bench.plans_used import Plan
    from bench.report import Measured
    from bench.screens import LIST, Screen
    from bench.timing import Timed

    loaded = Loaded({"children_child": 1, "matrix_matrix": 1, "matrix_answer": 1}, 1, 1, 1.0, 0.1)
    screen = Screen("search, practitioner", "Child search", LIST, lambda: None, list)  # type: ignore[arg-type, return-value]
    timed = Timed(10.0, 8.0, 20.0, 20.0, 9, 6, [])
    within = Measured(screen, timed, Plan(), 9)
    findings = Findings(
        1, 7, now().date(), loaded, [within], {"Child search": 1.1}, 2.0, 10, Crowd(10, 0, 2.0, 100)
    )
    assert findings.missed() == []
    worse = replace(timed, page_db=80.0, processor=70.0)
    findings.screens = [Measured(screen, worse, Plan({"children_child": "SELECT"}), 10)]
    findings.restricted, findings.sweep, findings.crowd = {"Child search": 1.3}, 6.0, Crowd(10, 1, 3.5, 300)
    findings.sent = worse
    assert len(findings.missed()) == 10
