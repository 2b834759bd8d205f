"""A child's page: the worry in the reasons of the matrix, what is late and with whom, one's own claim (M7, K1)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import User
from cems.actions.services import action_open
from cems.base.calendar import Deadline
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import Child
from tests.factories.allocation import child_at, make_manager, waits
from tests.factories.children import agree_level, involve, make_child
from tests.factories.matrices import ready_matrix, submit
from tests.factories.people import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("K1")]


@pytest.fixture
def user() -> User:
    return make_user(name="Lee Example")


@pytest.fixture
def child(user: User) -> Child:
    child = make_child()
    involve(child, user)
    return child


def page(user: User, child: Child) -> str:
    answer = sign_in(user).get(reverse("children:overview", args=[child.public_id]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def promise(owner: User, child: Child, title: str, days: int) -> None:
    due = now() + timedelta(days=days)
    deadline = Deadline(due - timedelta(days=30), due, "as promised")
    action_open(None, title=title, owner=owner, child=child, deadline=deadline)


def test_the_reasons_of_the_newest_matrix_stand_at_the_top(user: User, child: Child) -> None:
    sent = submit(user, child, RiskLevel.MODERATE)
    text = page(user, child)
    worry = text[text.index("What matters now") :]
    assert worry.index(sent.reasons[:40]) < worry.index("Agreed level")
    assert reverse("matrix:submission", args=[sent.public_id]) in text and "What happens now" in text


def test_they_are_not_for_who_may_not_read_the_matrix(child: Child) -> None:
    sent = submit(make_user(), child, RiskLevel.MODERATE)
    lead = make_user("school_lead")
    involve(child, lead, "school")
    assert sent.reasons[:40] not in page(lead, child)


def test_what_is_late_stands_by_itself_and_the_next_promise_is_by_name_and_owner(
    user: User, child: Child
) -> None:
    promise(user, child, "Visit at home", -2)
    promise(user, child, "Ring the school", 3)
    promise(user, child, "Write the plan", 9)
    text = page(user, child)
    late = text[text.index('id="late-heading"') :]
    assert late.index("Visit at home") < late.index("With Lee Example")
    assert "Ring the school: 3 days left, with Lee Example." in text
    assert "Write the plan: " not in text


def test_nothing_late_makes_no_heading(user: User, child: Child) -> None:
    promise(user, child, "Ring the school", 3)
    assert "late-heading" not in page(user, child)


def test_late_things_lead_those_who_do_them_to_the_page_where_they_are_done(user: User) -> None:
    child = child_at(RiskLevel.SIGNIFICANT)
    involve(child, user)
    waits(child, at=now() - timedelta(days=20))
    choose = reverse("allocation:candidates", args=[child.public_id, "ce_worker"])
    assert f'href="{choose}">Allocate' in page(make_manager(), child)
    assert f'href="{choose}">Allocate' not in page(user, child)


def test_the_birth_date_stands_beside_the_age(user: User, child: Child) -> None:
    assert f"Born {child.date_of_birth:%-d %B %Y}" in page(user, child)


def test_a_matrix_in_progress_is_to_go_on_with(user: User, child: Child) -> None:
    draft = ready_matrix(user, child, RiskLevel.MODERATE)
    text = page(user, child)
    now_lines = text[text.index("What matters now") : text.index("</dl>")]
    assert reverse("matrix:tasks", args=[draft.public_id]) in now_lines


def test_a_claim_is_shown_as_waiting_and_not_asked_for_again() -> None:
    sender, child = make_user(), make_child()
    submit(sender, child, RiskLevel.MODERATE, own=True)
    claim_page = reverse("children:involvement_claim", args=[child.public_id])
    assert claim_page in page(sender, child)
    involve(child, sender, "lead_practitioner", state=InvolvementState.CLAIMED)
    text = page(sender, child)
    assert "that you are the lead practitioner. It waits for First Contact" in text
    assert claim_page not in text


def test_a_year_is_a_picture_only_where_it_shows_something(user: User, child: Child) -> None:
    assert "<svg class=" not in page(user, child).split("cems-panels")[0].split("What matters now")[-1]
    for days in (2, 40, 90):
        agree_level(child, RiskLevel.LOW, at=now() - timedelta(days=days))
    assert 'class="cems-strip__picture"' in page(user, child)
