"""A matrix on paper that is entered late undoes nothing that came before it was entered (T2, M5, M6)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, User
from cems.actions.models import Action
from cems.children.choices import RiskLevel
from cems.children.models import Child
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit, submit_paper
from tests.factories.people import make_team, make_user, sign_in
from tests.factories.short_reviews import make_lead, owed, review_of_nothing_new

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T2")]
MODERATE, SIGNIFICANT = RiskLevel.MODERATE, RiskLevel.SIGNIFICANT
RECEIVED = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)  # Thursday, in office hours
ENTERED = datetime(2026, 5, 1, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def entered() -> Iterator[None]:
    with time_machine.travel(ENTERED, tick=False):
        yield


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def desk() -> User:
    return make_user("first_contact")


def shown(user: User, url: str) -> str:
    response = sign_in(user).get(url)
    assert response.status_code == 200, response.status_code
    return unescape(response.content.decode())


@pytest.mark.requirement("M5")
def test_a_call_told_on_paper_meets_no_call_that_was_asked_for_after_it(desk: User, child: Child) -> None:
    sender = make_user()
    submit(sender, child, SIGNIFICANT, at=RECEIVED + timedelta(hours=1))
    asked = Action.objects.get(child=child, key="phone-call")
    earlier = submit_paper(desk, child, received_at=RECEIVED, call="First Contact, 29 April, 16:00")
    asked.refresh_from_db()
    assert earlier.call and asked.is_open
    assert asked.title in shown(sender, reverse("actions:list"))
    later = submit_paper(desk, child, received_at=RECEIVED + timedelta(hours=2), call="First Contact, 12:40")
    asked.refresh_from_db()
    assert not asked.is_open and later.reference in asked.outcome
    assert asked.title not in shown(sender, reverse("actions:list"))


@pytest.mark.requirement("M6")
def test_a_review_where_nothing_was_new_stands_when_an_older_paper_is_entered_after_it(
    desk: User, child: Child
) -> None:
    lead = make_lead(child)
    submit(lead, child, MODERATE, at=RECEIVED - timedelta(days=30))
    review_of_nothing_new(child, by=lead, at=RECEIVED + timedelta(hours=1))
    promise = owed(child)
    assert promise.clock.explanation.startswith("reviewed Thu 30 April")
    submit_paper(desk, child, MODERATE, received_at=RECEIVED)
    assert owed(child) == promise and owed(child).clock.is_open
    submit_paper(desk, child, MODERATE, received_at=RECEIVED + timedelta(hours=2))  # nobody has looked since
    promise.refresh_from_db()
    assert promise.ended_at is not None and owed(child) != promise


@pytest.mark.requirement("M6")
def test_without_a_lead_or_an_author_here_the_review_is_the_team_s_of_the_worker_else_erase_s(
    desk: User, child: Child
) -> None:
    erase = desk_of(Duty.ERASE, child.area_id)
    manager = make_user("erase_manager", team=erase)
    submit_paper(desk, child, MODERATE, received_at=RECEIVED)
    assert owed(child).clock.owner == erase
    assert "Review the CE Matrix" in shown(manager, reverse("home"))
    team = make_team()
    involve(child, team)
    submit_paper(desk, child, MODERATE, received_at=RECEIVED + timedelta(hours=1))
    assert owed(child).clock.owner == team
    lead = make_lead(child)
    submit_paper(desk, child, MODERATE, received_at=RECEIVED + timedelta(hours=2))
    assert owed(child).clock.owner == lead
