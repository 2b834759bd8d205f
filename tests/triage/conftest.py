"""Who and whom most tests of CEVT are about."""

import pytest

from cems.accounts.models import User
from cems.children.models import Child
from tests.factories.children import make_child
from tests.factories.people import make_locality
from tests.factories.triage import make_chair


@pytest.fixture
def chair() -> User:
    return make_chair()


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup", locality=make_locality("east"))
