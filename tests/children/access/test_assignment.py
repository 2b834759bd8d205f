"""Auditors and information governance read what is assigned to them, to a day, and who looked at it (A2, A3)."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.services import listed, read
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.children.access.services.assignment import assignment_end, assignment_make
from cems.children.models import Assignment, Child
from cems.notices.models import Notice
from tests.factories.children import assign, bar, make_child, make_matter, name_reader, restrict
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2", "A3")]


def text(response: Any) -> str:
    assert isinstance(response, HttpResponse) and response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def at(name: str, child: Child) -> str:
    return reverse(f"children:{name}", args=[child.public_id])


def form(person: User, **kw: Any) -> dict[str, Any]:
    last = today() + timedelta(days=20)
    day = {"ends_on_0": last.day, "ends_on_1": last.month, "ends_on_2": last.year}
    return {"person": person.public_id, "kind": "sample", "reference": "Autumn", "key": uuid4(), **day, **kw}


@pytest.fixture
def child() -> Child:
    row = make_child(given_name="Marnie", family_name="Madeup")
    make_matter(row, "exploitation")
    return row


@pytest.mark.parametrize("key", ["auditor", "information_governance"])
@pytest.mark.parametrize("by", ["first_contact", "head_of_service"])
def test_assigned_the_record_and_its_use_open_to_the_day_and_not_before(
    child: Child, key: str, by: str
) -> None:
    person, manager = make_user(key, name="Example Reader"), make_user(by)
    theirs, ours = sign_in(person), sign_in(manager)
    assert theirs.get(at("record_use", child)).status_code == 404
    assert at("assignments", child) in text(ours.get(at("restriction", child)))
    page = text(ours.post(at("assignments", child), form(person), follow=True))
    assert "Example Reader can read the record of Marnie Madeup now" in page and "Autumn" in page
    notice = Notice.objects.get(user=person)
    assert notice.url == at("overview", child) and "Madeup" not in notice.text
    assert "Who has looked at this record" in text(theirs.get(at("record_use", child)))
    assert "Marnie Madeup" in text(theirs.get(reverse("home")))
    assert theirs.get(at("note_new", child)).status_code == 403  # reads, and changes nothing
    row = Assignment.objects.get()
    end = reverse("children:assignment_end", args=[child.public_id, row.public_id])
    for _ in range(2):
        assert ours.post(end).status_code == 302
    assert theirs.get(at("record_use", child)).status_code == 404
    assert "Marnie Madeup" not in text(theirs.get(reverse("home")))


def test_it_ends_with_its_day_and_opens_no_restricted_record(child: Child, time_machine: Any) -> None:
    auditor = make_user("auditor")
    assign(child, auditor, until=now() + timedelta(days=2))
    other = make_child()
    assign(other, auditor)
    restrict(other, owner=make_user())
    assert set(Child.objects.visible_to(auditor)) == {child}
    time_machine.move_to(now() + timedelta(days=3))
    assert not Child.objects.visible_to(auditor).exists()


def test_nobody_assigns_to_themselves_or_beyond_the_rule(child: Child) -> None:
    desk, auditor = make_user("first_contact"), make_user("auditor")
    given: dict[str, Any] = {"child": child, "kind": "sample", "reference": "A", "ends_on": today()}
    with pytest.raises(NotAllowed):
        assignment_make(auditor, person=auditor, **given)
    wrong = (
        ("person", {"person": desk}),
        ("person", {"person": make_user()}),
        ("ends_on", {"ends_on": today() + timedelta(days=91)}),
        ("ends_on", {"ends_on": today() - timedelta(days=1)}),
        ("reference", {"reference": " "}),
    )
    for field, more in wrong:
        with pytest.raises(Invalid) as refused:
            assignment_make(desk, **{**given, "person": auditor, **more})
        assert refused.value.field == field
    row = assignment_make(desk, person=auditor, **given)
    with pytest.raises(Conflict):
        assignment_make(desk, person=auditor, **given)
    assignment_end(desk, assignment=row)
    with pytest.raises(Conflict):
        assignment_end(desk, assignment=row)
    bar(child, auditor)
    with pytest.raises(Invalid):
        assignment_make(desk, person=auditor, **given)
    assert sign_in(make_user("erase_manager")).get(at("assignments", child)).status_code == 403


@pytest.mark.parametrize("joined", [False, True])
def test_a_restricted_record_is_assigned_only_to_who_is_named_on_it(child: Child, joined: bool) -> None:
    auditor, desk = make_user("auditor", name="Example Reader"), make_user("first_contact")
    shut = make_child(merged_into=child) if joined else child
    restrict(shut, owner=desk)
    client, url = sign_in(desk), at("assignments", child)
    for _ in range(2):
        refused = client.post(url, form(auditor))
        assert refused.status_code == 400
        assert "Name them on the record first" in unescape(refused.content.decode())
    assert not Assignment.objects.exists() and not Notice.objects.filter(user=auditor).exists()
    name_reader(shut, auditor)
    assert "Example Reader can read the record" in text(client.post(url, form(auditor), follow=True))
    assert "Marnie Madeup" in text(sign_in(auditor).get(at("overview", child)))


def test_lists_are_folded_and_say_which_they_were(child: Child) -> None:
    desk, manager = make_user("first_contact", name="Example Desk"), make_user("erase_manager")
    read(desk, child=child.public_id, part="identity", reason="First Contact: serves the whole authority")
    for what in ("cevt.list", "children.claims", "cevt.list"):
        listed(desk, what=what, children=[child.public_id])
    page = text(sign_in(manager).get(at("record_use", child)))
    assert "In 3 lists or searches" in page and page.count("<details") >= 1
    assert "The child was in this list: cevt list" in page
    assert "First Contact: serves the whole authority" in page
