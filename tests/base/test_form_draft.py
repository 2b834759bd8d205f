"""What is typed and not sent: kept for its writer, given back on its page, gone once it is sent (K2)."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.audit.models import Entry
from cems.base.errors import Conflict, Invalid
from cems.base.form_drafts import SCRIPT
from cems.base.models import FormDraft
from cems.base.services.form_draft import KEPT, LONGEST, Place, form_draft_save
from cems.base.time import now
from cems.children.history.services.involvement import involvement_end
from cems.children.matching.services.merge import merge_make
from cems.children.models import CaseNote, Child, Involvement
from tests.factories.children import involve, make_child, restrict
from tests.factories.people import make_user, sign_in
from tests.factories.triage import make_chair, sitting

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K2")]
WORDS = "She sat on the wall and said that “he” waits for her.\n</script><b>"


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def child(user: User) -> Child:
    child = make_child(given_name="Marnie", family_name="Madeup")
    involve(child, user)
    return child


def page_of(child: Child) -> str:
    return reverse("children:note_new", args=[child.public_id])


def typed(client: Client, user: User, address: str, **more: Any) -> Any:
    """What drafts.js sends while somebody types."""
    body = {
        "user": user.pk,
        "key": uuid4(),
        "tab": uuid4(),
        "version": 0,
        "address": address,
        "form": f"{address}#0",
        "title": "Write a case note",
        "fields": json.dumps({"text": [[""], [WORDS]]}),
        **more,
    }
    return client.post(reverse("form_drafts:save"), body, headers={"X-Requested-With": "cems"})


def given(answer: Any) -> dict[str, Any]:
    """What the page gives its script to fill in."""
    found = re.search(rf'<script id="{SCRIPT}"[^>]*>(.*?)</script>', answer.content.decode())
    return dict(json.loads(found[1])) if found else {}


def test_what_was_typed_comes_back_with_the_page_to_its_writer_and_to_nobody_else(
    user: User, child: Child
) -> None:
    client = sign_in(user)
    reply = typed(client, user, page_of(child))
    assert reply.status_code == 200 and reply.json()["version"] == 1
    (draft,) = given(sign_in(user).get(page_of(child)))["drafts"]  # another sign-in, another machine
    assert draft["fields"] == {"text": [[""], [WORDS]]}
    assert b"</script><b>" not in client.get(page_of(child)).content
    colleague = make_user()
    involve(child, colleague)
    assert given(sign_in(colleague).get(page_of(child))) == {}
    assert given(client.get(reverse("children:notes", args=[child.public_id]))) == {}


def test_it_is_gone_once_the_form_is_taken_and_stays_while_it_is_not(user: User, child: Child) -> None:
    client, key = sign_in(user), uuid4()
    typed(client, user, page_of(child), key=key)
    refused = client.post(page_of(child), {"text": WORDS, "draft": str(key), "key": str(uuid4())})
    assert refused.status_code == 400 and given(refused)["sent"] == str(key)
    form = {"text": WORDS, "happened_on_0": "1", "happened_on_1": "6", "happened_on_2": "2026"}
    note = {"key": str(uuid4()), "happened_time": "14:30", **form}
    answer = client.post(page_of(child), {**note, "draft": str(key)})
    assert answer.status_code == 302, answer.content.decode()
    assert CaseNote.objects.filter(child=child).count() == 1
    assert given(client.get(page_of(child))) == {}
    row = FormDraft.objects.get(key=key)
    assert row.fields == {} and row.title == ""
    # and what was on its way when it was sent brings nothing back, even the first save of it
    late = uuid4()
    client.post(page_of(child), {**note, "key": str(uuid4()), "draft": str(late)})
    assert typed(client, user, page_of(child), key=late).status_code == 409
    assert typed(client, user, page_of(child), key=key, tab=row.tab, version=1).status_code == 409
    assert given(client.get(page_of(child))) == {}


def test_a_form_that_does_not_name_its_draft_ends_all_that_were_meant_for_its_address(
    user: User, child: Child
) -> None:
    client = sign_in(user)
    typed(client, user, page_of(child))
    typed(client, user, page_of(child), form=f"{page_of(child)}extra/#0")
    form = {"text": WORDS, "happened_on_0": "1", "happened_on_1": "6", "happened_on_2": "2026"}
    note = {"key": str(uuid4()), "happened_time": "14:30", **form}
    assert client.post(page_of(child), note).status_code == 302
    (left,) = given(client.get(page_of(child)))["drafts"]
    assert left["form"].endswith("extra/#0")


@pytest.mark.requirement("T3")
def test_a_redirect_that_says_what_was_wrong_has_not_taken_the_words() -> None:
    chair = make_chair()
    meeting, client, key = sitting(chair), sign_in(chair), uuid4()
    table = reverse("cevt:attendance", args=[meeting.public_id])
    note = reverse("cevt:meeting_note", args=[meeting.public_id])
    typed(client, chair, table, key=key, form=f"{note}#0")
    refused = client.post(note, {"kind": "theme", "key": uuid4(), "text": "x" * 20_000, "draft": str(key)})
    assert refused.status_code == 302
    (draft,) = given(client.get(table))["drafts"]
    assert draft["fields"]["text"][1] == [WORDS]
    assert (
        client.post(note, {"kind": "theme", "key": uuid4(), "text": "Debts.", "draft": str(key)}).status_code
        == 302
    )
    assert given(client.get(table)) == {}


@pytest.mark.parametrize("who", ["restricted", "not involved any more"])
def test_safe_f1_the_words_are_not_shown_of_a_record_that_is_shut_meanwhile(
    user: User, child: Child, who: str
) -> None:
    client = sign_in(user)
    typed(client, user, page_of(child), title="Case note of Marnie Madeup")
    if who == "restricted":
        restrict(child, owner=make_user())
    else:
        involvement_end(user, involvement=Involvement.objects.get(child=child), reason="Left the team")
    shut = client.get(page_of(child))
    assert shut.status_code in {403, 404} and given(shut) == {}
    page = client.get(reverse("form_drafts:unsent")).content.decode()
    assert "A form of a child’s record" in page and page_of(child) in page
    assert "Madeup" not in page and "wall" not in page


def test_safe_f1_words_about_a_record_that_was_merged_come_back_at_its_old_address(
    user: User, child: Child
) -> None:
    client = sign_in(user)
    typed(client, user, page_of(child))
    officer = make_user("first_contact")
    primary = make_child()
    merge_make(officer, primary=primary, other=child, why="One child")
    (draft,) = given(client.get(page_of(child)))["drafts"]
    assert draft["fields"]["text"][1] == [WORDS]


def test_safe_f2_two_tabs_keep_their_own_words(user: User, child: Child) -> None:
    client, key, first, second = sign_in(user), uuid4(), uuid4(), uuid4()
    typed(client, user, page_of(child), key=key, tab=first)
    # the second tab was given the first one's words, and goes on with them
    assert typed(client, user, page_of(child), key=key, tab=second, version=1).json()["version"] == 2
    # the first, which has not seen that, cannot write over them: it keeps its own
    late = typed(client, user, page_of(child), key=key, tab=first, version=1)
    assert late.status_code == 409
    assert typed(client, user, page_of(child), tab=first).status_code == 200
    assert len(given(client.get(page_of(child)))["drafts"]) == 2


def test_the_same_tab_saves_over_what_it_saved_though_an_answer_was_lost(user: User, child: Child) -> None:
    client, key, tab = sign_in(user), uuid4(), uuid4()
    for _ in range(3):
        assert typed(client, user, page_of(child), key=key, tab=tab, version=0).status_code == 200
    assert FormDraft.objects.count() == 1


def test_nothing_typed_is_no_draft_and_what_is_emptied_again_is_gone(user: User, child: Child) -> None:
    client, key = sign_in(user), uuid4()
    typed(client, user, page_of(child), key=key)
    assert typed(client, user, page_of(child), key=key, fields="{}").status_code == 200
    assert given(client.get(page_of(child))) == {}


def test_what_one_person_typed_is_not_kept_under_the_name_of_who_signed_in_since(
    user: User, child: Child
) -> None:
    assert typed(sign_in(make_user()), user, page_of(child)).status_code == 401
    assert typed(Client(), user, page_of(child)).status_code == 401
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": "no json"},
        {"fields": '{"text": "no list"}'},
        {"fields": '{"text": [[""], [1]]}'},
        {"fields": "[]"},
        {"key": "no key"},
        {"tab": ""},
        {"address": "//elsewhere.example.test/"},
        {"form": "x" * 400},
    ],
)
def test_what_no_page_sends_is_refused(user: User, child: Child, wrong: dict[str, str]) -> None:
    client = sign_in(user)
    assert typed(client, user, wrong.pop("address", page_of(child)), **wrong).status_code == 400
    assert not FormDraft.objects.exists()


def test_a_nul_is_taken_away_and_a_book_is_refused(user: User) -> None:
    place = Place("/clocks/", "/clocks/#0")
    row = form_draft_save(
        user, key=uuid4(), tab=uuid4(), version=0, place=place, fields={"text": ([], ["a\0b"])}
    )
    row.refresh_from_db()
    assert row.fields == {"text": [[], ["ab"]]}
    with pytest.raises(Invalid):
        form_draft_save(
            user,
            key=uuid4(),
            tab=uuid4(),
            version=0,
            place=place,
            fields={"text": ([], ["x" * (LONGEST + 1)])},
        )
    with pytest.raises(Conflict):
        form_draft_save(user, key=row.key, tab=uuid4(), version=0, place=place, fields={"text": ([], ["c"])})


def test_what_is_old_is_cleared_away_by_who_begins_a_form(user: User, child: Child) -> None:
    with time_machine.travel(now() - KEPT - timedelta(hours=1), tick=False):
        typed(sign_in(user), user, page_of(child))
    other = make_user()
    typed(sign_in(other), other, page_of(child))
    assert list(FormDraft.objects.values_list("user", flat=True)) == [other.pk]


def test_who_was_signed_out_in_mid_sentence_finds_the_form_by_the_first_page_and_throws_it_away(
    user: User, child: Child
) -> None:
    client = sign_in(user)
    typed(client, user, page_of(child))
    unsent = reverse("form_drafts:unsent")
    assert f'href="{unsent}"' in client.get(reverse("home")).content.decode()
    page = client.get(unsent).content.decode()
    assert "Write a case note" in page and "Marnie Madeup" in page and page_of(child) in page
    assert Entry.objects.filter(actor=user, part="form_drafts").count() == 1
    key = UUID(re.search(r'name="key" value="([^"]+)"', page)[1])  # type: ignore[index]
    assert sign_in(make_user()).post(reverse("form_drafts:discard"), {"key": key}).status_code == 302
    assert FormDraft.objects.filter(sent_at=None).exists(), "a stranger threw it away"
    client.post(reverse("form_drafts:discard"), {"key": key})
    assert "Nothing is waiting to be sent" in client.get(unsent).content.decode()
    assert f'href="{unsent}"' not in client.get(reverse("home")).content.decode()
