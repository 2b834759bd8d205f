"""What the tests need of the machine beyond Python: a browser, installed where we may, else asked for."""

import os
import shutil
import subprocess
import sys

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-dejavu-core")


def browser() -> str | None:
    """The browser of this machine, if it has one."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def install_line() -> str:
    """The line a person types to install what is missing."""
    return f"apt-get update && apt-get install --yes --no-install-recommends {' '.join(PACKAGES)}"


def main() -> int:
    """Make sure there is a browser, by apt where we are root on Debian; the exit code."""
    if browser():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        sys.stdout.write("Installing Chromium for the browser tests ...\n")
        sys.stdout.flush()
        subprocess.run(["sh", "-c", install_line()], check=False, stdout=subprocess.DEVNULL)
        if browser():
            return 0
    sys.stderr.write(
        f"The browser tests need Chromium, and it is not installed. Type:\n  sudo sh -c '{install_line()}'\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
