"""The demonstration's tests stand on one Thursday and keep the password in a folder of their own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from pytest_django import Settings

AS_OF = datetime(2026, 10, 15, 13, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _a_demonstration(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.DEMO = True
    settings.SECOND_FACTOR_COMPULSORY = False
    settings.STATE_DIR = tmp_path
    # Several dozen people at the price of the real hash would be most of the time of these tests.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with time_machine.travel(AS_OF, tick=False):
        yield
