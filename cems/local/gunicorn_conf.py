"""How gunicorn serves CEMS, under `make run` and in a container alike (`gunicorn -c`)."""

import os

bind = f"{os.environ.get('CEMS_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("CEMS_WEB_WORKERS", "2"))
threads = int(os.environ.get("CEMS_WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 10
# Memory that a worker has gathered is given back; the jitter keeps workers from leaving together.
max_requests = 5000
max_requests_jitter = 500
limit_request_line = 4094
# gunicorn's remote control is a socket in the home folder that nothing here needs.
control_socket_disable = True
# %(U)s is the path without its query string, and no address of a person is kept: docs/operations.md, Logs.
accesslog = "-"
access_log_format = (
    '{"at":"%(t)s","method":"%(m)s","path":"%(U)s","status":"%(s)s","bytes":"%(B)s","seconds":"%(L)s"}'
)
