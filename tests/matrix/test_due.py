"""Occasions that require a matrix (M4)."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from cems.accounts.models import User
from cems.base.calendar import close_of_business
from cems.base.errors import Invalid
from cems.base.time import LONDON, now, today
from cems.children.choices import RiskLevel
from cems.children.models import Child
from cems.notices.models import Notice
from matrix.choices import Occasion
from matrix.models import MatrixDue
from matrix.policy import MATRIX_DUE_DAYS
from matrix.practice_lists import OCCASIONS, REQUIRES
from matrix.services.due import matrix_due_raise
from plans.services.referral import referral_open
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_user, sign_in
from triage.first_contact.outcomes import ASSESSMENT, EARLY_HELP, ReferralOutcomeKind
from triage.first_contact.services.assessment import referral_settle

REQUIRING = [entry.key for entry in OCCASIONS.begins_with if REQUIRES in entry.marks]
pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M4")]


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def user(child: Child) -> User:
    person = make_user()
    involve(child, person)
    return person


def raise_it(user: User, child: Child, occasion: str = Occasion.CUSTODY, days_ago: int = 0) -> MatrixDue:
    return matrix_due_raise(
        user, child=child, occasion=occasion, happened_at=now() - timedelta(days=days_ago)
    )


@pytest.mark.parametrize("occasion", REQUIRING)
def test_each_occasion_starts_a_clock_for_whoever_leads(user: User, child: Child, occasion: str) -> None:
    row = raise_it(make_user(), child, occasion)
    assert row.clock.owner == user
    assert row.clock.due_at == close_of_business(row.recorded_at, MATRIX_DUE_DAYS.default).due_at
    assert Notice.objects.filter(user=user, kind="matrix.due").count() == 1


def test_nobody_leads_so_first_contacts_desk_has_it(child: Child) -> None:
    assert raise_it(make_user(), child).clock.owner_team.code == "first-contact"  # type: ignore[union-attr]


def test_told_twice_it_is_one_and_another_occasion_is_its_own(user: User, child: Child) -> None:
    first = raise_it(user, child)
    assert raise_it(make_user(), child) == first
    assert raise_it(user, child, Occasion.INJURY) != first
    assert MatrixDue.objects.filter(child=child).count() == 2


def test_the_next_matrix_meets_all_and_a_later_occasion_starts_anew(user: User, child: Child) -> None:
    rows = [raise_it(user, child, occasion) for occasion in (Occasion.CUSTODY, Occasion.VIOLENCE)]
    sent = submit(user, child, RiskLevel.LOW)
    for row in rows:
        row.refresh_from_db()
        assert (row.met_by, row.clock.stage) == (sent, "met")
    again = raise_it(user, child)
    assert again.met_by is None
    assert again not in rows


def test_a_matrix_sent_since_it_happened_has_met_it(user: User, child: Child) -> None:
    sent = submit(user, child, RiskLevel.LOW)
    row = raise_it(user, child, days_ago=1)
    row.refresh_from_db()
    assert (row.met_by, row.clock.stage) == (sent, "met")
    assert not Notice.objects.filter(kind="matrix.due").exists()


def test_a_matrix_from_before_does_not_meet_it(user: User, child: Child) -> None:
    submit(user, child, RiskLevel.LOW, at=now() - timedelta(days=3))
    assert raise_it(user, child, days_ago=1).met_by is None


@pytest.mark.parametrize(
    ("occasion", "days"), [("concern", 0), ("review", 0), ("picnic", 0), ("custody", -1)]
)
def test_what_requires_none_is_refused(user: User, child: Child, occasion: str, days: int) -> None:
    with pytest.raises(Invalid):
        raise_it(user, child, occasion, days)
    assert not MatrixDue.objects.filter(child=child).exists()


class TestAssessment:
    def decide(self, child: Child, outcome: ReferralOutcomeKind, *, source: str = "") -> None:
        desk = make_user("first_contact")
        row = referral_open(desk, child=child, source=source)
        referral_settle(desk, referral=row, outcome=outcome, rationale="The family agrees.")

    def test_none_made_at_referral_makes_one_due_within_the_assessment(self, child: Child) -> None:
        self.decide(child, ASSESSMENT)
        row = MatrixDue.objects.get(child=child)
        assert row.occasion == Occasion.ASSESSMENT
        assert row.source.startswith("REF-")

    def test_other_outcomes_and_a_matrix_that_came_with_it_make_none(self, user: User, child: Child) -> None:
        self.decide(child, EARLY_HELP)
        sent = submit(user, child, RiskLevel.MODERATE)
        self.decide(child, ASSESSMENT, source=sent.reference)
        assert not MatrixDue.objects.filter(child=child).exists()


class TestPage:
    # After close of business there would be six working days left.
    @time_machine.travel(datetime(2026, 11, 18, 10, tzinfo=LONDON))
    def test_recorded_shown_and_offered_when_a_matrix_is_started(self) -> None:
        user, child = make_user(), make_child()
        involve(child, user)
        client = sign_in(user)
        day = today() - timedelta(days=1)
        given = {"happened_on_0": day.day, "happened_on_1": day.month, "happened_on_2": day.year}
        sent = client.post(
            reverse("matrix:due", args=[child.public_id]), {"occasion": "exclusion", **given}, follow=True
        )
        page = " ".join(sent.content.decode().split())
        assert "At risk of permanent exclusion" in page
        assert '<option value="exclusion" selected>' in page
        assert "5 working days left" in page

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"happened_on_0": "1", "happened_on_1": "1", "happened_on_2": "2200"}, "still to come"),
            ({"occasion": ""}, "Choose what happened."),
            ({"happened_on_0": "", "happened_on_1": "", "happened_on_2": ""}, "Write the day it happened."),
        ],
    )
    def test_what_is_wrong_is_named(self, user: User, child: Child, given: dict[str, str], said: str) -> None:
        right = {"occasion": "custody", "happened_on_0": "1", "happened_on_1": "5", "happened_on_2": "2026"}
        response = sign_in(user).post(reverse("matrix:due", args=[child.public_id]), {**right, **given})
        assert response.status_code == 400
        assert said in response.content.decode()
        assert not MatrixDue.objects.filter(child=child).exists()

    def test_who_does_not_make_matrices_does_not_record_it(self, child: Child) -> None:
        officer = make_user("reviewing_officer")
        involve(child, officer, "iro")
        assert sign_in(officer).get(reverse("matrix:due", args=[child.public_id])).status_code == 403
        stranger = make_user()
        assert sign_in(stranger).get(reverse("matrix:due", args=[child.public_id])).status_code == 404
