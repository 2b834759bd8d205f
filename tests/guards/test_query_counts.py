"""A page asks the database the same number of times for one row as for six, and no more often than it did.

The numbers stand in `tests/<app>/query_counts.json`. `UPDATE_QUERY_COUNTS=1` writes those of today; look at what
changed before you keep it.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.base.access_control import Shape
from cems.base.time import now
from cems.clocks.models import Clock
from tests.collecting import TESTS, folder_of
from tests.factories.people import answer_questions, sign_in
from tests.factories.world import Story, World, add_rows, give_work, make_world
from tests.guards.addresses import OF_A_MOMENT, Address, addresses
from tests.guards.source import told
from tests.guards.table import readers

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
FILE = "query_counts.json"
RESULTS = "children:search_results"


def _measured() -> list[Address]:
    """All that is read by address: not what is sent, not the health of the machine."""
    return [
        address
        for address in addresses()
        if address.access_rule
        and address.access_rule.shape is not Shape.POST
        and not (address.access_rule.shape is Shape.API and address.access_rule.public)
        if address.name not in OF_A_MOMENT or address.name == RESULTS
    ]


Reader = tuple[User | None, Story | None]


class Asking:
    """The people's clients, each signed in once, and who opened each page."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients: dict[int, Client] = {}
        self.opened: dict[str, Reader] = {}  # by address

    def counts(self) -> dict[str, int]:
        """How often each page asks, for the first person who may open it; not what nobody gets by address."""
        return {address.name: count for address in _measured() if (count := self._count(address)) is not None}

    def _count(self, address: Address) -> int | None:
        """The second of two equal requests: the first fills what is kept for the length of the process."""
        if address.name not in self.opened:
            for reader in self._readers(address):
                if self._ask(address, reader)[0] == 200:
                    self.opened[address.name] = reader
                    break
            else:
                return None
        status, number = self._ask(address, self.opened[address.name])
        return number if status == 200 else None

    def _readers(self, address: Address) -> Iterable[Reader]:
        """Who may open a page, those it is made for first."""
        assert address.access_rule is not None
        if address.access_rule.public:
            return [(None, None)]
        if address.name == RESULTS:
            return [(self.world.people["practitioner"], None)]
        return readers(self.world, address)

    def _ask(self, address: Address, reader: Reader) -> tuple[int, int]:
        person, story = reader
        client = self._client_of(person) if person else Client()
        if address.name == RESULTS:
            return _ask(client, client.post(reverse("children:search"), {"q": "Testchild"})["Location"])
        url = address.url(story or self.world, person)
        if story and address.is_document:
            answer_questions(client, story.child, url)
        return _ask(client, url)

    def _client_of(self, person: User) -> Client:
        if person.pk not in self.clients:
            self.clients[person.pk] = sign_in(person)
            self.clients[person.pk].get(reverse("home"))  # what a sign-in's first page writes down
        return self.clients[person.pk]


def _ask(client: Client, url: str) -> tuple[int, int]:
    """The status of the answer, and how many statements it took. What it changes is taken back."""
    asked = Count()
    with transaction.atomic():
        with connection.execute_wrapper(asked):
            status = client.get(url).status_code
        transaction.set_rollback(True)
    return status, asked.number


class Count:
    """Counts statements; Django keeps only the last 9,000 in its own log."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        self.number += 1
        return execute(sql, *rest)


@pytest.fixture
def counts() -> tuple[dict[str, int], dict[str, int]]:
    """With one row of everything, and with six. Time stands still: what a sign-in writes each minute is no page's."""
    with time_machine.travel(now(), tick=False):
        return _counts()


def _counts() -> tuple[dict[str, int], dict[str, int]]:
    world = make_world(("involved", "cevt", "ceg", "referral", "emergency_access"))
    give_work(world)
    _fail(1)
    asking = Asking(world)
    few = asking.counts()
    add_rows(world, 5)
    _fail(6)
    return few, asking.counts()


def _fail(how_many: int) -> None:
    """Some clocks that failed until they were given up."""
    for clock in Clock.objects.order_by("pk")[:how_many]:
        Clock.objects.filter(pk=clock.pk).update(failed_at=clock.started_at, failed_why="ExampleError")


def pinned(files: Iterable[Path]) -> dict[str, int]:
    """The numbers kept in these files, by address; two for one address are a mistake."""
    kept: dict[str, int] = {}
    for file in files:
        numbers = json.loads(file.read_text())
        if twice := kept.keys() & numbers.keys():
            raise ValueError(f"{file}: {', '.join(sorted(twice))} is pinned in two files")
        kept |= numbers
    return kept


def _write(counts: dict[str, int]) -> None:
    """Each app's numbers beside its tests."""
    of_folder: dict[Path, dict[str, int]] = {file.parent: {} for file in TESTS.rglob(FILE)}
    for address in addresses():
        if address.name in counts:
            of_folder.setdefault(folder_of(address.view), {})[address.name] = counts[address.name]
    for folder, numbers in of_folder.items():
        if numbers:
            (folder / FILE).write_text(json.dumps(dict(sorted(numbers.items())), indent=2) + "\n")
        else:
            (folder / FILE).unlink()


def test_counts_do_not_grow_with_rows_nor_with_time(counts: tuple[dict[str, int], dict[str, int]]) -> None:
    few, many = counts
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        _write(few)
    kept = pinned(TESTS.rglob(FILE))
    grown = [
        f"{name}: {count} with one row, {many.get(name, 'not open')} with six"
        for name, count in few.items()
        if many.get(name, count + 1) > count
    ]
    assert not grown, told(
        grown, "fetch the rows' relations with them: select_related, prefetch_related, one IN."
    )
    past = [
        f"{name}: {count}, was {kept.get(name, 'not measured')}"
        for name, count in few.items()
        if count > kept.get(name, 0)
    ]
    assert not past, told(
        past, "ask less often; or, where it must be, UPDATE_QUERY_COUNTS=1 and say why in the commit."
    )
    gone = [f"{name} is no page" for name in kept.keys() - few.keys()]
    assert not gone, told(gone, "UPDATE_QUERY_COUNTS=1 takes them out.")
    assert len(few) > 30


def test_a_number_stands_in_one_file(tmp_path: Path) -> None:
    """Else the larger of two might be the one that is kept to."""
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    first.write_text('{"home": 10, "actions:list": 7}')
    second.write_text('{"home": 99}')
    with pytest.raises(ValueError, match="home is pinned in two files"):
        pinned([first, second])
    assert pinned([first]) == {"home": 10, "actions:list": 7}
    assert pinned(TESTS.rglob(FILE))
