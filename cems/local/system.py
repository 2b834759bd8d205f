"""What CEMS needs of the machine beyond Python, installed where we may, else asked for.

PDFs need Pango and fonts, the tests a browser too. `make run` goes on without PDFs; `make test` stops.
"""

import os
import shutil
import subprocess
import sys

from cems.local import pdf_requirements
from cems.local.watch import say

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_PACKAGE = "chromium"
PATIENCE = 300  # seconds until an installation that does not end is given up


def browser() -> str | None:
    """The browser of this machine, if it has one."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def missing() -> dict[str, str]:
    """What the tests need that is not here → the Debian package that brings it."""
    lacking = dict(pdf_requirements.missing())
    if browser() is None:
        lacking["Chromium"] = BROWSER_PACKAGE
    return lacking


def install_line(lacking: dict[str, str]) -> str:
    """The line a person types to install what is missing."""
    wanted = " ".join(pdf_requirements.packages(lacking))
    return f"apt-get update && apt-get install --yes --no-install-recommends {wanted}"


def install(lacking: dict[str, str]) -> None:
    """Install what is missing by apt, where we are root on Debian; elsewhere do nothing."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say(f"Installing {', '.join(pdf_requirements.packages(lacking))} ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(
            ["sh", "-c", install_line(lacking)],
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        say("The installation did not end, so it was given up.")
    pdf_requirements.look_again()


def prepare_pdfs() -> None:
    """Install what PDFs need where we may; else say that they are off, and the line that turns them on."""
    if pdf_requirements.missing():
        install(pdf_requirements.missing())
    if lacking := pdf_requirements.missing():
        say(
            f"PDFs are off, because this machine lacks {', '.join(lacking)}. Everything else works.\n"
            f"To turn them on, type:\n  sudo sh -c '{install_line(lacking)}'"
        )


def main() -> int:
    """Make sure there is all that the tests need; the exit code."""
    if missing():
        install(missing())
    if lacking := missing():
        sys.stderr.write(
            f"The tests need what this machine lacks: {', '.join(lacking)}. Type:\n"
            f"  sudo sh -c '{install_line(lacking)}'\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
