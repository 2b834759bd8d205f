"""The specification is in the repository: what code and tests cite is defined in docs/."""

import io
import os
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from cems.accounts.roles import Reach
from tests.guards.access_table import PAGE, access_table, block
from tests.guards.source import ROOT, told
from tests.guards.test_requirements_csv import listed, marked

DOCS = ROOT / "docs"
# A requirement: one of the families of docs/requirements.md, and a number.
REQUIREMENT = re.compile(r"\b(?:SP|TR|[ACEGKMOQTWX])\d{1,2}\b")
# A fault: "floor-f4" in words, "floor_f4" in the name of a test; and what follows: "cevt-f1, f2 and f4".
FAULT = re.compile(
    r"(?<![a-z])([a-z]+)[-_](f\d+|(?<=house.)[a-i])(?![a-z\d])((?:(?:, | and |_and_)f\d+(?![a-z\d]))*)"
)
# Faults of these families are defined before the tests that provoke them; taken out when the last one stands.
AWAITED: dict[str, str] = {}
WRITTEN_BY_HAND = (".py", ".js", ".css", ".html", ".md", ".yml")
NOT_OURS = {"node_modules", "vendor", ".venv", ".git", ".local", "migrations", "staticfiles"}


@cache
def texts() -> dict[str, str]:
    """Path → text of all that people write by hand; of Python only what people read as words."""
    by_path = {}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        for path in (Path(folder, name) for name in files if name.endswith(WRITTEN_BY_HAND)):
            text = path.read_text("utf-8")
            by_path[path.relative_to(ROOT).as_posix()] = words_of(text) if path.suffix == ".py" else text
    return by_path


def words_of(python: str) -> str:
    """Comments, docstrings and names of tests, one a line: a short string is data, and no citation."""
    tokens = list(tokenize.generate_tokens(io.StringIO(python).readline))
    return "\n".join(
        token.string
        for token in tokens
        if token.type == tokenize.COMMENT
        or (token.type == tokenize.STRING and token.string.startswith(('"""', "'''")))
        or (token.type == tokenize.NAME and token.string.startswith("test_"))
    )


def headings() -> list[str]:
    """The requirement ids of docs/requirements.md, each a heading of its own."""
    page = (DOCS / "requirements.md").read_text("utf-8")
    return re.findall(r"^### ([A-Z]+\d+) ", page, re.MULTILINE)


def faults_defined() -> list[str]:
    """The fault ids of docs/faults.md, each a row of its own."""
    return re.findall(r"^\| ([a-z]+-[a-z0-9]+) \|", (DOCS / "faults.md").read_text("utf-8"), re.MULTILINE)


def requirements_cited() -> Iterator[tuple[str, str]]:
    """(id, file) of each requirement that code, tests or pages cite, marks on tests included."""
    for path, text in texts().items():
        for key in set(REQUIREMENT.findall(text)):
            yield key, path
    for key, files in marked().items():
        for path in files:
            yield key, path


def faults_cited() -> Iterator[tuple[str, str]]:
    """(id, file) of each fault that code, tests or pages cite."""
    for path, text in texts().items():
        if path != "docs/faults.md":
            for match in FAULT.finditer(text):
                for number in [match[2], *re.findall(r"f\d+", match[3])]:
                    yield f"{match[1]}-{number}", path


def test_each_requirement_cited_is_defined() -> None:
    defined = set(headings())
    faults = sorted(f"{key} ({path})" for key, path in requirements_cited() if key not in defined)
    assert not faults, told(
        faults, "give it a heading in docs/requirements.md, or cite the id that was meant."
    )


def test_each_requirement_is_defined_once_and_has_its_state() -> None:
    defined, states = headings(), listed()
    faults = [f"{key} has two headings" for key in set(defined) if defined.count(key) > 1]
    faults += [f"{key} stands in docs/requirements.md only" for key in defined if key not in states]
    faults += [f"{key} stands in docs/requirements.csv only" for key in states if key not in defined]
    assert defined
    assert not faults, told(faults, "one heading in docs/requirements.md, one row in docs/requirements.csv.")


