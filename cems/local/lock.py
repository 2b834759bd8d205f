"""`make lock`: requirements*.in into requirements*.txt, with hashes and without the address of any index."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from cems.local.folders import PROJECT

# --universal: a lock made on one patch release or platform must install on the others.
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--python-version",
    "3.11",
)


def main(arguments: list[str]) -> int:
    """Lock both files with uv from a throw-away environment; further arguments go to uv (--upgrade)."""
    with tempfile.TemporaryDirectory(prefix="cems-lock-") as folder:
        venv.create(folder, with_pip=True)
        programs = Path(folder) / "bin"
        commands = [[str(programs / "pip"), "install", "--quiet", "--disable-pip-version-check", "uv"]]
        for name in ("requirements", "requirements-dev"):
            compiled = [str(programs / "uv"), "pip", "compile", "--quiet", *OPTIONS, *arguments]
            commands.append([*compiled, f"{name}.in", "-o", f"{name}.txt"])
        for command in commands:
            if (code := subprocess.run(command, cwd=PROJECT, check=False).returncode) != 0:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
