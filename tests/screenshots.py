"""A picture of every page, wide and narrow, by the person it is for: `python -m tests.screenshots`.

Runs the tour of tests/journeys/test_pages.py with a folder to put pictures in. A page that has a fault has its
picture all the same, and the faults are told.
"""

import os
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "screenshots"


def main() -> int:
    """Take the pictures; the exit code of the tour."""
    os.environ["CEMS_TEST_PICTURES"] = str(FOLDER)
    tour = Path(__file__).parent / "journeys" / "test_pages.py"
    return int(pytest.main([str(tour), "-p", "no:randomly", "-n", "auto", "--dist", "load"]))


if __name__ == "__main__":
    sys.exit(main())
