"""Of several matrices that no forum has agreed the highest is acted on, whoever sent it, whichever came last (C4)."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, User
from cems.actions.models import Action
from cems.base.time import now
from cems.children.access.child_access import access_to
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.selectors.level import levels_acted_on
from cems.children.history.services.level import level_agree
from cems.children.models import Child
from matrix.child_content import submitted_level
from matrix.levels import level_before, level_in_force
from matrix.models import Review, Submission
from matrix.rules import Receipt
from matrix.selectors.child import submitted_levels
from plans.models import Referral
from tests.factories.children import make_child
from tests.factories.matrices import submit, submit_paper
from tests.factories.people import make_user, sign_in
from tests.factories.short_reviews import make_lead, owed
from triage.first_contact.outcomes import NO_ACTION

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C4", "M5")]
LOW, MODERATE, SIGNIFICANT = RiskLevel.LOW, RiskLevel.MODERATE, RiskLevel.SIGNIFICANT


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


def teacher_then_nurse(child: Child) -> tuple[Submission, Submission]:
    """A teacher's Significant at nine, and a nurse's Low at ten, which no forum has looked at."""
    nine = now() - timedelta(hours=2)
    teacher = submit(make_user(name="Terry Teacher"), child, SIGNIFICANT, at=nine)
    return teacher, submit(make_user(), child, LOW, at=nine + timedelta(hours=1))


def again(child: Child) -> Child:
    return Child.objects.unscoped("a test reads the record anew").get(pk=child.pk)


def text_of(user: User, url: str) -> str:
    response = sign_in(user).get(url)
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


def agree(child: Child, level: RiskLevel, at: datetime | None = None) -> None:
    chair = make_user("cevt_chair")
    level_agree(chair, child=child, level=level, forum=Forum.CEVT, rationale="Heard together.", at=at)


def test_a_lower_matrix_that_came_later_takes_nothing_from_the_level_in_force(child: Child) -> None:
    teacher, nurse = teacher_then_nurse(child)
    assert nurse.receipt == Receipt.REVIEW
    assert level_in_force(child) is SIGNIFICANT
    assert submitted_levels([child.pk]) == {child.pk: (SIGNIFICANT, teacher.received_at)}
    agree(child, LOW)
    assert level_in_force(again(child)) is LOW
    assert submitted_levels([child.pk]) == {child.pk: (LOW, nurse.received_at)}


def test_whoever_opens_the_child_reads_the_higher_level_and_both_matrices(child: Child) -> None:
    teacher, _ = teacher_then_nurse(child)
    manager = make_user("erase_manager")
    html = text_of(manager, reverse("children:overview", args=[child.public_id]))
    assert 'cems-level--significant">Significant <span class="cems-level__since">proposed' in html
    assert "Low submitted. Significant (" in html
    assert f"{teacher.reference}</a>" in html and "by Terry Teacher, is not yet agreed by a forum" in html
    assert levels_acted_on(manager, [child], now())[child.pk].level is SIGNIFICANT
    agree(child, MODERATE)
    html = text_of(manager, reverse("children:overview", args=[child.public_id]))
    assert "is not yet agreed by a forum" not in html and "Moderate agreed since" in html


def test_first_contact_has_it_as_significant_and_is_stopped_from_leaving_it(child: Child) -> None:
    teacher, _ = teacher_then_nurse(child)
    officer = make_user("first_contact", team=desk_of(Duty.FRONT_DOOR, child.area_id))
    assert "Significant submitted" in text_of(officer, reverse("first_contact:queue"))
    assert "Madeup" in text_of(officer, f"{reverse('first_contact:queue')}?level=3")
    row = Referral.objects.get(child=child)
    decide = reverse("first_contact:referral_decide", args=[child.public_id, row.public_id])
    answer = sign_in(officer).post(decide, {"outcome": NO_ACTION.key, "rationale": "A nurse saw no more."})
    assert answer.status_code == 409
    assert "A child at Significant is not held below it" in answer.content.decode()
    page = sign_in(officer).post("/first-contact/matrix/", {"q": child.reference}).content.decode()
    assert "Yes: Significant submitted" in page and teacher.reference in page


def test_the_review_goes_on_and_the_same_level_again_asks_nothing_anew(child: Child) -> None:
    _, nurse = teacher_then_nurse(child)
    assert owed(child).submission == nurse
    before = set(Action.objects.filter(child=child).values_list("pk", flat=True))
    third = submit(make_user(), child, SIGNIFICANT)
    assert third.receipt == Receipt.REVIEW
    assert set(Action.objects.filter(child=child).values_list("pk", flat=True)) == before


def test_a_forum_that_agrees_the_higher_of_two_raises_nothing(child: Child) -> None:
    teacher_then_nurse(child)
    before = set(Action.objects.filter(child=child).values_list("pk", flat=True))
    agree(child, SIGNIFICANT)
    agreed = again(child).current_level
    assert agreed is not None and level_before(child, agreed) is SIGNIFICANT
    assert set(Action.objects.filter(child=child).values_list("pk", flat=True)) == before


def test_of_joined_records_the_one_agreed_level_tells_what_still_waits(child: Child) -> None:
    merged = make_child()
    older = submit(make_user(), merged, SIGNIFICANT, at=now() - timedelta(days=9))
    Child.objects.unscoped("a test joins two records").filter(pk=merged.pk).update(merged_into=child)
    lower = submit(make_user(), child, LOW, at=now() - timedelta(days=2))
    assert submitted_levels([child.pk]) == {child.pk: (SIGNIFICANT, older.received_at)}
    agree(child, MODERATE, at=now() - timedelta(days=5))
    assert submitted_levels([child.pk]) == {child.pk: (LOW, lower.received_at)}


@pytest.mark.requirement("M6", "T2")
def test_an_older_one_on_paper_entered_after_a_lower_is_acted_on_and_has_its_review(child: Child) -> None:
    lead, nine = make_lead(child), now() - timedelta(days=2)
    newest = submit(lead, child, LOW, at=nine + timedelta(hours=1))
    assert not Review.objects.filter(child=child).exists()
    sent = submit_paper(make_user("first_contact"), child, received_at=nine)
    assert sent.receipt == Receipt.NEW
    assert level_in_force(child) is SIGNIFICANT
    assert (owed(child).submission, owed(child).clock.owner) == (newest, lead)
    assert submitted_level(OpenChild(child, access_to(lead, child))) == (SIGNIFICANT, nine)
