"""The benchmark's own PostgreSQL and the settings of CEMS beside it, gone when the run ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from cems.local import process
from cems.local.binaries import postgres_program, user_prefix
from cems.local.folders import (
    PROJECT,
    Folders,
    check_socket_path,
    kept_secrets,
    make_private,
    remove,
    temporary_folders,
)
from cems.local.postgres import Postgres

# What a small server of a partnership has, solid-state disks among it. Nothing here has to survive the run, so
# the disk is not waited for. Tables are vacuumed and analysed when they are loaded, and nothing runs beside the
# measures.
SETTINGS = (
    "listen_addresses=",
    "timezone=UTC",
    "shared_buffers=512MB",
    "work_mem=16MB",
    "maintenance_work_mem=512MB",
    "max_wal_size=4GB",
    "random_page_cost=1.1",
    "checkpoint_timeout=30min",
    "max_connections=100",
    "wal_level=minimal",
    "max_wal_senders=0",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
)


class BenchPostgres(Postgres):
    """An embedded server with the memory of a real one."""

    def __init__(self, folders: Folders) -> None:
        super().__init__(folders, lasting=False)

    def start(self) -> None:
        """Make the data folder, start the server and wait until it answers. Raises Trouble."""
        self._make()
        self._clear_remains()
        command = [postgres_program("postgres"), "-D", str(self.data), "-k", str(self.folders.sockets)]
        for setting in SETTINGS:
            command += ["-c", setting]
        self.child = process.start(command, self.log, prefix=user_prefix(), orphan_signal="INT")
        if not process.wait_until(self.answers, 60, self.child):
            self.stop()
            self._refuse("did not start")


def settings_for(folders: Folders) -> dict[str, str]:
    """The environment of CEMS on this server: no demonstration, no debugging, quiet logs."""
    return {
        **kept_secrets(folders.state),
        "CEMS_MODE": "local",
        "CEMS_DEMO": "0",
        "CEMS_DEBUG": "0",
        "CEMS_SECOND_FACTOR": "0",
        "CEMS_DATABASE_ROLE": "app",
        "CEMS_ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
        "CEMS_BASE_URL": "http://127.0.0.1:8000",
        "CEMS_LOG_LEVEL": "ERROR",
        "CEMS_STATE_DIR": str(folders.state),
        "DATABASE_URL": folders.database_url("cems_app"),
        "DATABASE_OWNER_URL": folders.database_url("cems_owner"),
        "DATABASE_SEALER_URL": folders.database_url("cems_sealer"),
        "REDIS_URL": folders.redis_url(),  # no page asks the queue anything, so none is started
        "DJANGO_SETTINGS_MODULE": "cems.settings",
    }


@contextmanager
def database() -> Iterator[tuple[Folders, dict[str, str]]]:
    """A server with an empty, migrated CEMS database; stopped and removed at the end. Raises Trouble."""
    folders = temporary_folders()
    server = BenchPostgres(folders)
    try:
        for folder in (folders.state, folders.logs):
            make_private(folder)
        check_socket_path(folders.sockets)
        server.start()
        server.prepare()
        settings = settings_for(folders)
        with server.connect("cems") as start:
            start.execute("GRANT TEMPORARY ON DATABASE cems TO cems_app")  # for the sweep written by hand
        _prepare(settings)
        yield folders, settings
    finally:
        server.stop()
        remove(folders.home)


def _prepare(settings: dict[str, str]) -> None:
    """The owner makes the structure, in a process of its own: this one is the application, as a page is."""
    owner = {**os.environ, **settings, "CEMS_DATABASE_ROLE": "owner"}
    subprocess.run([sys.executable, "-m", "bench.structure"], check=True, cwd=PROJECT, env=owner)


def owner_connection(settings: dict[str, str]) -> psycopg.Connection:
    """A connection of the owner of the structure, each statement a transaction of its own."""
    return psycopg.connect(settings["DATABASE_OWNER_URL"], autocommit=True)
