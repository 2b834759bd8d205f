"""Before what can't be undone: what it ends or leaves. After it: the child by name, and the way back linked."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from cems.base.calendar import on_day
from cems.base.time import now, today
from cems.children.models import Child, Merge, NotSame, Submitter
from cems.clocks.services.clock import clock_start
from cems.notices.models import Notice
from tests.factories.children import involve, make_child, make_placement
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1")]


def text(response: Any) -> str:
    assert isinstance(response, HttpResponse) and response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def at(name: str, child: Child, *more: Any) -> str:
    return reverse(f"children:{name}", args=[child.public_id, *more])


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


def promise(child: Child, owner: Any) -> None:
    clock_start(
        owner,
        kind="action.due",
        owner=owner,
        deadline=on_day(now(), today() + timedelta(days=9)),
        reference="EX-1",
        title="Ring the youth club",
        url="/",
        child=child.public_id,
    )


def test_a_death_says_what_it_cancels_names_the_child_and_links_the_way_back(child: Child) -> None:
    desk, owner = make_user("first_contact"), make_user()
    involve(child, owner)
    promise(child, desk)
    client = sign_in(desk)
    page = text(client.get(at("death", child)))
    assert "These promises are cancelled" in page and "Ring the youth club" in page
    day = today()
    form = {
        "died_on_0": day.day, "died_on_1": day.month, "died_on_2": day.year, "owner": owner.public_id,
        "confirmed": "on",
    }  # fmt: skip
    done = text(client.post(at("death", child), form, follow=True))
    assert "Recorded that Marnie Madeup has died" in done
    assert f'href="{at("death", child)}">It was recorded in error' in done


def test_an_involvement_and_a_placement_say_what_goes_on(child: Child) -> None:
    desk, worker = make_user("first_contact"), make_user(name="Example Worker")
    row, place = involve(child, worker), make_placement(child)
    promise(child, worker)
    client = sign_in(desk)
    page = text(client.get(at("involvement_end", child, row.public_id)))
    assert "hand it over" in page and "Ring the youth club" in page
    assert "Ring the youth club" in text(client.get(at("placement_end", child, place.public_id)))
    done = text(client.post(at("involvement_end", child, row.public_id), {"reason": "Moved"}, follow=True))
    assert "Example Worker no longer works with Marnie Madeup" in done


@pytest.mark.requirement("C1")
def test_two_records_joined_name_the_child_and_link_the_way_back(child: Child) -> None:
    other, desk = make_child(), make_user("first_contact")
    client = sign_in(desk)
    page = client.get(at("merge", child, other.public_id))
    assert page.status_code == 200
    form = page.context["form"]
    choices = {name: field.choices[0][0] for name, field in form.fields.items() if hasattr(field, "choices")}
    done = text(
        client.post(at("merge", child, other.public_id), {**choices, "why": "One child"}, follow=True)
    )
    row = Merge.objects.get()
    assert "Marnie Madeup" in done and at("merge_undo", child, row.public_id) in done


def test_who_leaves_is_shown_with_what_they_promised(child: Child) -> None:
    worker = make_user(name="Example Worker")
    promise(child, worker)
    page = text(sign_in(make_user("administrator")).get(reverse("people:leave", args=[worker.public_id])))
    assert "Promises with a time: 1" in page and "Madeup" not in page


@pytest.mark.requirement("C1")
def test_a_new_child_is_looked_at_before_the_record_stands(child: Child) -> None:
    desk, sender = make_user("first_contact"), make_user()
    alike = make_child(
        given_name="Marnie",
        family_name="Madeup",
        date_of_birth=child.date_of_birth,
        authority=child.authority,
    )
    Child.objects.unscoped("test").filter(pk=child.pk).update(provisional=True)
    Submitter.objects.create(child=child, user=sender, at=now())
    client, address = sign_in(desk), at("record_confirm", child)
    page = text(client.get(address))
    assert "Marnie Madeup" in page and alike.reference in page and "is told that it counts" in page
    assert not Notice.objects.filter(user=sender).exists()
    key = uuid4()
    for _ in range(2):  # sent twice, it counts and is told once
        assert "stands as a record of its own" in text(client.post(address, {"key": key}, follow=True))
    assert Notice.objects.filter(user=sender, kind="children.matched").count() == 1
    refused = client.post(address, {"key": uuid4()})
    assert refused.status_code == 409 and "matched already" in unescape(refused.content.decode())
    assert "has been matched already" in text(client.get(address, follow=True))


@pytest.mark.requirement("C1")
def test_two_children_are_looked_at_before_the_pair_is_put_away(child: Child) -> None:
    other, desk = make_child(given_name="Arlo", family_name="Invented"), make_user("first_contact")
    Child.objects.unscoped("test").filter(pk=other.pk).update(provisional=True)
    client, address = sign_in(desk), at("not_same", child, other.public_id)
    page = text(client.get(address))
    assert "Marnie Madeup" in page and "Arlo Invented" in page and "still waits to be matched" in page
    assert not NotSame.objects.exists()
    key = uuid4()
    for _ in range(2):
        assert "are two children" in text(client.post(address, {"key": key}, follow=True))
    assert NotSame.objects.count() == 1
    assert sign_in(make_user()).get(address).status_code == 404
