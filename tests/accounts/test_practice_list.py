"""The lists of the partnership: added to, reworded, moved and ended, by administrators alone (M4)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.services.practice_list import EntryTerms, list_entry_write
from cems.audit.models import Entry as AuditEntry
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from cems.policy import snapshot
from cems.policy.models import ListEntry
from matrix.practice_lists import OCCASIONS, REQUIRES
from tests.factories.people import make_user, sign_in
from tests.factories.practice_lists import end_yesterday, write_entry

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M4")]
LIST = "/practice-lists/"
GAMBLING = "Found at a place of gambling"


@pytest.fixture
def administrator() -> User:
    return make_user("administrator")


def of(key: str = "") -> str:
    if not key:
        return reverse("practice_lists:entry_new", args=[OCCASIONS.key])
    return reverse("practice_lists:entry", args=[OCCASIONS.key, key])


def day(name: str, moved: int) -> dict[str, int]:
    when = today() + timedelta(days=moved)
    return {f"{name}_0": when.day, f"{name}_1": when.month, f"{name}_2": when.year}


def test_an_entry_is_added_on_the_page_stands_in_its_place_and_is_audited(administrator: User) -> None:
    client = sign_in(administrator)
    assert OCCASIONS.title in client.get(LIST).content.decode()
    form = client.get(of())
    assert form.status_code == 200 and "After “Held in custody overnight”" in form.content.decode()
    sent = {
        "label": GAMBLING,
        "marks": [REQUIRES],
        "after": "custody",
        "version": 0,
        "key": "0b0f6d1e-9d2f-4b43-8f0a-0f9f4f2f4a10",
    }
    for _ in range(2):  # sent a second time it is one entry
        assert client.post(of(), sent).headers["Location"] == LIST
    row = ListEntry.objects.get()
    assert (row.key, row.label, row.marks) == ("found_at_a_place_of", GAMBLING, [REQUIRES])
    snapshot.keep(None)
    keys = list(OCCASIONS.entries())
    assert keys.index(row.key) == keys.index("custody") + 1
    entry = AuditEntry.objects.filter(subject_kind="policy.listentry").get()
    assert (entry.actor_id, entry.detail) == (
        administrator.pk,
        {"list": OCCASIONS.key, "entry": row.key, "version": 1},
    )
    assert GAMBLING in client.get(LIST).content.decode()


def test_an_entry_is_reworded_moved_and_ended_and_what_it_was_stands_in_the_audit(
    administrator: User,
) -> None:
    client = sign_in(administrator)
    sent = {"label": "Held overnight", "marks": [REQUIRES], "after": "first", "version": 0}
    assert client.post(of("custody"), {**sent, **day("active_until", 0), **key(1)}).status_code == 302
    snapshot.keep(None)
    custody = OCCASIONS.entries()["custody"]
    assert (custody.label, custody.offered(today()), custody.offered(today() + timedelta(days=1))) == (
        "Held overnight",
        True,
        False,
    )
    assert next(iter(OCCASIONS.entries())) == "custody"
    html = client.get(LIST).content.decode()
    assert "Held overnight" in html and "Offered until" in html
    detail = AuditEntry.objects.filter(subject_kind="policy.listentry").get().detail
    assert detail == {"list": OCCASIONS.key, "entry": "custody", "version": 1}
    end_yesterday(ListEntry.objects.get())
    assert "Ended" in client.get(LIST).content.decode()
    # brought back into the choice
    again = {**sent, "version": 1, **key(2)}
    assert client.post(of("custody"), again).status_code == 302
    snapshot.keep(None)
    assert OCCASIONS.offers("custody", today() + timedelta(days=1))
    # each version stands as it was
    kept = ListEntry.objects.order_by("version").values_list("version", "active_until")
    assert list(kept) == [(1, today() - timedelta(days=1)), (2, None)]


def key(number: int) -> dict[str, str]:
    return {"key": f"0b0f6d1e-9d2f-4b43-8f0a-{number:012d}"}


def test_nobody_else_opens_the_pages_or_calls_the_service() -> None:
    manager = make_user("erase_manager")
    client = sign_in(manager)
    for url in (LIST, of(), of("custody")):
        assert client.get(url).status_code == 403
    assert client.post(of(), {"label": GAMBLING, "after": "first", **key(1)}).status_code == 403
    with pytest.raises(NotAllowed):
        list_entry_write(manager, listing=OCCASIONS, terms=EntryTerms(GAMBLING))
    assert not ListEntry.objects.exists()
    assert sign_in(make_user("administrator")).get(LIST + "no.such.list/").status_code == 404


@pytest.mark.parametrize(
    ("terms", "key", "field"),
    [
        ({"label": " "}, "", "label"),
        ({"label": "held in custody OVERNIGHT"}, "", "label"),
        ({"label": GAMBLING, "marks": ["unheard_of"]}, "", "marks"),
        ({"label": GAMBLING, "after": "unheard_of"}, "", "after"),
        ({"label": GAMBLING, "active_until": today() - timedelta(days=1)}, "", "active_until"),
        (
            {"label": GAMBLING, "active_from": today() + timedelta(days=3), "active_until": today()},
            "",
            "active_until",
        ),
        # rules of the code name it: its words may change, nothing else
        ({"label": "Review", "active_until": today()}, "review", "label"),
        ({"label": "Review", "marks": [REQUIRES]}, "review", "label"),
    ],
)
def test_an_entry_that_can_not_be_right_is_refused_with_its_field(
    administrator: User, terms: dict[str, Any], key: str, field: str
) -> None:
    for _ in range(2):
        with pytest.raises(Invalid) as refused:
            list_entry_write(administrator, listing=OCCASIONS, terms=EntryTerms(**terms), key=key)
        assert refused.value.field == field
    assert not ListEntry.objects.exists()


def test_a_refusal_keeps_what_was_typed(administrator: User) -> None:
    sent = {"label": "Review", "after": "custody", "version": 0, **key(1)}
    page = sign_in(administrator).post(of(), sent)
    html = unescape(page.content.decode())
    assert page.status_code == 400 and 'value="Review"' in html
    assert "Another entry of this list, perhaps an ended one, has these words." in html


def test_who_was_slower_is_told_and_writes_over_nothing(administrator: User) -> None:
    write_entry(OCCASIONS, "Held overnight", key="custody")
    client = sign_in(administrator)
    page = client.post(of("custody"), {"label": "Custody", "after": "concern", "version": 0, **key(1)})
    words = page.content.decode()
    assert page.status_code == 409 and "A colleague has changed this list" in words
    with pytest.raises(Conflict):
        list_entry_write(administrator, listing=OCCASIONS, terms=EntryTerms("Custody"), key="custody")
    assert ListEntry.objects.get().label == "Held overnight"
    # Both texts stand there; sent once more, knowing theirs, it counts.
    table = words[words.index("<table") : words.index("</table>")]
    assert "Held overnight" in table and "Custody" in table
    drawn = {name: page.context["form"][name].value() for name in ("label", "after", "version", "key")}
    for _ in range(2):
        assert client.post(of("custody"), drawn).status_code == 302
    assert ListEntry.objects.order_by("-version").first().label == "Custody"


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_instant_write_one_entry() -> None:
    people = [make_user("administrator"), make_user("administrator")]

    def write(user: User) -> bool:
        try:
            list_entry_write(user, listing=OCCASIONS, terms=EntryTerms(GAMBLING))
            return True
        except (Conflict, Invalid):
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(write, people)) == [False, True]
    assert ListEntry.objects.count() == 1


def test_another_process_knows_a_key_it_has_not_read_yet() -> None:
    old = snapshot.Snapshot(now() - timedelta(seconds=5))
    row = write_entry(OCCASIONS, GAMBLING)
    snapshot.keep(old)  # as a process that was told nothing
    assert OCCASIONS.label(row.key) == GAMBLING
    assert OCCASIONS.label("never_was") == "never_was"
