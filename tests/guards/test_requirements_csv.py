"""docs/requirements.csv tells the truth: what it calls built is carried by a test."""

import ast
import csv
from collections import Counter
from functools import cache
from pathlib import Path

from tests.guards.source import ROOT, dotted, told

FILE = ROOT / "docs" / "requirements.csv"
STATES = {"built", "partial", "absent"}


def _rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def listed() -> dict[str, str]:
    """Requirement id → its state: built, partial or absent."""
    return {row["id"]: row["state"] for row in _rows()}


@cache
def marked() -> dict[str, set[str]]:
    """Requirement id → the test files that carry it, from `@pytest.mark.requirement("M3")` and `pytestmark`."""
    files: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and dotted(node.func).endswith("mark.requirement"):
                for word in node.args:
                    if isinstance(word, ast.Constant):
                        files.setdefault(str(word.value), set()).add(path.relative_to(ROOT).as_posix())
    return files


def test_requirements_are_listed_once_with_a_state() -> None:
    with FILE.open(encoding="utf-8", newline="") as lines:
        assert next(csv.reader(lines)) == ["id", "state", "where"]
    rows = _rows()
    faults = [
        f"{key} is listed {times} times" for key, times in Counter(r["id"] for r in rows).items() if times > 1
    ]
    faults += [f"{row['id']} is {row['state']!r}" for row in rows if row["state"] not in STATES]
    assert rows
    assert not faults, told(faults, f"one row a requirement, its state one of {', '.join(sorted(STATES))}.")


def test_requirements_called_built_are_carried_by_a_test() -> None:
    tests = marked()
    faults = [row["id"] for row in _rows() if row["state"] == "built" and not tests.get(row["id"])]
    assert not faults, told(faults, 'mark its test @pytest.mark.requirement("ID"), or call it partial.')


def test_requirements_carried_by_tests_are_listed_and_not_absent() -> None:
    states = listed()
    faults = [
        f"{key} ({', '.join(sorted(files))})"
        for key, files in marked().items()
        if states.get(key, "absent") == "absent"
    ]
    assert not faults, told(faults, "list the id, or correct its state: a test carries it.")


def test_requirements_say_where_they_live() -> None:
    faults = []
    for row in _rows():
        places = row["where"].split()
        if row["state"] != "absent" and not places:
            faults.append(f"{row['id']} is {row['state']} nowhere")
        faults += [f"{row['id']}: {place}" for place in places if not _exists(place)]
    assert not faults, told(
        faults, "write paths from the project folder, with spaces between; none for what is absent."
    )


def test_the_roadmap_tells_of_each_requirement_once_and_alike() -> None:
    """Two rows about one requirement contradict each other; a state that differs from this list does too."""
    sections: dict[str, list[str]] = {}
    for part in (ROOT / "docs" / "roadmap.md").read_text("utf-8").split("\n## ")[1:]:
        title, *lines = part.splitlines()
        rows = [line for line in lines if line.startswith("| ") and not line.startswith("| id ")]
        for key in (word.strip() for row in rows for word in row.split("|")[1].split(",")):
            sections.setdefault(key, []).append(title)
    wanted = {"built": ["Built"], "partial": ["Partly built, and what is missing"], "absent": []}
    faults = [
        f"{key} is {state}, the roadmap has it under {sections.get(key, [])}"
        for key, state in listed().items()
        if sections.get(key, []) != wanted[state]
    ]
    faults += [f"{key} is no requirement" for key in sections.keys() - listed().keys()]
    assert not faults, told(faults, "one row of docs/roadmap.md for each requirement that is not absent.")


def _exists(place: str) -> bool:
    path = Path(place)
    return not path.is_absolute() and ".." not in path.parts and (ROOT / path).exists()
