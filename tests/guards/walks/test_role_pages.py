"""Every role opens every page that is about no child, and searches: nobody out of reach is named there (A2)."""

import io
import re
from html import unescape

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from cems.accounts.roles import ROLES, Role, Work
from cems.children.access_control import LEAVING
from tests.factories.people import sign_in
from tests.factories.world import CLOSED, World, reaches
from tests.guards.addresses import OF_A_MOMENT, addresses
from tests.guards.leaks import hint_of
from tests.guards.source import told

pytestmark = [pytest.mark.django_db, pytest.mark.walk, pytest.mark.requirement("A2")]
MEND = "mend the access rule of the address, or read through visible_to."


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_pages_about_no_child_follow_the_kind_of_work_and_name_nobody_out_of_reach(
    world: World, role: Role
) -> None:
    person = world.people[role.key]
    client = sign_in(person)
    out = [story for story in world.stories.values() if not reaches(role, story.key)]
    faults = []
    for address in addresses():
        access_rule = address.access_rule
        if (
            address.about_child
            or access_rule is None
            or address.name in OF_A_MOMENT
            or address.name == "account_logout"
        ):
            continue
        allowed = not access_rule.work or any(
            Work(word) in role.writes for word in access_rule.work.split("|")
        )
        with transaction.atomic():
            response = client.get(address.url(world, person))
            transaction.set_rollback(True)
        status = response.status_code
        if status == 403 and access_rule.shape in LEAVING and not role.exports:
            continue  # what goes out of CEMS is refused to who takes nothing away, whatever the rule (access.md)
        if (status == 403) is allowed or status == 404 or status >= 500:
            faults.append(
                f"{address.name} answers {status}, though the access rule is {'open' if allowed else 'closed'}"
            )
        if status == 200 and not response.streaming:
            page = _words(response)
            for story in out:
                if hint := hint_of(page, story, address=address.name, role=role):
                    faults.append(f"{address.name} tells {hint} of the story {story.key}")
    assert not faults, told(faults, MEND)


def _words(response: HttpResponseBase) -> str:
    """What somebody reads: of a PDF the text of its sheets."""
    content: bytes = response.content  # type: ignore[attr-defined]
    if response["Content-Type"] == "application/pdf":
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return unescape(content.decode())


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_search_says_the_same_of_a_child_out_of_reach_as_of_nobody(world: World, role: Role) -> None:
    """Never a hint in a count, a title, an ordering; a part of a name, or our own reference, is no signpost."""
    client = sign_in(world.people[role.key])
    nobody = _search(client, NOBODY)
    faults = []
    for story in world.stories.values():
        if reaches(role, story.key) or story.key not in {"known", *CLOSED}:
            continue
        for word in (story.child.family_name, story.child.reference):
            if _search(client, word).replace(word, NOBODY) != nobody:
                faults.append(f"{word} of the story {story.key} is answered unlike a word nobody has")
    assert not faults, told(faults, "search inside visible_to only (cems/children/matching/search.py).")


# What differs from one answer to the next by itself: tokens of forms and of searches.
TOKENS = re.compile(r'(?<=name="csrfmiddlewaretoken" value=")\w+|(?<=search=)[\w-]+|(?<=/search/)[\w-]+')
NOBODY = "Zzyzxwq"


def _search(client: Client, words: str) -> str:
    """The text of the results' main part, without what differs on every page."""
    with transaction.atomic():
        response = client.post(reverse("children:search"), {"q": words}, follow=True)
        transaction.set_rollback(True)
    assert response.status_code == 200
    page = unescape(response.content.decode())
    return TOKENS.sub("", page[page.index("<main") : page.index("</main>")])


def test_signed_out_people_get_the_sign_in_page_or_a_public_one(world: World) -> None:
    client, story = Client(), world.stories["known"]
    faults = []
    for address in addresses():
        if address.access_rule is None or address.name in OF_A_MOMENT:
            continue
        about = story if address.about_child else world
        for method in (client.get, client.post):
            with transaction.atomic():
                response = method(address.url(about, world.people["practitioner"]))
                transaction.set_rollback(True)
            if address.access_rule.public:
                continue
            to_sign_in = response.status_code == 302 and reverse("account_login") in response["Location"]
            if not (to_sign_in or response.status_code in {401, 405}):
                faults.append(f"{address.name} answers {response.status_code} to somebody signed out")
            elif hint_of(unescape(response.content.decode()), story):
                faults.append(f"{address.name} tells somebody signed out of a child")
    assert not faults, told(faults, "put the view's access rule outermost.")
