"""A copy of the project to start and to harm, and ordinary users to start it as."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cems.local.folders import PROJECT

NOBODY = 65534
HANGS = 240  # seconds after which something hangs, on a machine with other work too; no measure of speed
SOON = 90  # and what is no start: a part that comes back, an end
OURS = ("DATABASE_", "REDIS_", "CEMS_", "DJANGO_", "PYTEST_", "MAKE", "PORT", "MFLAGS")


def python_of(user: int | None) -> str:
    """A Python with our packages' ABI that this user may run; ours may live where only we can go."""
    if user is None:
        return sys.executable
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{name}", f"/usr/local/bin/{name}"):
        step_down = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]
        if (
            Path(candidate).exists()
            and subprocess.run([*step_down, candidate, "-c", ""], check=False).returncode == 0
        ):
            return candidate
    raise AssertionError(f"No {name} that user {user} may run: these tests need Debian's python3 package.")


@dataclass
class Copy:
    """A copy of the project with a temporary folder of its own."""

    folder: Path
    temporary: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        """Ours without what this test run itself was started with."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        packages = next(path for path in sys.path if path.endswith("site-packages"))
        paths = os.pathsep.join((str(self.folder), packages))
        return {
            **clean,
            "TMPDIR": str(self.temporary),
            "HOME": str(self.temporary),
            "PYTHONPATH": paths,
            **more,
        }

    def start(
        self, *arguments: str, user: int | None = None, limit: Callable[[], None] | None = None, **more: str
    ) -> subprocess.Popen[str]:
        """Start Python with these arguments in the copy."""
        before = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"] if user else []
        child = subprocess.Popen(
            [*before, python_of(user), *arguments],
            cwd=self.folder,
            env=self.environment(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=limit,
        )
        self.started.append(child)
        return child

    def run(
        self, *arguments: str, user: int | None = None, limit: Callable[[], None] | None = None, **more: str
    ) -> tuple[int, str]:
        """Run Python with these arguments to its end: exit code and everything it said."""
        child = self.start(*arguments, user=user, limit=limit, **more)
        output, _ = child.communicate(timeout=HANGS)
        return child.returncode, output

    def give_to(self, user: int) -> None:
        """Make the copy and its temporary folder this user's."""
        for path in (self.folder, self.temporary, *self.folder.rglob("*")):
            os.chown(path, user, user)


@pytest.fixture
def project() -> Iterator[Copy]:
    """A copy of the code that starts CEMS, short enough in its path and open to every user."""
    home = Path(tempfile.mkdtemp(prefix="cems-copy-", dir="/tmp"))
    home.chmod(0o755)
    copy = Copy(home / "project", home / "t")
    copy.temporary.mkdir(mode=0o777)
    copy.temporary.chmod(0o1777)
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(PROJECT / "cems", copy.folder / "cems", ignore=ignored)
    yield copy
    for child in copy.started:
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
                child.communicate(timeout=20)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def as_root() -> None:
    """Only root can become someone else; an ordinary user's run is already the ordinary case."""
    if os.geteuid() != 0:
        pytest.skip("needs root to become another user; as an ordinary user the other tests are this case")
