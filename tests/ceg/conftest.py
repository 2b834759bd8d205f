"""Whose board most tests are about, and which child."""

import pytest

from ceg.models import BoardEntry
from cems.accounts.models import Locality, User
from cems.children.models import Child
from tests.factories.boards import make_board_chair, put_on_board
from tests.factories.children import make_child
from tests.factories.people import make_locality


@pytest.fixture
def east() -> Locality:
    return make_locality("east")


@pytest.fixture
def board_chair(east: Locality) -> User:
    return make_board_chair(east)


@pytest.fixture
def child(east: Locality) -> Child:
    return make_child(given_name="Marnie", family_name="Madeup", locality=east)


@pytest.fixture
def entry(board_chair: User, child: Child) -> BoardEntry:
    """CEVT agreed Significant yesterday, so the child is on East's board, which has a chair."""
    return put_on_board(child)
