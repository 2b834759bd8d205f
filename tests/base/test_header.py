"""The header: which entries stand in its row, and which of them the page shown belongs to."""

import pytest
from django.urls import resolve, reverse

from cems.accounts.roles import ASSIGNABLE
from cems.header import ROOM, Entry, entries_of, own_sign_in
from tests.factories.people import make_user, sign_in

pytestmark = pytest.mark.django_db


def lit(role: str, path: str) -> tuple[str, str]:
    """What is lit in the header, and how, for a person of this role at this path."""
    header = entries_of(make_user(role), resolve(path))
    current = [entry for entry in (*header.shown, *header.more) if entry.current]
    assert len(current) <= 1
    return (current[0].label, current[0].current) if current else ("", "")


def width(entries: tuple[Entry, ...]) -> int:
    return sum(len(entry.label) + 3 for entry in entries)


@pytest.mark.parametrize("role", sorted(ASSIGNABLE))
def test_the_row_has_room_for_its_entries_whatever_the_role(role: str) -> None:
    header = entries_of(make_user(role), None)
    assert [entry.label for entry in header.shown][:2] == ["My work", "Notices"]
    assert width((*header.shown,)) + (len("More") + 3 if header.more else 0) <= ROOM
    assert len(header.shown) <= 6


def test_a_manager_finds_behind_more_what_has_no_room() -> None:
    header = entries_of(make_user("erase_manager"), resolve(reverse("cevt:figures")))
    assert header.more and header.more_current
    assert "cevt:figures" in header and "people:users" not in header


@pytest.mark.parametrize(
    ("role", "page", "label", "how"),
    [
        ("practitioner", "home", "My work", "page"),
        ("practitioner", "notices:list", "Notices", "page"),
        ("practitioner", "children:search", "My work", "true"),
        ("practitioner", "actions:list", "My work", "true"),
        ("erase_manager", "allocation:board", "Allocation", "page"),
        ("erase_manager", "allocation:vacancy_new", "Allocation", "true"),
        ("erase_manager", "cevt:year_figures", "CEVT in figures", "true"),
        ("cevt_chair", "cevt:meetings", "CEVT", "true"),
        ("administrator", "practice_settings:list", "People and roles", "true"),
        ("administrator", "directory:helplines", "People and roles", "true"),
        ("administrator", "providers:new", "People and roles", "true"),
        ("practitioner", "practice_settings:list", "My work", "true"),
    ],
)
def test_each_page_belongs_to_one_entry(role: str, page: str, label: str, how: str) -> None:
    assert lit(role, reverse(page)) == (label, how)


@pytest.mark.parametrize(
    "page", ["mfa_index", "account_change_password", "account:cover", "usersessions_list"]
)
def test_the_own_sign_in_is_an_entry_beside_them(page: str) -> None:
    assert own_sign_in(resolve(reverse(page)))
    assert lit("practitioner", reverse(page)) == ("", "")


def test_handing_over_is_a_managers_work() -> None:
    manager = make_user("team_manager")
    match = resolve(reverse("account:hand-over", args=[manager.public_id]))
    assert not own_sign_in(match)
    entries = entries_of(manager, match)
    assert [entry.label for entry in entries.shown if entry.current] == ["My work"]


@pytest.mark.parametrize("page", ["directory:directory", "help_words", "help_privacy"])
def test_what_the_footer_links_is_current_there(page: str) -> None:
    client = sign_in(make_user())
    text = client.get(reverse(page)).content.decode()
    footer = text[text.index("<footer") :]
    assert footer.count('aria-current="page"') == 1
    assert lit("practitioner", reverse(page)) == ("", "")


def test_a_page_that_nobody_knows_has_its_header_too() -> None:
    answer = sign_in(make_user()).get("/no-such-page/")
    assert answer.status_code == 404
    assert b"Main" in answer.content and b"govuk-back-link" in answer.content
