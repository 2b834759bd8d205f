"""Somebody who sends matrices by API."""

import pytest
from rest_framework.test import APIClient

from cems.accounts.models import User
from tests.factories.people import make_user
from tests.matrix.api_bodies import client_of


@pytest.fixture
def system() -> User:
    return make_user("service_account")


@pytest.fixture
def api(system: User) -> APIClient:
    return client_of(system)
