"""The database as in production: the owner migrates, every test runs as the application's login.

Only putting the rows back between transactional tests and dropping the database go back to the owner.
"""

import gc
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase

from cems.base.time import now
from cems.policy import snapshot
from tests.rows import owner_rights, put_rows, take_rows

pytest_plugins = ("tests.journeys.visited", "tests.guards.audited")
LONG = ("walk", "browser", "workers")  # marks of tests that take many seconds each


def _as_application(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Every connection to a test database takes the application's rights."""
    if connection.alias == "default" and not getattr(connection, "stay_owner", False):
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION ROLE {settings.DATABASE_APP_ROLE}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: pytest.FixtureRequest
) -> None:
    """Migrate once a server, by the first worker that comes: every test database is a copy of that one.

    One left half migrated is no harm, since each copy is migrated too, most often with nothing left to do.
    """
    settings_dict = connection.settings_dict
    ours = settings_dict["NAME"]
    template = f"test_{ours}_migrated"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(1)")  # until this cursor's connection ends
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [template])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(template)}")
            settings_dict["NAME"] = template
            call_command("migrate", verbosity=0, interactive=False)
            connection.close()
            settings_dict["NAME"] = ours
    settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """After the owner has migrated: reference data, then the application's rights for all tests."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("sync_reference", verbosity=0, stdout=io.StringIO())
        connection_created.connect(_as_application, dispatch_uid="tests-as-application")
        if connection.connection is not None:
            _as_application(connection)
        kept = take_rows()
    original = TransactionTestCase._fixture_teardown

    def put_back(self: TransactionTestCase) -> None:
        put_rows(kept)

    TransactionTestCase._fixture_teardown = put_back  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]
    connection_created.disconnect(dispatch_uid="tests-as-application")
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connection.close()


def pytest_collection_finish(session: pytest.Session) -> None:
    """The code is read and stays: the collector of garbage need not go through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Mark what seals: an open transaction of any other test on the server holds the seal back (`make test`).

    Before marks choose among the tests; their order is made after it was made random.
    """
    for item in items:
        for marker in item.iter_markers("django_db"):
            if "sealer" in (marker.kwargs.get("databases") or ()):
                item.add_marker("alone")
    yield
    items[:] = longest_first(items, getattr(config, "workerinput", {}).get("workercount", 1))


def longest_first(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """The tests of one worker after those of the other, as xdist shares them out, each with its long ones first.

    What is left at the end, to be taken over by who is done, are then the short ones. Before all others stand those
    inside the one world of the guards (tests/guards/walks/conftest.py), which nothing else may stand between.
    """
    items = sorted(items, key=lambda item: "world" not in getattr(item, "fixturenames", ()))
    long = [item for item in items if any(item.get_closest_marker(name) for name in LONG)]
    longs = set(long)
    short = [item for item in items if item not in longs]
    size = -(-len(short) // workers)
    shares = [[*long[number::workers], *short[number * size :][:size]] for number in range(workers)]
    return [item for share in shares for item in share]


class AlwaysDefaults(snapshot.Snapshot):
    """Never too old."""

    def is_fresh(self, instant: datetime) -> bool:
        return True


def keep_defaults() -> None:
    """Practice settings are at their defaults, whatever the time is made to be."""
    snapshot.keep(AlwaysDefaults(now()))


keep_defaults()  # for deadlines that a test module reckons as it is read


@pytest.fixture(autouse=True)
def practice_settings(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test begins with the defaults: what an earlier one decided, and rolled back, is not kept.

    One without a database stays with them; one with a database reads anew once its time has gone on.
    """
    with_database = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if with_database or request.node.get_closest_marker("django_db"):
        snapshot.keep(snapshot.Snapshot(now()))
        yield
        keep_defaults()
    else:
        yield


@pytest.fixture
def as_owner() -> Callable[[], AbstractContextManager[None]]:
    """`with as_owner():` runs a block with the owner's rights."""
    return owner_rights
