"""A page asks the database the same number of times for one row as for six, and no more often than it did.

`UPDATE_QUERY_COUNTS=1` writes the numbers of today into query_counts.json; look at what changed before you keep it.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from cems.base.access_control import Shape
from cems.base.time import now
from cems.clocks.models import Clock
from cems.policy import snapshot
from tests.factories.people import sign_in
from tests.factories.world import World, add_rows, give_work, make_world
from tests.guards.addresses import OF_A_MOMENT, Address, addresses
from tests.guards.source import told
from tests.guards.table import readers

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
FILE = Path(__file__).with_name("query_counts.json")
RESULTS = "children:search_results"


def _measured() -> list[Address]:
    """All that is read by address: not what is sent, not the health of the machine."""
    return [
        one
        for one in addresses()
        if one.access_rule
        and one.access_rule.shape is not Shape.POST
        and not (one.access_rule.shape is Shape.API and one.access_rule.public)
        if one.name not in OF_A_MOMENT or one.name == RESULTS
    ]


def _counts(world: World) -> dict[str, int]:
    return {one.name: count for one in _measured() if (count := _count(world, one)) is not None}


def _count(world: World, address: Address) -> int | None:
    """How often the page asks, for the first person who may open it; None for what nobody gets by address."""
    client = Client()
    if address.name == RESULTS:
        client = sign_in(world.people["practitioner"])
        return _queries(client, client.post(reverse("children:search"), {"q": "Testchild"})["Location"])
    assert address.access_rule is not None
    if address.access_rule.public:
        return _queries(client, address.url(world))
    for person, story in readers(world, address):
        count = _queries(sign_in(person, client), address.url(story or world, person))
        if count is not None:
            return count
    return None


def _queries(client: Client, url: str) -> int | None:
    """The second of two equal requests: the first fills what is kept for the length of the process.

    What is kept for half a minute is read just before, so that its time is not up in between.
    """
    for _ in range(2):
        asked = Count()
        snapshot.keep(snapshot.read_now(now()))
        with transaction.atomic():
            with connection.execute_wrapper(asked):
                response = client.get(url)
            transaction.set_rollback(True)
    return asked.number if response.status_code == 200 else None


class Count:
    """Counts statements; Django keeps only the last 9,000 in its own log."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        self.number += 1
        return execute(sql, *rest)


@pytest.fixture
def counts() -> tuple[dict[str, int], dict[str, int]]:
    """With one row of everything, and with six."""
    world = make_world(("involved", "cevt", "referral", "emergency_access"))
    for person in world.people.values():
        give_work(person)
    _fail(1)
    few = _counts(world)
    add_rows(world, 5)
    _fail(6)
    return few, _counts(world)


def _fail(how_many: int) -> None:
    """Some clocks that failed until they were given up."""
    for clock in Clock.objects.order_by("pk")[:how_many]:
        Clock.objects.filter(pk=clock.pk).update(failed_at=clock.started_at, failed_why="ExampleError")


def test_counts_do_not_grow_with_rows_nor_with_time(counts: tuple[dict[str, int], dict[str, int]]) -> None:
    few, many = counts
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        FILE.write_text(json.dumps(dict(sorted(few.items())), indent=2) + "\n")
    kept: dict[str, int] = json.loads(FILE.read_text())
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
