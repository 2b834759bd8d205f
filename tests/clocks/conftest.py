"""Every test of clocks stands on one plain Monday, so that people's appointments hold then."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.factories.clocks import MONDAY


@pytest.fixture(autouse=True)
def _on_a_plain_monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield
