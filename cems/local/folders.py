"""The folders of a running CEMS, private to its user, and the secrets made at the first start."""

import errno
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from cems.local.trouble import Trouble

PROJECT = Path(__file__).resolve().parents[2]
SECRETS = ("CEMS_SECRET_KEY", "CEMS_AUDIT_KEY")
# The kernel allows 107 bytes for a socket's path; the longest name we put in the folder is this one.
LONGEST_SOCKET = "/.s.PGSQL.5432"
LONGEST_PATH = 107


@dataclass(frozen=True)
class Folders:
    """Where one set of servers keeps its things.

    Args:
        home: holds data, logs and state.
        sockets: a short private folder (0700): reaching it is being allowed in, for both servers.
    """

    home: Path
    sockets: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data."""
        return self.home / "pg"

    @property
    def valkey(self) -> Path:
        """Valkey's append-only file."""
        return self.home / "valkey"

    @property
    def logs(self) -> Path:
        """One log file for each process."""
        return self.home / "logs"

    @property
    def state(self) -> Path:
        """Secrets, beat's schedule, seal heads, the demo password."""
        return self.home / "state"

    def database_url(self, role: str, database: str = "cems") -> str:
        """The address by which this role reaches this database on the embedded server."""
        return f"postgresql://{role}@{quote(str(self.sockets), safe='')}/{database}"

    def redis_url(self) -> str:
        """The address of the embedded Valkey."""
        return f"redis+socket://{self.sockets}/valkey.sock?virtual_host=0"


def make_private(folder: Path, owner: int | None = None) -> None:
    """Make a folder only its owner can enter, or check that an existing one is that.

    Raises:
        Trouble: it belongs to someone else, is not a folder, or cannot be made here.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in {os.geteuid(), owner}:
            raise Trouble(
                f"{folder} is in the way: it belongs to someone else or is not a folder. Remove it."
            )
        folder.chmod(0o700)
        if owner is not None:
            os.chown(folder, owner, owner)
    except OSError as error:
        raise Trouble(explain(error, folder)) from None


def explain(error: OSError, path: Path) -> str:
    """What an operating system error on this path means for the person who started us."""
    where = error.filename or path
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return f"There is no room left on the disk for {where}. Make some room and start again."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            f"We are not allowed to write {where}.\n"
            "Start CEMS from a copy of the project that belongs to you, on a disk that can be written."
        )
    return f"{where}: {error.strerror or error}."


def _short_root() -> Path:
    root = Path(tempfile.gettempdir())
    return root if len(os.fsencode(root)) <= 60 else Path("/tmp")


def project_folders(project: Path = PROJECT) -> Folders:
    """The lasting folders of `make run`: .local in the project, and sockets under the temporary folder."""
    mark = hashlib.sha256(os.fsencode(project)).hexdigest()[:10]
    return Folders(project / ".local", _short_root() / f"cems-{os.geteuid()}-{mark}")


def temporary_folders() -> Folders:
    """New folders for servers that live as long as one command. The caller removes `home`.

    Raises:
        Trouble: the temporary folder cannot be written.
    """
    try:
        home = Path(tempfile.mkdtemp(prefix="cems-t-", dir=_short_root()))
    except OSError as error:
        raise Trouble(explain(error, _short_root())) from None
    return Folders(home, home / "s")


def check_socket_path(sockets: Path) -> None:
    """Refuse a folder in which a socket's path would be longer than the kernel allows.

    Raises:
        Trouble: it is too long.
    """
    if len(os.fsencode(sockets)) + len(LONGEST_SOCKET) > LONGEST_PATH:
        raise Trouble(
            f"The temporary folder's path is too long for a socket: {sockets}. Set TMPDIR to a short one."
        )


def kept_secrets(state: Path) -> dict[str, str]:
    """The secrets of this installation, made at the first start and kept readable by their owner only.

    Raises:
        Trouble: they can neither be read nor written.
    """
    made: dict[str, str] = {}
    for name in SECRETS:
        kept = state / name.lower().replace("_", "-")
        try:
            if not kept.exists() or kept.stat().st_size == 0:
                write_private(kept, secrets.token_urlsafe(48))
            made[name] = kept.read_text(encoding="ascii")
        except OSError as error:
            raise Trouble(explain(error, kept)) from None
        except UnicodeDecodeError:
            raise Trouble(
                f"The key in {kept} is damaged. Put it back from a backup (docs/operations.md, Back up).\n"
                "Without it CEMS can start anew, once the file is moved away; then people sign in again, and what was"
                " sealed or encrypted with it can be checked or read no more."
            ) from None
    return made


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read; whole or not at all, even if the power fails."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it; a file that vanishes meanwhile is no trouble."""
    shutil.rmtree(folder, ignore_errors=True)
