"""How a child describes their own orientation: theirs to give and take back, read by those who work closest (C1)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.errors import Invalid, NotAllowed
from cems.base.time import local, now
from cems.children.access.child_access import ChildAccess, access_to
from cems.children.access_control import OpenChild
from cems.children.choices import CaseRole
from cems.children.chronology.selectors import chronology_entries
from cems.children.identity.services.self_description import (
    CLOSEST,
    may_know,
    orientation_keep,
    orientation_of,
    orientation_take_back,
)
from cems.children.matching.services.merge import merge_make
from cems.children.models import Child, SelfDescription
from cems.children.own_copy import own_copy
from tests.factories.children import involve, make_child, make_matter, name_reader, restrict
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]

WORDS = "Plainly invented words about themselves"


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def worker(child: Child) -> User:
    user = make_user(team=make_team())
    involve(child, user)
    return user


def keep(user: User, child: Child, **kw: object) -> SelfDescription:
    given = {"words": WORDS, "asked_by": user.name, "agreed": True, "happened_at": now()}
    return orientation_keep(user, child=child, **{**given, **kw})


def fresh(child: Child) -> Child:
    return Child.objects.unscoped("a test looks again").get(pk=child.pk)


def page(user: User, child: Child, name: str = "orientation") -> str:
    return sign_in(user).get(reverse(f"children:{name}", args=[child.public_id])).content.decode()


def test_the_child_gives_newer_words_and_takes_them_back(child: Child, worker: User) -> None:
    first, second = keep(worker, child), keep(worker, child, words="Newer words")
    first.refresh_from_db()
    assert first.ended_at and not first.taken_back and orientation_of(child) == second
    orientation_take_back(worker, child=child)
    second.refresh_from_db()
    assert second.taken_back and orientation_of(child) is None and SelfDescription.objects.count() == 2
    orientation_take_back(worker, child=child)  # nothing is kept: nothing happens
    verbs = Entry.objects.filter(part="orientation").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["created", "changed", "created", "withdrawn"]
    assert WORDS not in str(list(Entry.objects.values()))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"words": " "}, "words"),
        ({"asked_by": ""}, "asked_by"),
        ({"agreed": False}, "agreed"),
        ({"happened_at": now() + timedelta(days=900)}, "happened_on"),
    ],
)
def test_it_is_kept_only_with_the_childs_agreement(
    child: Child, worker: User, wrong: dict, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        keep(worker, child, **wrong)
    assert refusal.value.field == field and not SelfDescription.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        SelfDescription.objects.create(
            child=child,
            words=WORDS,
            asked_by="Example",
            agreed=False,
            happened_at=now(),
            recorded_at=now(),
            recorded_by=worker,
        )


@pytest.mark.parametrize("case_role", list(CaseRole))
def test_only_the_roles_that_work_closest_know(child: Child, worker: User, case_role: CaseRole) -> None:
    keep(worker, child)
    other = make_user("ce_worker", team=make_team())
    involve(child, other, case_role)
    assert (WORDS in page(other, child)) is (case_role in CLOSEST)


def test_no_wider_reach_shows_it_and_everybody_else_reads_the_same(child: Child, worker: User) -> None:
    for kind in ("exploitation", "missing", "cevt", "ceg", "referral"):
        make_matter(child, kind)
    team = make_team()
    involve(child, team)
    claimed, ended = make_user(team=make_team()), make_user(team=team)
    involve(child, claimed, "lead_practitioner", state="claimed")
    involve(child, ended, "ce_worker", ended_at=now() - timedelta(hours=1))
    others = [make_user(role) for role in ("first_contact", "erase_manager", "head_of_service", "cevt_chair")]
    others += [make_user(team=team), claimed, ended]
    before = {user.pk: _said(page(user, child)) for user in others}
    keep(worker, child)
    for user in others:
        after = page(user, child)
        assert WORDS not in after and _said(after) == before[user.pk]
        with pytest.raises(NotAllowed):
            keep(user, child)
        with pytest.raises(NotAllowed):
            orientation_take_back(user, child=child)
    assert page(worker, child).count(WORDS) == 1


def _said(html: str) -> str:
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"[A-Z0-9]{4}-[A-Z0-9]{4}", "reference of the answer", main)


def test_every_look_is_recorded_whether_words_are_kept_or_not(child: Child, worker: User) -> None:
    page(worker, child)
    rows = Entry.objects.filter(verb="viewed", part="orientation", child=child.public_id)
    assert rows.get().actor == worker and rows.get().reason


def test_it_stands_on_its_own_page_and_nowhere_else(child: Child, worker: User) -> None:
    keep(worker, child)
    for name in (
        "overview",
        "identity_change",
        "involvements",
        "chronology",
        "notes",
        "feedback",
        "statuses",
        "placements",
    ):
        assert WORDS not in page(worker, child, name), name
    entries = chronology_entries(OpenChild(child, access_to(worker, child)))
    assert all(WORDS not in f"{row.title} {row.text}" for row in entries)
    copies = list(own_copy([child.pk]))
    assert "Own description of orientation" in {row["kind"] for row in copies}
    assert WORDS not in str(copies)
    assert "How the child describes their orientation" in page(worker, child, "feedback")
    reader = make_user("erase_manager")
    make_matter(child, "exploitation")
    assert "How the child describes their orientation" not in page(reader, child, "feedback")


def test_of_joined_records_the_newest_words_count(child: Child, worker: User) -> None:
    other = make_child()
    involve(other, worker)
    keep(worker, other, happened_at=now() - timedelta(days=2))
    keep(worker, child, words="Newer words", happened_at=now() - timedelta(days=1))
    merge_make(make_user("first_contact"), primary=child, other=other, why="One child")
    kept = orientation_of(fresh(child))
    assert kept and kept.words == "Newer words"
    orientation_take_back(worker, child=other)
    assert orientation_of(fresh(child)) is None and not SelfDescription.objects.filter(ended_at=None).exists()


def test_a_restricted_record_opens_it_to_nobody_by_emergency(child: Child, worker: User) -> None:
    restrict(child, owner=make_user("first_contact"))
    assert not Child.objects.visible_to(worker).exists()
    assert not may_know(worker, child, ChildAccess(frozenset()), now())
    name_reader(child, worker)
    assert may_know(worker, fresh(child), access_to(worker, fresh(child)), now())


def test_the_form_keeps_what_was_typed_and_counts_once(child: Child, worker: User) -> None:
    there, client = local(now()), sign_in(worker)
    address = reverse("children:orientation_keep", args=[child.public_id])
    sent = {
        "happened_on_0": there.day, "happened_on_1": there.month, "happened_on_2": there.year,
        "happened_time": f"{there:%H:%M}", "key": str(uuid4()), "words": WORDS, "asked_by": "Example",
    }  # fmt: skip
    refused = client.post(address, sent)
    assert refused.status_code == 400
    assert "only if the child agrees" in refused.content.decode() and WORDS in refused.content.decode()
    for _ in range(2):
        assert client.post(address, {**sent, "agreed": "on"}).status_code == 302
    assert SelfDescription.objects.count() == 1
    back = reverse("children:orientation_take_back", args=[child.public_id])
    assert client.post(back).status_code == 302 and orientation_of(child) is None
