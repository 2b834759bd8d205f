"""Makes the virtual environment and everything in it, then becomes the command it was asked for.

    python3 cems/local/bootstrap.py [--dev] [PYTHON-ARGUMENT ...]

Needs nothing but a Python, and is written in words that one as old as 3.6 understands, so that it can say
what is wrong instead of stopping at a syntax error. Without arguments it only prepares. --dev adds what the
tests and checks need.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED = (3, 11)
IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 11))"
KNOWN_GOOD = ("python3.13", "python3.12", "python3.11", "python3", "python")
PROJECT = Path(__file__).resolve().parent.parent.parent
VENV = PROJECT / ".venv"
PYTHON = str(VENV / "bin" / "python")


class Stop(Exception):
    """Something the person must mend first, in plain words."""


def say(words: str) -> None:
    """Tell the person at the terminal something, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def succeeds(*command: str) -> bool:
    """Whether a command runs and ends well; what it prints is not shown."""
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def use_a_new_enough_python(arguments: list) -> None:
    """Go on with a newer Python of this machine if this one is too old. Raises Stop if there is none."""
    if sys.version_info >= NEEDED:
        return
    for name in KNOWN_GOOD:
        newer = shutil.which(name)
        if newer and succeeds(newer, "-c", IS_NEW_ENOUGH):
            os.execv(newer, [newer, str(Path(__file__).resolve()), *arguments])  # noqa: S606 no shell wanted
    this = ".".join(str(number) for number in sys.version_info[:2])
    raise Stop(
        f"CEMS needs Python 3.11 or newer; this is Python {this} and no newer one was found.\n"
        "Install one (on Debian or Ubuntu: apt-get install python3 python3-venv) and run the command again."
    )


def make_environment() -> None:
    """Make .venv, or make it again if it is broken or half-made. Raises Stop."""
    if succeeds(PYTHON, "-c", f"import pip; {IS_NEW_ENOUGH}"):
        return
    if not succeeds(sys.executable, "-c", "import venv, ensurepip"):
        raise Stop(
            "This Python lacks the venv module, which CEMS needs to install its packages apart from others.\n"
            "On Debian or Ubuntu install it with: apt-get install python3-venv"
        )
    say("Making the virtual environment (.venv) ...")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        raise Stop(f"The virtual environment could not be made in {VENV}; the reason stands above.")


def install(lock: str) -> None:
    """Install what a lock file names, proved by its hashes. Raises Stop."""
    say(f"Installing the packages of {lock} ...")
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    if subprocess.call([*command, "-r", lock], cwd=str(PROJECT)) != 0:
        raise Stop(
            f"The packages of {lock} could not be installed; the reason stands above. This step needs a "
            "network (or a pip that knows your own package index) and about 600 MB of disk."
        )


def stamp(lock: str) -> Path:
    """Where it is noted which version of a lock file is installed."""
    return VENV / f"installed-{lock}"


def fingerprint(lock: str) -> str:
    """What that note must say."""
    return hashlib.sha256((PROJECT / lock).read_bytes()).hexdigest()


def is_installed(lock: str) -> bool:
    """Whether the environment has a Python and holds what the lock file says."""
    try:
        return stamp(lock).read_text() == fingerprint(lock) and os.access(PYTHON, os.X_OK)
    except OSError:
        return False


def prepare(locks: list) -> None:
    """Make the environment hold these locks and the front-end assets; quick when it already does."""
    if not all(is_installed(lock) for lock in locks):
        local = PROJECT / ".local"
        local.mkdir(mode=0o700, exist_ok=True)
        with (local / "setup.lock").open("w") as turn:
            # Two commands at once: the second waits here and then finds the work done.
            fcntl.flock(turn, fcntl.LOCK_EX)
            make_environment()
            for lock in locks:
                if not is_installed(lock):
                    install(lock)
                    stamp(lock).write_text(fingerprint(lock))
    if subprocess.call([PYTHON, "-m", "cems.local.assets"], cwd=str(PROJECT)) != 0:
        raise Stop("The style and scripts of the pages could not be made; the reason stands above.")


def main(arguments: list) -> int:
    """Prepare, then become the command; the exit code if there is none."""
    rest = [word for word in arguments if word != "--dev"]
    try:
        use_a_new_enough_python(arguments)
        prepare(["requirements.txt"] + (["requirements-dev.txt"] if "--dev" in arguments else []))
    except Stop as stop:
        sys.stderr.write(f"\n{stop}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"\nCEMS cannot be prepared in {PROJECT}: {error.strerror or error}.\n")
        sys.stderr.write("Start from a copy of the project that belongs to you, on a disk with room.\n")
        return 1
    except KeyboardInterrupt:
        return 130
    if rest:
        os.chdir(str(PROJECT))
        os.execv(PYTHON, [PYTHON, *rest])  # noqa: S606 no shell wanted
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
