"""What answers with words about a child writes a read row, whatever method or header is sent (A3, house-d).

Each address is asked by somebody who may open it: with each method, as a browser, a script and a poll ask.
What a view does not take is refused with 405.
"""

from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.children.models import Child
from tests.factories.people import answer_questions, sign_in
from tests.factories.world import Story, World
from tests.guards.addresses import OF_A_MOMENT, Address, addresses
from tests.guards.source import packages, told
from tests.guards.table import readers

pytestmark = [pytest.mark.django_db, pytest.mark.walk, pytest.mark.requirement("A3")]
POLL = {"X-CEMS-Polling": "1", "X-Requested-With": "cems", "HX-Request": "true"}
OTHERS = ("OPTIONS", "PUT", "FOO")
READS = {Verb.VIEWED, Verb.LISTED, Verb.SEARCHED}
REFUSED = {401, 403, 404, 405}
WHAT = ("note", "reasons", "evidence", "action", "concern", "level", "family")
ASKED = 3  # people who may open an address and are tried until one of them gets it


def _ours() -> list[Address]:
    """Every address with a view of ours: those of other people's code show no child."""
    return [
        address
        for address in addresses()
        if address.view.split(".")[0] in packages()
        and address.access_rule
        and address.name not in OF_A_MOMENT
    ]


class Asking:
    """One person's requests at one address; whatever they change is taken back."""

    def __init__(self, world: World, address: Address, person: User, story: Story | None) -> None:
        self.world, self.address, self.person = world, address, person
        self.url = address.url(story or world, person)
        self.client = Client() if address.access_rule and address.access_rule.public else sign_in(person)
        if story and address.is_document:
            answer_questions(self.client, story.child, self.url)

    def send(self, method: str, headers: dict[str, str]) -> tuple[HttpResponseBase, list[Entry]]:
        """The answer, and what reading it wrote."""
        with transaction.atomic():
            last = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            response = self.client.generic(method, self.url, headers=headers)
            written = list(Entry.objects.filter(pk__gt=last, verb__in=READS))
            transaction.set_rollback(True)
        return response, written

    def unread(self, response: HttpResponseBase, written: list[Entry]) -> Iterator[str]:
        """The children an answer tells of without a row that says it was read."""
        if response.status_code in REFUSED or response.streaming:
            return
        words = unescape(response.content.decode(errors="replace"))  # type: ignore[attr-defined]
        seen: set[Any] = {str(row.child) for row in written}
        seen.update(key for row in written for key in row.detail.get("children", ()))
        for story in self.world.stories.values():
            hints = [story.child.family_name, *(story.secret(what) for what in WHAT)]
            if any(hint in words for hint in hints) and not seen & _ids(story.child):
                yield story.key


def _ids(child: Child) -> set[str]:
    merged = Child.objects.unscoped("the records joined to one of the story").filter(merged_into=child.pk)
    return {
        str(child.public_id),
        *(str(public_id) for public_id in merged.values_list("public_id", flat=True)),
    }


def _opened(world: World, address: Address) -> Asking | None:
    """Somebody who gets an answer there, if anybody does."""
    assert address.access_rule is not None
    for number, (person, story) in enumerate(readers(world, address)):
        asking = Asking(world, address, person, story)
        if number >= ASKED or asking.send(address.access_rule.methods[0], {})[0].status_code not in REFUSED:
            return asking
    return None


def _unread(asking: Asking) -> Iterator[str]:
    """What is told without a row, by whatever method the view takes, and as a poll."""
    address, rows = asking.address, {}
    assert address.access_rule is not None
    for method in address.access_rule.methods:
        response, written = asking.send(method, {} if method == "HEAD" else POLL)
        rows[method] = [(row.verb, row.child, row.part) for row in written]
        yield from (f"{method} {address.name} tells of {key}" for key in asking.unread(response, written))
        if response.status_code >= 500:
            yield f"{method} {address.name} answers {response.status_code}"
    if rows.get("GET") != rows.get("HEAD"):
        yield f"{address.name}: {len(rows['GET'])} rows for the page, {len(rows['HEAD'])} for its head"


def _taken(asking: Asking, rules: set[object]) -> Iterator[str]:
    """Methods the view does not take that are not refused.

    The rule of the address refuses them, before the view: each method is tried once for each distinct rule that the
    framework meets in one way, and one of them at every address.
    """
    address = asking.address
    assert address.access_rule is not None
    way = address.access_rule, address.framework
    others = [*OTHERS, *({"GET", "HEAD", "POST"} - set(address.access_rule.methods))]
    tried = others[:1] if way in rules else others
    rules.add(way)
    for method in tried:
        status = asking.send(method, POLL)[0].status_code
        if status != 405:
            yield f"{method} {address.name} answers {status}"


def test_whatever_is_sent_words_about_a_child_are_a_read(world: World) -> None:
    untold, taken, asked = [], [], 0
    rules: set[object] = set()
    for address in _ours():
        asking = _opened(world, address)
        if asking is None:
            continue
        asked += 1
        untold += _unread(asking)
        taken += _taken(asking, rules)
    assert asked > 150, "hardly any address could be opened"
    assert not untold, told(
        untold, "read through the access rule, or write `read` or `listed` where words are shown."
    )
    assert not taken, told(
        taken, "declare methods= in the access rule: READ, FORM or SEND of cems.base.access_control."
    )
