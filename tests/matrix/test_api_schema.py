"""What OpenAPI describes, and that nothing sent to it makes the server fail (O1, M7)."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from cems.wsgi import application
from matrix.models import Submission
from tests.factories.people import make_authority, make_user
from tests.matrix.test_api import client_of, send, whole

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("O1")]


@pytest.fixture
def key(monkeypatch) -> Iterator[str]:
    """A key that is not throttled; requests to the WSGI application leave the test's connection open."""
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"api": None, "failed_keys": None})
    cache.clear()
    make_authority()
    client = client_of(make_user("service_account"))
    assert send(client, whole()).status_code == 201
    # Only now: Django's own test client connects it again after each request.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield str(client._credentials["HTTP_AUTHORIZATION"])
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_the_description_is_for_whoever_is_signed_in(key):
    assert APIClient().get("/api/schema/").status_code == 401
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=key)
    schema = client.get("/api/schema/?format=json").json()
    assert {"/api/v1/matrices/", "/api/v1/submissions/", "/api/v1/submissions/{public_id}/"} <= set(
        schema["paths"]
    )
    assert schema["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}
    assert "Idempotency-Key" in str(schema["paths"]["/api/v1/matrices/"]["post"]["parameters"])


def test_nothing_the_description_allows_makes_the_server_fail(key):
    schema = schemathesis.openapi.from_wsgi(
        "/api/schema/?format=json", application, headers={"Authorization": key}
    )
    known = str(Submission.objects.get().public_id)
    tried = {}
    for get_all_operation in schema.get_all_operations():
        operation = get_all_operation.ok()
        tried[operation.path] = _tried(operation, key, known)
    assert len(tried) >= 3 and all(number >= 5 for number in tried.values()), tried


def _tried(operation: Any, key: str, known: str) -> int:
    """Send what the description allows to one address; how often it was sent."""
    sent = []

    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def fuzz(data):
        case = data.draw(operation.as_strategy())
        if "public_id" in (case.path_parameters or {}) and data.draw(st.booleans()):
            case.path_parameters = {"public_id": known}
        answer = case.call(headers={"Authorization": key})
        sent.append(answer.status_code)
        assert answer.status_code < 500 and answer.status_code != 401, (operation.path, case.body)

    fuzz()
    return len(sent)
