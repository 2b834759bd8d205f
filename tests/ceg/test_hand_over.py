"""Another board takes a child: which, by whom, and where nobody does (G1, A2)."""

import re
from html import unescape

import pytest
from django.urls import reverse

from ceg.models import BoardEntry
from ceg.services.entry import entry_hand_over
from cems.accounts.models import User
from cems.base.errors import Conflict, Invalid
from cems.base.time import today
from cems.children.access.services.death import death_record
from cems.children.models import Child
from tests.factories.people import DARLINGTON, make_authority, make_locality, make_user, sign_in

pytestmark = pytest.mark.django_db


def address(child: Child, name: str = "ceg:hand_over") -> str:
    return reverse(name, args=[child.public_id])


@pytest.mark.requirement("G1")
def test_a_child_is_handed_to_another_board(entry: BoardEntry, board_chair: User, child: Child) -> None:
    south = make_locality("south")
    client, url = sign_in(board_chair), address(child)
    html = client.get(url).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', html)
    assert key and "South, County Durham" in html
    sent = {"key": key[1], "locality": str(south.pk), "why": ""}
    assert client.post(url, sent).status_code == 400
    for _ in range(2):
        assert client.post(url, {**sent, "why": "Lives with her aunt in South."}).status_code in {302, 403}
    assert BoardEntry.objects.get(child=child, left_at__isnull=True).locality == south
    shown = unescape(client.get(address(child, "ceg:child")).content.decode())
    assert "Lives with her aunt in South." in shown


@pytest.mark.requirement("G1", "A2")
def test_a_child_is_handed_to_no_board_of_an_authority_the_user_does_not_serve(
    entry: BoardEntry, board_chair: User, child: Child
) -> None:
    away = make_locality("away", make_authority(DARLINGTON))
    client, url = sign_in(board_chair), address(child)
    html = client.get(url).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', html)
    assert key and "Darlington" not in html
    sent = {"key": key[1], "locality": str(away.pk), "why": "Lives with her aunt."}
    assert client.post(url, sent).status_code == 400
    with pytest.raises(Invalid) as refused:
        entry_hand_over(board_chair, entry=entry, locality=away, why="Lives with her aunt.")
    assert refused.value.field == "locality" and BoardEntry.objects.get(left_at__isnull=True) == entry


@pytest.mark.requirement("G1")
def test_a_child_who_has_died_is_handed_to_no_board(
    entry: BoardEntry, board_chair: User, child: Child
) -> None:
    south = make_locality("south")
    death_record(make_user("first_contact"), child=child, died_on=today(), owner=make_user())
    with pytest.raises(Conflict, match="The child has died"):
        entry_hand_over(board_chair, entry=entry, locality=south, why="Lives with her aunt.")
    assert not BoardEntry.objects.filter(locality=south).exists()
