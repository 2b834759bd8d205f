"""Who looks after people."""

import pytest

from cems.accounts.models import User
from tests.factories.people import make_user


@pytest.fixture
def admin() -> User:
    return make_user("administrator")
