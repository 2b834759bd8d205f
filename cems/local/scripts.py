"""Checks and tests of the pages' own scripts: eslint, prettier and node's test runner, from the locked npm.

    python -m cems.local.scripts check|format|test

Needs no settings and no database. The tools lie in the virtual environment, not in the project.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from cems.local.assets import PACKAGE_FILES, ROOT, fingerprint, node, npm, run
from cems.local.trouble import Trouble

CONFIGURATION = "eslint.config.mjs"
TESTS = "tests/scripts"
LOOKED_AT = ("static/cems", TESTS, CONFIGURATION)


def main(arguments: list[str]) -> int:
    """Do what was asked; the exit code."""
    if arguments not in (["check"], ["format"], ["test"]):
        sys.stderr.write("Say what to do: check, format or test.\n")
        return 2
    try:
        folder = tools()
        commands = {"check": [_lint(folder), _prettier(folder, "--check")]}
        commands["format"] = [_prettier(folder, "--write")]
        commands["test"] = [["--test", *sorted(str(path) for path in (ROOT / TESTS).glob("*.test.mjs"))]]
        environment = {**os.environ, "CEMS_NODE_TOOLS": str(folder)}
        for command in commands[arguments[0]]:
            done = subprocess.run([node(), *command], cwd=ROOT, env=environment, check=False)
            if done.returncode:
                return done.returncode
    except (Trouble, OSError) as trouble:
        sys.stderr.write(f"The scripts could not be looked at: {trouble}\n")
        return 1
    return 0


def tools() -> Path:
    """The folder with the locked tools, installed when they are missing or out of date. Raises Trouble."""
    folder = Path(sys.prefix) / "front-end"
    stamp, wanted = folder / ".stamp", fingerprint(ROOT)
    if not (stamp.is_file() and stamp.read_text() == wanted):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in PACKAGE_FILES:
            shutil.copyfile(ROOT / name, folder / name)
        run([*npm(), "ci", "--ignore-scripts"], folder)
        stamp.write_text(wanted)
    return folder


def _lint(folder: Path) -> list[str]:
    # Beside the tools, where it finds what it imports.
    copy = shutil.copyfile(ROOT / CONFIGURATION, folder / CONFIGURATION)
    program = str(folder / "node_modules/eslint/bin/eslint.js")
    return [program, "--max-warnings", "0", "--config", str(copy), *LOOKED_AT]


def _prettier(folder: Path, way: str) -> list[str]:
    program = str(folder / "node_modules/prettier/bin/prettier.cjs")
    # Its notes of what it has seen lie beside it, or it would look for a node_modules in the project.
    cache = ["--cache", "--cache-strategy", "content", "--cache-location", str(folder / ".prettier")]
    return [program, way, "--log-level", "warn", *cache, "static/cems/*.js", f"{TESTS}/*.mjs", CONFIGURATION]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
