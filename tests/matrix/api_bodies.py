"""What a case system sends: its key, and a whole matrix as the API takes it."""

from datetime import timedelta
from typing import Any

from rest_framework.test import APIClient

from cems.accounts.services.token import token_make
from cems.base.time import today
from tests.factories.matrices import HARM
from tests.factories.people import DURHAM, make_user


def identity(**more: Any) -> dict[str, Any]:
    born = today().replace(day=1, month=3, year=today().year - 14)
    who = {"given_name": "Testchild", "family_name": "Zabington", "date_of_birth": born.isoformat()}
    return {**who, "authority": DURHAM, **more}


def whole(**more: Any) -> dict[str, Any]:
    """A whole matrix, judged Significant."""
    seen = {"seen": "seen", "when_kind": "exact", "day": today().isoformat(), "what": "Told a tutor"}
    body = {
        "child": identity(),
        "occasion": "missing",
        "answers": {HARM: {**seen, "source": "Tutor"}},
        "level": 3,
        "reasons": "Somebody older threatens them.",
        "child_views": "I want it to stop",
        "informed": "yes",
        "call": "First Contact at 10:05",
    }
    return {**body, **more}


def client_of(system, scopes=("matrix:read", "matrix:write"), **kw) -> APIClient:
    last = today() + timedelta(days=30)
    token, key = token_make(
        make_user("administrator"), user=system, name="Case system", scopes=scopes, last_day=last
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    client.token = token
    return client
