"""What the guards that walk pages share."""

import logging
from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.factories.world import World, make_world


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """Made once a process, in a transaction that is never committed; each walk goes back to it.

    Whoever asks for it runs before all else (tests/conftest.py), since nothing else may run inside its transaction.
    """
    requests = logging.getLogger("django.request")
    requests.setLevel(logging.ERROR)  # thousands of refusals are as they should be
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield make_world()
        transaction.set_rollback(True)
    requests.setLevel(logging.NOTSET)
