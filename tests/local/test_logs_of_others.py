"""What the logs of the servers that CEMS runs on hold: no name, no number, no key, one line a request (A3)."""

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.db import DatabaseError, connection

from cems.local.gunicorn_conf import AccessLog, access_log_format, path_in_log

NHS = "9434765919"
CHILD = "0b7b4f4e-8f0e-4f0a-9d3c-1f2e3d4c5b6a"


@pytest.mark.requirement("A3")
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "/"),
        (f"/children/{CHILD}/notes/new/", f"/children/{CHILD}/notes/new/"),
        ("/account/password/reset/key/3-c9x1k2-8d1f0e/", "/account/password/reset/key/…/"),
        ("/clocks/feed/Zk3vQ9aY2m1xT7.ics", "/clocks/feed/…"),
        ('/children/\n{"at":"forged"}', "/children/…"),
        ("/\x1b[31m/\u202e/", "/…/…/"),
        (f"/search/{NHS}/", "/search/…/"),
        ("/Marnie%20Madeup/", "/…/"),
        ("/.env", "/…"),
        ("/" + "a" * 50 + "/" + "/" * 3_000, "/…/" + "/" * (2000 - 53 + 1)),
    ],
)
def test_the_access_log_tells_no_key_and_stays_on_its_line(path: str, shown: str) -> None:
    told = path_in_log(path)
    assert told == shown or len(path) > 2000
    line = access_log_format % {**dict.fromkeys("tsBL", "1"), "m": "GET", "U": told}
    assert "\n" not in line and json.loads(line)["path"] == told


@pytest.mark.requirement("A3")
def test_the_log_of_gunicorn_is_written_by_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gunicorn.glogging.Logger.atoms", lambda *_: {"U": "raw", "m": "raw", "s": "200"})
    environ = {"PATH_INFO": unquote("/account/password/reset/key/3-c9%0a1k2/"), "REQUEST_METHOD": "GE\nT"}
    atoms = AccessLog.atoms(AccessLog.__new__(AccessLog), None, None, environ, None)
    assert atoms == {"U": "/account/password/reset/key/…/", "m": "…", "s": "200"}


@pytest.mark.requirement("A3")
@pytest.mark.django_db(transaction=True)
def test_the_log_of_postgresql_holds_no_refused_statement() -> None:
    refused = (
        ("SELECT 1 FROM children_child WHERE reference = %s AND nowhere = 1", [f"Marnie Madeup {NHS}"]),
        ("INSERT INTO base_presence (subject, place, typing, at) VALUES (%s, 'x', false, now())", [NHS]),
    )
    for statement, given in refused:
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement, given)
    logs = list(Path(connection.settings_dict["HOST"]).parent.rglob("postgres.log"))
    assert logs, "the server of the tests keeps its log beside its socket"
    words = "".join(log.read_text("utf-8", errors="replace") for log in logs)
    assert "ERROR" in words and NHS not in words and "Madeup" not in words
