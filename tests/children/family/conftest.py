"""Two children, one of whom names the other, and who works with both or one of them."""

import pytest

from tests.factories.children import (
    agree_level,
    involve,
    make_child,
    make_relationship,
)
from tests.factories.people import make_team, make_user


@pytest.fixture
def reader():
    """Works with both children."""
    return make_user(team=make_team())


@pytest.fixture
def one_side():
    """Works with the first child alone."""
    return make_user("team_manager", team=make_team())


@pytest.fixture
def child(reader, one_side):
    child = make_child(given_name="Alpha")
    involve(child, reader)
    involve(child, one_side, "team_manager", team=one_side.appointments.get().team)
    return child


@pytest.fixture
def sibling(reader):
    sibling = make_child(given_name="Betula")
    agree_level(sibling, 2)
    involve(sibling, reader)
    return sibling


@pytest.fixture
def row(child):
    return make_relationship(child, name="Bet", relation="sibling")
