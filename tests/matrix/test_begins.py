"""What follows begins when a level first applies or rises, whoever agreed it; a review asks nothing again (M5)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty
from cems.actions.models import Action
from cems.actions.services import action_complete
from cems.base.time import now
from cems.children.choices import MatterKind, RiskLevel, StatusKind
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.models import Child, Matter, Status
from cems.notices.models import Notice
from matrix.rules import begins
from plans.models import Referral, Request
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import appoint, make_agency, make_authority, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M5", "C4")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
THURSDAY = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)  # in office hours
EVENING = datetime(2026, 4, 30, 19, 0, tzinfo=UTC)


@pytest.fixture
def child() -> Child:
    return make_child()


def keys(child: Child) -> list[str]:
    return sorted(Action.objects.filter(child=child).values_list("key", flat=True))


def agree(child: Child, level: RiskLevel, forum: Forum = Forum.CEVT, at: datetime | None = None) -> None:
    level_agree(
        make_user(), child=child, level=level, forum=forum, rationale="Why.", reference="DEC-X", at=at
    )


@pytest.mark.parametrize(
    ("level", "in_force", "concern_open", "asks"),
    [
        (LOW, None, False, True),
        (LOW, LOW, False, False),
        (MODERATE, LOW, False, True),
        (MODERATE, MODERATE, True, False),
        (MODERATE, MODERATE, False, True),
        (MODERATE, SIGNIFICANT, True, False),
        (SIGNIFICANT, MODERATE, True, True),
    ],
)
def test_it_begins_when_a_level_first_applies_or_rises(
    level: RiskLevel, in_force: RiskLevel | None, concern_open: bool, asks: bool
) -> None:
    assert begins(level, in_force=in_force, concern_open=concern_open) is asks


@pytest.mark.parametrize("level", [LOW, MODERATE])
def test_a_review_at_the_same_level_asks_nothing_again_and_shows_what_is_open(
    child: Child, level: RiskLevel
) -> None:
    user = make_user()
    submit(user, child, level, at=now() - timedelta(days=30))
    before = keys(child)
    done = Action.objects.get(child=child, key="police-sharing")
    action_complete(user, action=done, outcome="Sent on Monday.")
    review = submit(user, child, level)
    assert keys(child) == before
    page = sign_in(user).get(reverse("matrix:submission", args=[review.public_id])).content.decode()
    assert "Make or update the safety plan" in page and "Share the concern with the police" not in page


@pytest.mark.parametrize("forum", [Forum.CEVT, Forum.CEG])
def test_a_forum_that_raises_the_level_starts_the_same_and_the_lead_has_it(
    child: Child, forum: Forum
) -> None:
    lead = make_user()
    involve(child, lead, "lead_practitioner")
    submit(make_user(), child, MODERATE, at=now() - timedelta(days=2))
    agree(child, SIGNIFICANT, forum)
    assert Request.objects.get(child=child).source == "DEC-X"
    nrm = Action.objects.get(child=child, key="nrm")
    assert nrm.owner_user == lead and nrm.source_reference == "DEC-X"
    worker = Action.objects.filter(child=child, key="ce-worker", source_reference="DEC-X")
    assert worker.exists() is False  # asked for with the matrix already, or decided by CEVT itself
    assert not Action.objects.filter(child=child, key="phone-call").exists()
    count = Action.objects.filter(child=child).count()
    agree(child, SIGNIFICANT, forum, at=now() + timedelta(seconds=1))  # the second time nothing is asked
    assert (
        Action.objects.filter(child=child).count() == count
        and Request.objects.filter(child=child).count() == 1
    )


def test_a_child_raised_without_a_matrix_is_followed_and_referred(child: Child) -> None:
    agree(child, MODERATE)
    assert Matter.objects.get(child=child, kind=MatterKind.EXPLOITATION).closed_at is None
    assert Referral.objects.get(child=child).source == "DEC-X"
    plan = Action.objects.get(child=child, key="safety-plan")
    assert plan.owner_team == desk_of(Duty.ERASE, child.area_id)  # nobody leads yet


def test_agreeing_what_was_submitted_or_less_asks_for_nothing_more(child: Child) -> None:
    submit(make_user(), child, SIGNIFICANT, at=now() - timedelta(days=1))
    before = keys(child)
    agree(child, SIGNIFICANT, at=now() - timedelta(seconds=1))
    agree(child, MODERATE)
    assert keys(child) == before


@pytest.mark.parametrize(("at", "night"), [(THURSDAY, False), (EVENING, True)])
def test_first_contact_and_at_night_the_duty_team_are_told_at_once_whoever_works_with_the_child(
    child: Child, at: datetime, night: bool
) -> None:
    officer, on_duty = make_user(None), make_user(None)
    since = at.date() - timedelta(days=30)
    appoint(officer, "first_contact", team=desk_of(Duty.FRONT_DOOR, child.area_id), starts_on=since)
    appoint(on_duty, "edt", team=desk_of(Duty.OUT_OF_HOURS, child.area_id), starts_on=since)
    Status.objects.create(
        child=child, kind=StatusKind.CHILD_IN_NEED, starts_on=at.date(), recorded_at=at, recorded_by=officer
    )
    submit(make_user(), child, SIGNIFICANT, at=at)
    told = {row.user for row in Notice.objects.filter(kind="matrix.significant")}
    assert (officer in told, on_duty in told) == (True, night)
    agree(child, SIGNIFICANT, at=at + timedelta(hours=1))
    assert Notice.objects.filter(kind="matrix.significant", user=officer).count() == 1


def test_each_step_says_who_does_it_where_and_the_champions_are_named(child: Child) -> None:
    user = make_user()
    agency = make_agency(authorities=[make_authority()])
    champion = make_user(
        "champion", name="Chris Champion", phone="03000 000 777", team=make_team(agency=agency)
    )
    submit(user, child, LOW)
    client = sign_in(user)

    def detail(key: str) -> str:
        action = Action.objects.get(child=child, key=key)
        return client.get(reverse("actions:detail", args=[action.public_id])).content.decode()

    assert f"{champion.name}, {agency}, 03000 000 777" in detail("practice-champion")
    assert "Do not attach the matrix" in detail("police-sharing")
    assert "Whoever leads the work with the child makes it" in detail("safety-plan")
