"""A server that is frozen, not gone, keeps its connections open and says nothing: no limit of its own helps then.

So the wait itself has a limit (OPTIONS["patience"], seconds). What waited is told that the database is away, as when
it is gone, and the connection is given up.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import RV, PQGen

INTERVAL = 0.1  # seconds between looks at whether the wait is to be broken off


class PatientConnection(psycopg.Connection[Any]):
    """A connection that gives up on a server which does not answer."""

    patience: float | None = None

    def wait(self, gen: PQGen[RV], interval: float = INTERVAL, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as error:  # raised by the driver under no other name
            self.pgconn.finish()
            raise psycopg.OperationalError("the server did not answer in time") from error


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with PatientConnection for its connections."""

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        self.patience = params.pop("patience", None)
        return params

    def get_new_connection(self, conn_params: Mapping[str, Any]) -> Any:
        connection = PatientConnection.connect(**conn_params)
        connection.patience = self.patience
        return connection
