"""A matrix on paper that is entered late undoes nothing that came before it was entered (T2, M5, M6)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, User
from cems.actions.models import Action
from cems.children.choices import RiskLevel, StatusKind
from cems.children.history.services.status import status_open
from cems.children.models import Child, PlacedConcern
from cems.notices.models import Notice
from plans.models import Referral
from tests.factories.children import involve, make_child, make_placement
from tests.factories.matrices import submit, submit_paper
from tests.factories.people import DARLINGTON, appoint, make_authority, make_team, make_user, sign_in
from tests.factories.short_reviews import make_lead, owed, review_of_nothing_new
from triage.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T2")]
MODERATE, SIGNIFICANT = RiskLevel.MODERATE, RiskLevel.SIGNIFICANT
RECEIVED = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)  # Thursday, in office hours
ENTERED = datetime(2026, 5, 1, 14, 0, tzinfo=UTC)
NIGHT = datetime(2026, 5, 1, 21, 0, tzinfo=UTC)


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
    assert promise.clock.explanation.startswith("reviewed Thu 30 Apr")
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


@pytest.mark.requirement("M5")
class TestWhoMustActIsAskedOfTheHourItWasEntered:
    def on_duty(self, child: Child) -> User:
        user = make_user(None)
        appoint(user, "edt", team=desk_of(Duty.OUT_OF_HOURS, child.area_id), starts_on=RECEIVED.date())
        return user

    def call(self, child: Child) -> Action:
        return Action.objects.select_related("clock").get(child=child, key="phone-call")

    def test_entered_at_night_the_duty_team_is_rung_and_told(self, desk: User, child: Child) -> None:
        on_duty = self.on_duty(child)
        with time_machine.travel(NIGHT, tick=False):
            sent = submit_paper(desk, child, received_at=RECEIVED)
            call = self.call(child)
            assert "Emergency Duty Team" in call.title and "Emergency Duty Team" in call.detail
            assert call.clock is not None and call.clock.due_at == RECEIVED + timedelta(hours=1)
            assert "a child is at Significant" in shown(on_duty, reverse("notices:list"))
            assert Notice.objects.get(user=on_duty, reference=sent.reference).at == NIGHT

    def test_received_at_night_and_entered_in_office_hours_first_contact_is(
        self, desk: User, child: Child
    ) -> None:
        on_duty = self.on_duty(child)
        submit_paper(desk, child, received_at=RECEIVED.replace(hour=20))
        assert "Phone First Contact" in self.call(child).title
        assert not Notice.objects.filter(user=on_duty).exists()

    def test_a_child_who_became_known_meanwhile_is_told_of_where_they_are_known(
        self, desk: User, child: Child
    ) -> None:
        status_open(desk, child=child, kind=StatusKind.CHILD_IN_NEED, starts_on=ENTERED.date())
        sent = submit_paper(desk, child, received_at=RECEIVED)
        assert Action.objects.filter(child=child, key="tell-manager").exists()
        assert not Referral.objects.filter(child=child).exists()
        clock = Item.objects.get(submission=sent).clock
        assert clock is not None and clock.owner == desk_of(Duty.CEVT, child.area_id)
        assert clock.started_at == RECEIVED

    @pytest.mark.requirement("C2")
    def test_whoever_is_responsible_by_then_is_to_be_told_in_time_from_receipt(
        self, desk: User, child: Child
    ) -> None:
        away = make_authority(DARLINGTON)
        make_placement(child, placed_by=away, starts_on=ENTERED.date())
        submit_paper(desk, child, received_at=RECEIVED)
        concern = PlacedConcern.objects.select_related("clock").get(child=child)
        assert concern.responsible == away and concern.clock.started_at == RECEIVED


@pytest.mark.requirement("K1")
def test_the_step_to_tell_the_author_is_met_on_its_page_and_not_by_hand(child: Child) -> None:
    user = make_user("first_contact", team=desk_of(Duty.FRONT_DOOR, child.area_id))
    sent = submit_paper(user, child, MODERATE, received_at=RECEIVED)
    action = Action.objects.get(key="tell-author")
    detail, told = (
        reverse("actions:detail", args=[action.public_id]),
        reverse("matrix:author_told", args=[sent.public_id]),
    )
    html = shown(user, detail)
    assert told in html and "Record how the author was told" in html and "Mark as done" not in html
    client = sign_in(user)
    close = reverse("actions:close", args=[action.public_id])
    refused = client.post(close, {"key": str(uuid4()), "act": "complete", "outcome": "Wrote."})
    action.refresh_from_db()
    assert refused.status_code == 400 and action.is_open
    form = {"key": str(uuid4()), "how": "By letter to the school."}
    assert [client.post(told, form).status_code for _ in range(2)] == [302, 302]
    action.refresh_from_db()
    assert not action.is_open and told not in shown(user, detail)
