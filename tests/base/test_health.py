"""Health pages: what they say, and that the first needs nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client, override_settings

from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.time import now
from cems.health import CHECKS


def test_healthz_needs_no_database(client: Client) -> None:
    """No django_db mark: touching the database would fail this test."""
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_names_every_part(client: Client) -> None:
    answer = client.get("/readyz")
    parts = answer.json()["parts"]
    assert set(parts) == set(CHECKS)
    assert parts["database"] == {"state": "ok", "said": "reachable"}
    assert parts["migrations"]["state"] == "ok"


@pytest.mark.django_db
@override_settings(CELERY_BROKER_URL="redis://127.0.0.1:1/0")
def test_a_lost_redis_is_only_a_warning(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.json()["parts"]["redis"]["state"] == "warning"


@pytest.mark.django_db
@pytest.mark.requirement("A3")
def test_unsealed_entries_older_than_a_minute_make_it_unready(client: Client) -> None:

    with time_machine.travel(now() - timedelta(minutes=3), tick=False):
        record(None, verb=Verb.SIGN_IN_FAILED)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["sealing"]["state"] == "failed"
