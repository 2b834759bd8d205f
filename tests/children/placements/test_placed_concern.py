"""A concern about a child placed by another authority: told, answered, escalated, closed (C2)."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some

from cems.accounts.models import Appointment, Team, User
from cems.audit.models import Entry
from cems.base.calendar import close_of_business
from cems.base.errors import Conflict, Invalid
from cems.base.time import local, local_date, now
from cems.children.choices import ConcernStep
from cems.children.models import Child, Involvement, PlacedConcern, PlacedConcernStep
from cems.children.placements.rules import step_problem
from cems.children.placements.services.placed_concern import (
    concern_answer,
    concern_close,
    concern_escalate,
    concern_tell,
)
from cems.children.placements.services.placement import placement_concern
from cems.clocks.choices import Stage
from cems.clocks.models import Clock
from cems.notices.models import Notice
from tests.factories.children import involve, make_child, make_matter, make_placement
from tests.factories.clocks import london
from tests.factories.people import DARLINGTON, make_authority, make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C2")]

MONDAY = london("2026-06-01T10:00")
WORDS = "Seen at night with adults nobody knows"


@pytest.fixture
def worker() -> User:
    return make_user(team=make_team())


@pytest.fixture
def officer() -> User:
    return make_user("first_contact", team=Team.objects.get(code="first-contact"))


@pytest.fixture
def concern(worker: User) -> PlacedConcern:
    """Raised on a plain Monday about a child whom Darlington placed in County Durham."""
    child = make_child(family_name="Placewick")
    involve(child, worker, at=MONDAY - timedelta(days=9))
    row = make_placement(child, placed_by=make_authority(DARLINGTON))
    placement_concern(worker, placement=row, text=WORDS, happened_at=MONDAY - timedelta(hours=3), at=MONDAY)
    return PlacedConcern.objects.get()


def tell(
    user: User, concern: PlacedConcern, at=MONDAY + timedelta(hours=2), **kw: object
) -> PlacedConcernStep:
    given = {"whom": "Example Person, duty manager", "route": "phone", "happened_at": at, "at": at}
    return concern_tell(user, concern=concern, **{**given, **kw})


def answer(user: User, concern: PlacedConcern, *, adequate: bool, at=MONDAY + timedelta(days=1)):
    return concern_answer(
        user, concern=concern, text="A visit next month.", adequate=adequate, happened_at=at, at=at
    )


def clock_of(concern: PlacedConcern) -> Clock:
    return Clock.objects.get(pk=concern.clock_id)


def notices(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def test_a_concern_starts_the_clock_on_telling_who_is_responsible(concern: PlacedConcern) -> None:
    clock = clock_of(concern)
    assert clock.owner_team and clock.owner_team.code == "first-contact"
    assert clock.due_at == close_of_business(MONDAY, 1).due_at and clock.stage == Stage.RUNNING
    assert concern.responsible.code == DARLINGTON and concern.note.text == WORDS


def test_a_child_placed_at_home_has_nobody_else_to_tell(worker: User) -> None:
    row = make_placement(make_child())
    placement_concern(worker, placement=row, text=WORDS, happened_at=now(), at=now())
    assert (
        not PlacedConcern.objects.exists() and not Clock.objects.filter(kind="children.placed_tell").exists()
    )


def test_telling_meets_the_clock_and_starts_the_one_of_the_answer(
    officer: User, worker: User, concern: PlacedConcern
) -> None:
    told_at = MONDAY + timedelta(hours=2)
    row = tell(officer, concern, at=MONDAY + timedelta(hours=4), happened_at=told_at)
    met = clock_of(concern)
    assert (met.stage, met.met_at) == (Stage.MET, told_at)
    assert row.clock and row.clock.due_at == close_of_business(told_at, 2).due_at
    assert row.clock.owner == met.owner and (row.whom, row.route) == ("Example Person, duty manager", "phone")
    assert any("told" in text and "Placewick" not in text for text in notices(worker))
    with pytest.raises(Conflict, match="recorded already"):
        tell(officer, concern)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"whom": " "}, "whom"),
        ({"route": "pigeon"}, "route"),
        ({"happened_at": MONDAY + timedelta(days=30)}, "happened_on"),
        ({"happened_at": MONDAY - timedelta(days=2)}, "happened_on"),
    ],
)
def test_who_when_and_how_are_asked(officer: User, concern: PlacedConcern, wrong: dict, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        tell(officer, concern, **wrong)
    assert refusal.value.field == field
    assert clock_of(concern).is_open and not PlacedConcernStep.objects.exists()


def test_an_adequate_answer_ends_it(officer: User, concern: PlacedConcern) -> None:
    step = tell(officer, concern)
    answer(officer, concern, adequate=True)
    assert Clock.objects.get(pk=step.clock_id).stage == Stage.MET
    with pytest.raises(Conflict, match="adequate"):
        concern_escalate(officer, concern=concern, text="Still worried", at=MONDAY + timedelta(days=9))


def test_inaction_is_escalated_once_the_answer_is_over_its_time(
    officer: User, worker: User, concern: PlacedConcern
) -> None:
    late = MONDAY + timedelta(days=4)
    with pytest.raises(Conflict, match="who was told"):
        concern_escalate(worker, concern=concern, text="Nothing happens", at=late)
    step = tell(officer, concern)
    with pytest.raises(Conflict, match="not over its time"):
        concern_escalate(worker, concern=concern, text="Nothing happens", at=MONDAY + timedelta(days=1))
    lead, unit = (Team.objects.get(code=code) for code in ("durham-safeguarding-lead", "business-unit"))
    leader = make_user("team_manager", team=lead, agency=lead.agency)
    secretary = make_user("business_support", team=unit, agency=unit.agency)
    Appointment.objects.update(starts_on=local_date(MONDAY))
    row = concern_escalate(worker, concern=concern, text="Nobody has visited", at=late)
    assert row.clock and row.clock.owner_team == lead and row.unit_told
    assert row.clock.due_at == close_of_business(late, 1).due_at
    assert Clock.objects.get(pk=step.clock_id).stage == Stage.CANCELLED
    assert any("yours to take up" in text for text in notices(leader))
    assert any("was escalated" in text for text in notices(secretary))
    assert all("Placewick" not in text for text in notices(leader) + notices(secretary))
    # The lead reads the record while the step is theirs; the Business Unit never does.
    assert concern.child in Child.objects.visible_to(User.objects.get(pk=leader.pk))
    assert not Child.objects.visible_to(User.objects.get(pk=secretary.pk)).exists()


def test_an_answer_that_is_not_adequate_may_be_escalated_at_once(
    officer: User, worker: User, concern: PlacedConcern
) -> None:
    tell(officer, concern)
    answer(officer, concern, adequate=False)
    with pytest.raises(Invalid) as refusal:
        concern_escalate(worker, concern=concern, text=" ", at=MONDAY + timedelta(days=1))
    assert refusal.value.field == "text"
    row = concern_escalate(worker, concern=concern, text="A month is too late", at=MONDAY + timedelta(days=1))
    assert row.unit_told is False  # nobody of it uses CEMS here, and the page says so


def test_the_outcome_closes_it_and_the_leads_reach_ends(
    officer: User, worker: User, concern: PlacedConcern
) -> None:
    tell(officer, concern)
    answer(officer, concern, adequate=False)
    lead = Team.objects.get(code="durham-safeguarding-lead")
    leader = make_user("team_manager", team=lead, agency=lead.agency)
    when = MONDAY + timedelta(days=2)
    with pytest.raises(Conflict, match="nothing to close"):
        concern_close(leader, concern=concern, text="Done", happened_at=when, at=when)
    row = concern_escalate(worker, concern=concern, text="A month is too late", at=when)
    with pytest.raises(Invalid):
        concern_close(leader, concern=concern, text="", happened_at=when, at=when)
    concern_close(leader, concern=concern, text="They visit today.", happened_at=when, at=when)
    assert Clock.objects.get(pk=row.clock_id).stage == Stage.MET
    assert Involvement.objects.get(team=lead).ended_at == when
    assert not Child.objects.visible_to(User.objects.get(pk=leader.pk)).exists()
    details = [
        entry.detail
        for entry in Entry.objects.filter(subject_kind="children.placedconcernstep").order_by("pk")
    ]
    assert [detail["step"] for detail in details] == ["told", "answered", "escalated", "closed"]


def test_the_database_keeps_a_step_whole_and_once(officer: User, concern: PlacedConcern) -> None:
    row = tell(officer, concern)
    for wrong in ({"kind": "told"}, {"kind": "answered", "text": "Yes"}, {"kind": "closed"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PlacedConcernStep.objects.create(
                concern=concern, happened_at=MONDAY, recorded_at=MONDAY, recorded_by=officer, **wrong
            )
    assert PlacedConcernStep.objects.get() == row


@given(
    done=some.dictionaries(some.sampled_from(ConcernStep), some.sampled_from([True, False])),
    late=some.booleans(),
)
def test_inaction_is_never_escalated_before_telling_nor_over_an_adequate_answer(
    done: dict[ConcernStep, bool], late: bool
) -> None:
    due = MONDAY - timedelta(hours=1) if late else MONDAY + timedelta(hours=1)
    allowed = not step_problem(ConcernStep.ESCALATED, done=done, answer_due=due, at=MONDAY)
    if allowed:
        assert ConcernStep.TOLD in done and ConcernStep.ESCALATED not in done
        assert late if ConcernStep.ANSWERED not in done else not done[ConcernStep.ANSWERED]
    for step in done:
        assert step_problem(step, done=done, answer_due=due, at=MONDAY)


# --- pages -----------------------------------------------------------------------------------------------------
def address(concern: PlacedConcern, name: str) -> str:
    return reverse(f"children:{name}", args=[concern.child.public_id, concern.public_id])


def when(instant: datetime) -> dict[str, object]:
    there = local(instant)
    return {
        "happened_on_0": there.day,
        "happened_on_1": there.month,
        "happened_on_2": there.year,
        "happened_time": f"{there:%H:%M}",
        "key": str(uuid4()),
    }


@pytest.fixture
def raised() -> tuple[User, PlacedConcern]:
    """Raised two days ago, by a user who works with the child."""
    user, child = make_user(team=make_team()), make_child()
    involve(child, user, at=now() - timedelta(days=9))
    row = make_placement(child, placed_by=make_authority(DARLINGTON))
    at = now() - timedelta(days=2)
    placement_concern(user, placement=row, text=WORDS, happened_at=at, at=at)
    return user, PlacedConcern.objects.get()


def test_from_the_concern_to_the_outcome_without_javascript(raised: tuple[User, PlacedConcern]) -> None:
    user, concern = raised
    client = sign_in(user)
    page = client.get(reverse("children:placements", args=[concern.child.public_id])).content.decode()
    assert "Darlington is to be told" in page and address(concern, "placed_concern") in page
    page = client.get(address(concern, "placed_concern")).content.decode()
    assert WORDS in page and "Record who was told" in page and "Escalate" not in page
    day_ago = when(now() - timedelta(days=1))
    sent = {**day_ago, "whom": "Example Person, duty manager", "route": "phone", "text": "Told all of it."}
    refused = client.post(address(concern, "placed_concern_told"), {**sent, "whom": ""})
    assert refused.status_code == 400
    assert "Write who was told" in refused.content.decode() and "Told all of it." in refused.content.decode()
    for _ in range(2):  # sent twice, it is once, and no refusal
        assert client.post(address(concern, "placed_concern_told"), sent).status_code == 302
    answered = {**when(now()), "text": "A visit next month.", "adequate": "no"}
    assert client.post(address(concern, "placed_concern_answered"), answered).status_code == 302
    page = client.get(address(concern, "placed_concern")).content.decode()
    assert "not adequate" in page and "Escalate" in page and "Record what came of it" not in page
    reason = {"text": "A month is too late", "key": str(uuid4())}
    assert client.post(address(concern, "placed_concern_escalated"), reason).status_code == 302
    page = client.get(address(concern, "placed_concern")).content.decode()
    assert "tell them yourself" in page and "Safeguarding lead, County Durham" in page
    done = {**when(now()), "text": "They visit today."}
    assert client.post(address(concern, "placed_concern_closed"), done).status_code == 302
    page = client.get(address(concern, "placed_concern")).content.decode()
    assert "Escalation closed" in page and "Record what came of it" not in page
    # In the order in which it was recorded, though all of it happened within a minute.
    order = [
        page.index(words)
        for words in (WORDS, "Told all of it.", "A visit next month.", "A month is too late")
    ]
    assert order == sorted(order) and page.index("They visit today.") > order[-1]
    html = client.get(reverse("children:chronology", args=[concern.child.public_id])).content.decode()
    assert "Escalated to the safeguarding lead" in html and "They visit today." in html


def test_what_comes_too_early_is_said_on_the_form(raised: tuple[User, PlacedConcern]) -> None:
    user, concern = raised
    sent = {"text": "Nothing happens", "key": str(uuid4())}
    page = sign_in(user).post(address(concern, "placed_concern_escalated"), sent)
    assert page.status_code == 409
    assert "Record first who was told" in page.content.decode() and "Nothing happens" in page.content.decode()


def test_who_only_reads_records_no_step_and_case_notes_stay_where_they_are_open(
    raised: tuple[User, PlacedConcern],
) -> None:
    _, concern = raised
    make_matter(concern.child, "exploitation")
    make_matter(concern.child, "cevt")
    reader = sign_in(make_user("head_of_service"))
    page = reader.get(address(concern, "placed_concern")).content.decode()
    assert WORDS in page and "Record who was told" not in page
    assert reader.get(address(concern, "placed_concern_told")).status_code == 403
    member = sign_in(make_user("cevt_member"))
    assert WORDS not in member.get(address(concern, "placed_concern")).content.decode()
    front_door = sign_in(make_user("first_contact", team=Team.objects.get(code="first-contact")))
    assert WORDS in front_door.get(address(concern, "placed_concern")).content.decode()
    other = make_child()
    elsewhere = reverse("children:placed_concern", args=[other.public_id, concern.public_id])
    assert front_door.get(elsewhere).status_code == 404