def test_what_is_partly_built_says_what_is_missing() -> None:
    page = (DOCS / "roadmap.md").read_text("utf-8")
    built, missing = (page.split(f"## {title}")[1].split("\n## ")[0] for title in ("Built", "Partly built"))
    faults = [
        f"{key} is {state}, and the roadmap does not say so there"
        for key, state in listed().items()
        if (state == "built" and key not in _ids(built)) or (state == "partial" and key not in _ids(missing))
    ]
    faults += [f"{key} is called built by the roadmap" for key in _ids(built) if listed().get(key) != "built"]
    assert not faults, told(faults, "docs/roadmap.md and docs/requirements.csv tell the same.")


def _ids(table: str) -> set[str]:
    """The ids of a table's first column, "M1–M3" and "A1, A3" taken apart."""
    ids = set()
    for cell in re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE):
        for family, first, last in re.findall(r"([A-Z]+)(\d+)(?:–[A-Z]+(\d+))?", cell):
            ids |= {f"{family}{number}" for number in range(int(first), int(last or first) + 1)}
    return ids


def test_each_fault_cited_is_defined_and_each_defined_is_provoked() -> None:
    defined = faults_defined()
    cited = set(faults_cited())
    faults = sorted(f"{key} ({path})" for key, path in cited if key not in defined)
    faults += [f"{key} is defined twice" for key in set(defined) if defined.count(key) > 1]
    tested = {key for key, path in cited if path.startswith("tests/")}
    untested = [key for key in defined if key not in tested]
    faults += [f"{key} is in no test" for key in untested if key.split("-")[0] not in AWAITED]
    faults += [
        f"{family} is awaited, and all its tests stand"
        for family in AWAITED
        if not any(key.startswith(f"{family}-") for key in untested)
    ]
    assert not faults, told(
        faults, "a row in docs/faults.md, and a test that carries the id in its name or docstring."
    )


def test_each_page_cited_is_there() -> None:
    there = {path.name for path in (*DOCS.rglob("*.md"), *ROOT.glob("*.md"))}
    faults = sorted(
        f"{name} ({path})"
        for path, text in texts().items()
        for name in set(re.findall(r"[\w-]+\.md\b", text))
        if name not in there
    )
    assert not faults, told(faults, "cite a page of docs/ by its name.")


def test_the_access_table_of_the_docs_is_the_one_of_the_code() -> None:
    page = PAGE.read_text("utf-8")
    assert block(page) == access_table(), told(
        ["docs/access.md is not what cems/accounts/roles says"], "python -m tests.guards.access_table"
    )
    reaches = page.split("## The roles")[0]
    faults = [
        reach
        for reach in Reach
        if not re.search(rf"^\|.*\b{reach.replace('_', ' ')}\b", reaches, re.MULTILINE)
    ]
    assert not faults, told([str(fault) for fault in faults], "say in docs/access.md when this reach holds.")


def test_the_way_of_citing_is_understood() -> None:
    def cited(text: str) -> list[str]:
        return [
            f"{match[1]}-{number}"
            for match in FAULT.finditer(text)
            for number in [match[2], *re.findall(r"f\d+", match[3])]
        ]

    assert cited("(T3; cevt-f1, f2 and f10)") == ["cevt-f1", "cevt-f2", "cevt-f10"]
    assert cited("test_cevt_f1_and_f2_at_the_page") == ["cevt-f1", "cevt-f2"]
    assert cited("test_house_a_an_invitation and house_address, house-i") == ["house-a", "house-i"]
    assert cited("utf-f, record_fields, if-ladder") == []
    assert words_of('x = "M99"  # M3\ny = """A1"""\n') == '# M3\n"""A1"""'
    assert REQUIREMENT.findall("SP1 (M3, T6) DH1 PM25") == ["SP1", "M3", "T6"]
    assert Path(ROOT / "docs" / "requirements.md").exists()
