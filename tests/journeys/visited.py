"""Which pages the browser looked at with axe, over all workers of a run; a full run must have seen every page.

A pytest plugin, named by tests/conftest.py: the process that starts the workers collects no tests of its own.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = "CEMS_TEST_VISITED"


def visited(name: str) -> None:
    """Remember that axe found nothing on the page of this address."""
    folder = os.environ.get(FOLDER)
    if folder:
        (Path(folder) / name.replace(":", "--")).touch()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="cems-visited-")


def is_whole_run(config: pytest.Config) -> bool:
    """Whether everything was asked for: no folder, word or mark chosen. `make test` leaves those that must run
    alone for afterwards; none of them opens a browser."""
    option = config.option
    chosen = any(
        getattr(option, name, None) for name in ("keyword", "lf", "ignore", "deselect", "collectonly")
    ) or getattr(option, "markexpr", "") not in {"", "not alone"}
    whole = {str(config.rootpath), str(config.rootpath / "tests"), "tests"}
    return not chosen and set(config.args) <= whole


def unvisited(seen: set[str]) -> Iterator[str]:
    """Every address declared a page that is not among those seen."""
    from tests.guards.addresses import addresses

    return (address.name for address in addresses() if address.is_page and address.name not in seen)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if hasattr(config, "workerinput"):
        return
    folder = Path(os.environ.pop(FOLDER))
    seen = {path.name.replace("--", ":") for path in folder.iterdir()}
    shutil.rmtree(folder)
    if exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not is_whole_run(config):
        return
    missing = sorted(unvisited(seen))
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if missing and reporter:
        reporter.write_line("\nPages that axe did not visit in this run:", red=True)
        for name in missing:
            reporter.write_line(f"  {name}")
        reporter.write_line(
            "How to mend it: let a journey open the page (tests/journeys), and call looks_right()."
        )
    if missing:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
