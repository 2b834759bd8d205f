"""Alive is not working: who did no work for too long ends, and is told of by the health check (safe-f30)."""

import subprocess
import sys
from pathlib import Path

import pytest

from cems.local import stalled
from cems.local.folders import PROJECT
from tests.local.conftest import HANGS

LONG = float("inf")
HANGING = """
import threading
from cems.local import stalled
stalled.watch(lambda: {others}, lambda: print("children ended", flush=True))
threading.Event().wait()
"""


@pytest.mark.parametrize(
    ("silent", "others_silent", "ends"),
    [
        (0, LONG, False),
        (120, LONG, False),
        (121, LONG, True),
        (121, 121, True),
        (121, 5, False),  # the others were quicker
        (599, 5, False),
        (601, 5, True),  # but not for ever
        (LONG, 0, True),
    ],
)
def test_who_must_end(silent: float, others_silent: float, ends: bool) -> None:
    assert stalled.must_end(silent, others_silent, 120) is ends


def test_a_process_that_does_nothing_ends_itself_and_those_it_started() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGING.format(others="float('inf')")],
        cwd=PROJECT, env={"PATH": "", "CEMS_STALLED_SECONDS": "0.4"}, capture_output=True, text=True,
        timeout=HANGS, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (stalled.FAULT, "children ended\n")
    assert "no work was done for" in done.stderr


def test_the_health_check_tells_a_part_that_works_from_one_that_stands_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(stalled.FILE, str(tmp_path / "alive"))
    assert stalled.main() == 1, "nothing was ever done"
    stalled.touch()
    assert stalled.main() == 0
    monkeypatch.setenv("CEMS_STALLED_SECONDS", "0.000001")
    assert stalled.main() == 1
    (tmp_path / "alive").write_text("cut o")
    monkeypatch.delenv("CEMS_STALLED_SECONDS")
    assert stalled.main() == 1, "what can't be read says nothing"
    assert "no work was done for" in capsys.readouterr().err
