"""How gunicorn serves CEMS, under `make run` and in a container alike (`gunicorn -c`)."""

import ctypes
import os
import re
import signal
import sys
from typing import Any

from gunicorn.glogging import Logger

PR_SET_PDEATHSIG = 1
# What may stand in a line: a word of an address of ours, a public id, a short number. A key of an invitation or of a
# calendar, or whatever else a stranger sends, could be used, or could break the line.
_PLAIN = re.compile(r"[a-z][a-z_-]{0,40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{1,6}|")


def path_in_log(path: str) -> str:
    """The path of a request with an ellipsis for each part that is not plainly one of our own."""
    return "/".join(part if _PLAIN.fullmatch(part) else "…" for part in path[:2000].split("/"))


class AccessLog(Logger):
    """gunicorn's own, that tells no key and stays on its line."""

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        method = str(environ.get("REQUEST_METHOD", ""))
        return {
            **atoms,
            "U": path_in_log(str(environ.get("PATH_INFO", ""))),
            "m": method if method.isalpha() else "…",
        }


def post_fork(server: Any, worker: Any) -> None:
    """A child whose master is killed ends at once: with a request that hangs it would keep the port from the next."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != server.pid:
            os._exit(1)


bind = f"{os.environ.get('CEMS_BIND') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
# The settings ask which part this is: the web holds no key of the audit trail.
raw_env = ["CEMS_PART=web"]
workers = int(os.environ.get("CEMS_WEB_WORKERS") or "2")
threads = int(os.environ.get("CEMS_WEB_THREADS") or "4")
worker_class = "gthread"
timeout = 60
graceful_timeout = 10
# A proxy keeps its connections: closed sooner than it thinks, its next request would fail.
keepalive = 75
# Memory that a worker has gathered is given back; the jitter keeps workers from leaving together.
max_requests = 5000
max_requests_jitter = 500
limit_request_line = 4094
# gunicorn's remote control is a socket in the home folder that nothing here needs.
control_socket_disable = True
# %(U)s is the path without its query string, and no address of a person is kept: docs/operations.md, Logs.
accesslog = "-"
logger_class = AccessLog
access_log_format = (
    '{"at":"%(t)s","method":"%(m)s","path":"%(U)s","status":"%(s)s","bytes":"%(B)s","seconds":"%(L)s"}'
)
