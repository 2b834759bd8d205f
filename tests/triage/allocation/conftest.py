"""A manager, a worker, and a child whose worker is to be given."""

import pytest

from cems.accounts.models import User
from cems.children.choices import RiskLevel
from cems.children.models import Child
from tests.factories.allocation import (
    child_at,
    make_manager,
    make_worker,
)


@pytest.fixture
def manager() -> User:
    return make_manager()


@pytest.fixture
def worker() -> User:
    return make_worker()


@pytest.fixture
def child() -> Child:
    return child_at(RiskLevel.SIGNIFICANT)
