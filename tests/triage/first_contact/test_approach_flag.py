"""The Harm Outside the Home approach is seen wherever the child is: on the bar, in CEVT's list, on the sheet (T1)."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from cems.accounts.models import User
from cems.base.time import now
from cems.children.models import Child
from plans.choices import ReferralState
from plans.models import Referral
from plans.services.referral import referral_open
from tests.factories.children import involve, join, make_child
from tests.factories.people import make_user, sign_in
from tests.factories.triage import waiting_child
from triage.models import ReferralAssessment

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T1")]
FLAG = "Harm Outside the Home approach"


def text(response: Any) -> str:
    assert isinstance(response, HttpResponse) and response.status_code == 200
    return unescape(response.content.decode())


def overview(child: Child) -> str:
    return reverse("children:overview", args=[child.public_id])


def decided(child: Child, *, approach: bool, days_ago: int = 1) -> None:
    """A referral that First Contact decided, with or without the approach."""
    desk, instant = make_user("first_contact"), now() - timedelta(days=days_ago)
    row = referral_open(desk, child=child, at=instant)
    ReferralAssessment.objects.create(
        referral=row, child=child, outside_home=True, approach=approach, changed_by=desk, changed_at=instant
    )
    Referral.objects.filter(pk=row.pk).update(
        state=ReferralState.DECIDED, outcome="services", decided_at=instant, decided_by=desk
    )


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


def test_it_stands_on_the_bar_in_the_list_and_on_the_sheet(chair: User, child: Child) -> None:
    worker = make_user()
    involve(child, worker)
    waiting_child(child)
    Referral.objects.filter(child=child).update(
        state=ReferralState.DECIDED, outcome="services", decided_at=now() - timedelta(days=9)
    )
    pages = [
        (sign_in(worker), overview(child)),
        (sign_in(chair), reverse("cevt:list")),
        (sign_in(chair), reverse("cevt:sheet", args=[child.public_id])),
    ]
    for client, page in pages:
        assert FLAG not in text(client.get(page)), page
    decided(child, approach=True)
    for client, page in pages:
        assert FLAG in text(client.get(page)), page


def test_the_newest_decision_counts_also_of_a_record_joined_to_it(child: Child) -> None:
    worker, other = make_user(), make_child()
    involve(child, worker)
    client = sign_in(worker)
    decided(other, approach=True, days_ago=4)
    join(child, other)
    assert FLAG in text(client.get(overview(child)))
    decided(child, approach=False)
    assert FLAG not in text(client.get(overview(child)))


def test_it_is_not_told_to_who_does_not_read_the_status(child: Child) -> None:
    school = make_user("school_lead")
    involve(child, school, "school")
    decided(child, approach=True)
    assert FLAG not in text(sign_in(school).get(overview(child)))
