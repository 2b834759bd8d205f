"""A claim to work with a child is looked at before it is decided, and the answer reaches who made it (C3)."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.selectors.hand_over import open_things_of
from cems.accounts.services.person import user_end
from cems.audit.models import Entry
from cems.base.time import today
from cems.children.choices import RiskLevel
from cems.children.history.models.involvement import InvolvementState
from cems.children.history.selectors.claim import claims, to_decide
from cems.children.history.services.involvement import involvement_start
from cems.children.models import Bar, Child, Involvement
from cems.notices.models import Notice
from tests.factories.children import bar, involve, make_child, restrict
from tests.factories.matrices import submit
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C3")]
WHY = "Named nurse of the school since September."


def text(response: Any) -> str:
    assert isinstance(response, HttpResponse) and response.status_code == 200
    return " ".join(unescape(response.content.decode()).split())


def decide(row: Involvement) -> str:
    return reverse("children:claim_decide", args=[row.public_id])


def sent(**answers: str) -> dict[str, Any]:
    return {"key": uuid4(), **answers}


def answer(row: Involvement) -> str:
    return reverse("children:claim_answer", args=[row.public_id])


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup", address="1 Example Road")


@pytest.fixture
def nurse(child: Child) -> User:
    person = make_user(name="Example Nurse")
    submit(person, child, RiskLevel.MODERATE)
    return person


@pytest.fixture
def claimed(child: Child, nurse: User) -> Involvement:
    return involvement_start(nurse, child=child, case_role="health", person=nurse, why=WHY)


def test_a_claim_says_how_one_works_with_the_child(child: Child, nurse: User) -> None:
    client, url = sign_in(nurse), reverse("children:involvement_claim", args=[child.public_id])
    refused = client.post(url, sent(case_role="health", why=" "))
    assert refused.status_code == 400 and "Say how you work with the child" in unescape(
        refused.content.decode()
    )
    page = text(client.post(url, sent(case_role="health", why=WHY), follow=True))
    assert "confirms that you work with Marnie Madeup" in page
    assert Involvement.objects.get(child=child).claim_why == WHY


def test_reason_age_address_and_matrix_stand_beside_and_looking_decides_nothing(claimed: Involvement) -> None:
    client = sign_in(make_user("first_contact"))
    listing = text(client.get(reverse("children:claims")))
    assert decide(claimed) in listing and WHY in listing
    page = text(client.get(decide(claimed)))
    for words in ("Example Nurse", WHY, "years old", "1 Example Road", "Moderate, submitted", "sent one on"):
        assert words in page, words
    assert page.count('value="Decide"') == 1  # one button, and none that refuses at a press
    claimed.refresh_from_db()
    assert claimed.state == InvolvementState.CLAIMED
    assert Entry.objects.filter(verb="viewed", subject_id=str(claimed.public_id)).count() == 1


@pytest.mark.requirement("C1")
def test_the_age_of_somebody_presumed_a_child_is_told_as_it_is_known(nurse: User, child: Child) -> None:
    born = today().replace(year=today().year - 20, day=1)
    row = involvement_start(nurse, child=child, case_role="health", person=nurse, why=WHY)
    desk = sign_in(make_user("first_contact"))
    for known, there, not_there in (
        ("exact", f"{born:%-d %B %Y}, 20 years old", "presumed"),
        ("disputed", f"{born:%-d %B %Y}, age disputed: presumed under 18", "years old"),
        ("unknown", "Age not known: presumed under 18", f"{born:%-d %B %Y}"),  # the date is a guess
    ):
        child.date_of_birth, child.birth_date_known = born, known
        child.save(update_fields=["date_of_birth", "birth_date_known"])
        page = text(desk.get(decide(row)))
        assert there in page and not_there not in page, known


def test_a_refusal_needs_its_reason_and_the_claimant_reads_it(claimed: Involvement, nurse: User) -> None:
    client = sign_in(make_user("first_contact", name="Example Desk"))
    missing = client.post(decide(claimed), sent(agree="no"))
    assert missing.status_code == 400 and "Say why it is not agreed" in unescape(missing.content.decode())
    page = text(client.post(decide(claimed), sent(agree="no", why="Another school."), follow=True))
    assert "Example Nurse does not work with Marnie Madeup" in page
    notice = Notice.objects.get(user=nurse, kind="children.claim")
    assert notice.url == answer(claimed) and "Madeup" not in notice.text and "not agreed" in notice.text
    theirs = text(sign_in(nurse).get(notice.url))
    assert "Not agreed" in theirs and "Another school." in theirs and "Example Desk" in theirs


def test_agreed_it_opens_the_record_and_says_so(claimed: Involvement, nurse: User, child: Child) -> None:
    page = text(sign_in(make_user("first_contact")).post(decide(claimed), sent(agree="yes"), follow=True))
    assert "Example Nurse can open the record of Marnie Madeup now" in page
    theirs = sign_in(nurse)
    assert "Agreed." in text(theirs.get(answer(claimed)))
    assert theirs.get(reverse("children:notes", args=[child.public_id])).status_code == 200


def test_a_claim_and_its_answer_sent_twice_count_once_and_say_the_same(child: Child, nurse: User) -> None:
    client, url = sign_in(nurse), reverse("children:involvement_claim", args=[child.public_id])
    claim = sent(case_role="health", why=WHY)
    for _ in range(2):
        assert "confirms that you work with Marnie Madeup" in text(client.post(url, claim, follow=True))
    row, desk, no = (
        Involvement.objects.get(child=child),
        sign_in(make_user("first_contact")),
        sent(agree="no", why="Another school."),
    )
    for _ in range(2):
        page = text(desk.post(decide(row), no, follow=True))
        assert "Example Nurse does not work with Marnie Madeup" in page
    assert Notice.objects.filter(user=nurse, kind="children.claim").count() == 1
    assert desk.post(decide(row), {**no, "agree": "yes"}).status_code == 409


def test_the_second_desk_is_told_who_decided_and_changes_nothing(claimed: Involvement, nurse: User) -> None:
    first, second = (
        sign_in(make_user("first_contact", name="Example Desk")),
        sign_in(make_user("first_contact")),
    )
    second.get(decide(claimed))
    first.post(decide(claimed), sent(agree="yes"))
    page = unescape(second.get(decide(claimed)).content.decode())
    assert "What you wrote, which is not kept" not in page
    for answers, status in (({"agree": "no"}, 409), ({}, 400)):  # nothing chosen, and still nothing lost
        late = second.post(decide(claimed), sent(why="They moved to Example Street.", **answers))
        page = unescape(late.content.decode())
        assert late.status_code == status and "Example Desk" in page
        assert "What you wrote, which is not kept" in page and "They moved to Example Street." in page
        assert 'name="agree"' not in page
    claimed.refresh_from_db()
    assert claimed.state == InvolvementState.CONFIRMED and claimed.decided_why == ""
    assert Notice.objects.filter(user=nurse, kind="children.claim").count() == 1


def test_nobody_else_reads_the_answer_nor_a_claim_on_a_shut_record(
    claimed: Involvement, child: Child
) -> None:
    assert sign_in(make_user()).get(answer(claimed)).status_code == 404
    assert sign_in(make_user()).get(decide(claimed)).status_code == 403
    restrict(child, owner=make_user())
    assert sign_in(make_user("first_contact")).get(decide(claimed)).status_code == 404


def test_the_answer_is_a_read_and_shut_to_whom_the_record_is_shut_to(
    claimed: Involvement, nurse: User, child: Child
) -> None:
    client = sign_in(nurse)
    for _ in range(2):
        text(client.get(answer(claimed)))
    row = Entry.objects.get(verb="viewed", actor=nurse, subject_id=str(claimed.public_id))
    assert (row.child, row.part) == (child.public_id, "involved")
    bar(child, nurse)
    assert client.get(answer(claimed)).status_code == 404
    Bar.objects.all().delete()
    text(client.get(answer(claimed)))
    restrict(child, owner=make_user())
    assert client.get(answer(claimed)).status_code == 404


def test_only_claims_one_can_look_at_stand_in_the_list_and_in_the_number(child: Child) -> None:
    team = make_team()
    manager, nurse = make_user("team_manager", team=team), make_user(team=team)
    submit(nurse, child, RiskLevel.MODERATE)
    row = involvement_start(nurse, child=child, case_role="health", person=nurse, team=team, why=WHY)
    submit(manager, child, RiskLevel.MODERATE)  # of which they keep sight, and of nothing more
    client = sign_in(manager)
    assert client.get(decide(row)).status_code == 404
    assert decide(row) not in text(client.get(reverse("children:claims")))
    assert not to_decide(manager).exists() and not claims(manager)
    involve(child, manager, team=team)
    assert decide(row) in text(client.get(reverse("children:claims")))
    assert to_decide(manager).count() == len(claims(manager)) == 1
    assert client.get(decide(row)).status_code == 200


def test_the_list_asks_as_often_for_one_claim_as_for_four(claimed: Involvement, child: Child) -> None:
    desk = make_user("first_contact")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert claims(desk)
        return len(caught)

    queries()  # what is kept for the length of the process
    one = queries()
    for _ in range(3):
        person = make_user()
        involvement_start(person, child=child, case_role="health", person=person, why=WHY)
    assert queries() == one and len(claims(desk)) == 4


def test_the_claim_of_somebody_who_has_left_is_not_agreed(claimed: Involvement, nurse: User) -> None:
    assert "claims" in {kind.key for kind in open_things_of(nurse)}
    user_end(None, user=nurse, last_day=today() - timedelta(days=1))
    client = sign_in(make_user("first_contact", team=make_team()))
    refused = client.post(decide(claimed), sent(agree="yes"))
    assert refused.status_code == 400 and "has left" in refused.content.decode()
    claimed.refresh_from_db()
    assert claimed.state == InvolvementState.CLAIMED
    assert client.post(decide(claimed), sent(agree="no", why="They have left.")).status_code == 302
    assert "claims" not in {kind.key for kind in open_things_of(nurse)}
