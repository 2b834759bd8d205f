"""The embedded PostgreSQL: made, started, given its logins, stopped, and brought back after a power cut."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import psycopg

from cems.local import process
from cems.local.binaries import must_hand_over, postgres_program, user_prefix
from cems.local.folders import Folders, explain, make_private, remove
from cems.local.trouble import Trouble

ROLES = Path(__file__).with_name("roles.sql")
MAJOR = "18"
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
# A statement that is refused holds names and numbers of children, and so does what PostgreSQL adds to the error.
QUIET = (
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_parameter_max_length_on_error=0",
)
# Safe only where nothing has to survive the command.
HASTY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=128MB",
)


class Postgres:
    """One embedded PostgreSQL server.

    Args:
        folders: where its data and its socket go.
        lasting: False for servers that live as long as one command: quick and careless with the disk, and
            the owner may make databases and act as the application, which is what the tests do.
    """

    name = "PostgreSQL"

    def __init__(self, folders: Folders, *, lasting: bool) -> None:
        self.folders = folders
        self.lasting = lasting
        self.data = folders.postgres
        self.log = folders.logs / "postgres.log"
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the data folder if there is none, start the server and wait until it answers.

        Raises:
            Trouble: it cannot, with what to do.
        """
        self._check_version()
        if not self.data.exists():
            self._make()
        elif must_hand_over() is not None:
            self.folders.home.chmod(0o711)  # the other user must get through to its own folder
        self._clear_remains()
        command = [postgres_program("postgres"), "-D", str(self.data), "-k", str(self.folders.sockets)]
        for setting in ("listen_addresses=", "timezone=UTC", *QUIET, *(() if self.lasting else HASTY)):
            command += ["-c", setting]
        # INT is PostgreSQL's fast shutdown; TERM would wait for clients that may never leave.
        self.child = process.start(command, self.log, prefix=user_prefix(), orphan_signal="INT")
        if not process.wait_until(self.answers, 60, self.child):
            self.stop()
            self._refuse("did not start")

    def answers(self) -> bool:
        """Whether it lets a client in."""
        try:
            self.connect("postgres").close()
        except psycopg.Error:
            return False
        return True

    def connect(self, database: str) -> psycopg.Connection:
        """A superuser's connection, for making logins and databases only."""
        return psycopg.connect(
            host=str(self.folders.sockets),
            user="postgres",
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def prepare(self) -> None:
        """Make the three logins, the database and what they may do; changes nothing the second time.

        Raises:
            Trouble: the disk is full, or the server refuses.
        """
        rules = ROLES.read_bytes()
        try:
            if not self.lasting:
                self._ease_tests(rules)
            with self.connect("postgres") as start:
                if not start.execute("SELECT 1 FROM pg_database WHERE datname = 'cems'").fetchone():
                    start.execute("CREATE DATABASE cems")
            with self.connect("cems") as inside:
                inside.execute(rules)
        except psycopg.Error as error:
            if process.disk_is_full(str(error)):
                raise Trouble(
                    "PostgreSQL could not write: the disk is full. Make some room, start again."
                ) from None
            raise Trouble(f"PostgreSQL refused to make the CEMS database: {error}") from None

    def _ease_tests(self, rules: bytes) -> None:
        # Test databases are copies of template1, so what it holds (extensions, default rights) they have.
        with self.connect("template1") as template:
            template.execute(rules)
            template.execute("ALTER ROLE cems_owner CREATEDB")
            template.execute("GRANT cems_app, cems_sealer TO cems_owner")
            # To empty tables between tests without their triggers.
            template.execute("GRANT SET ON PARAMETER session_replication_role TO cems_owner")

    def stop(self, *, cleanly: bool = False) -> None:
        """Stop it and wait for it, so that another may be started; safe to call again.

        Args:
            cleanly: with all that it knows written, though it need not last.
        """
        if self.child is not None:
            process.stop(self.child, signal.SIGINT if self.lasting or cleanly else signal.SIGQUIT, 20)

    def _check_version(self) -> None:
        version = self.data / "PG_VERSION"
        try:
            major = (
                version.read_text(encoding="ascii", errors="replace").strip() if self.data.exists() else MAJOR
            )
        except FileNotFoundError:
            raise Trouble(
                f"The data in {self.data} is not whole: its file PG_VERSION is missing.\n"
                "Put the folder back from a backup (docs/operations.md, Restore), or move it away to start empty."
            ) from None
        except OSError as error:
            raise Trouble(explain(error, version)) from None
        if major != MAJOR:
            raise Trouble(
                f"The data in {self.data} was made by PostgreSQL {major}; this is PostgreSQL {MAJOR}.\n"
                "It cannot be opened as it is: dump it with the old version and restore it into a new folder "
                "(docs/operations.md, Upgrade), or move the folder away to start empty."
            )

    def _make(self) -> None:
        # Under a name of its own, renamed when whole: a power cut leaves either no data folder or a good one.
        part = self.data.with_name("pg.part")
        remove(part)
        make_private(part, must_hand_over())
        if must_hand_over() is not None:
            self.folders.home.chmod(0o711)  # the other user must get through to its own folder
        command = [
            *user_prefix(),
            postgres_program("initdb"),
            "-D",
            str(part),
            "-U",
            "postgres",
            "--auth=trust",
        ]
        command += [*LOCALE, "--data-checksums", *(() if self.lasting else ("-N",))]
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG"))}
        made = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, env=environment
        )
        if made.returncode != 0:
            remove(part)
            self._refuse("could not make its data folder", made.stderr or made.stdout)
        part.rename(self.data)

    def _clear_remains(self) -> None:
        """Take away what a server that was cut off left behind: its processes, its pid file, its sockets."""
        make_private(self.folders.sockets, must_hand_over())
        pid_file = self.data / "postmaster.pid"
        if self._living_here():
            with contextlib.suppress(OSError, ValueError, IndexError):
                old = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
                if old in self._living_here():
                    os.kill(old, signal.SIGINT)
            if not process.wait_until(lambda: not self._living_here(), 20):
                numbers = ", ".join(str(pid) for pid in self._living_here())
                raise Trouble(
                    f"An older PostgreSQL of this project does not end (process {numbers}). End it first."
                )
        # Nobody lives here now, so the file is stale. Left alone, it would stop us after a power cut
        # whenever some other process has been given the number in it.
        if Path("/proc/self").exists():
            pid_file.unlink(missing_ok=True)
        for left in self.folders.sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _living_here(self) -> set[int]:
        """The processes whose working folder is the data folder, as it is for each of PostgreSQL's."""
        here = self.data.resolve()
        processes = set()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == here:
                    processes.add(int(entry.name))
        return processes

    def _refuse(self, what: str, words: str = "") -> None:
        words = words.strip() or process.last_lines(self.log)
        if process.disk_is_full(words):
            raise Trouble(f"PostgreSQL {what}: the disk is full. Make some room and start again.")
        raise Trouble(f"PostgreSQL {what}. Its last words (more in {self.log}):\n{words}")
