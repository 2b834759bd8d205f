"""A child at Significant is not held at early help nor left: stopped, and passed only by a manager's reason (M5)."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.desks import desk_of
from cems.accounts.models import AgencyKind, Duty, User
from cems.base.errors import Invalid
from cems.base.time import now
from cems.children.choices import RiskLevel
from cems.children.history.models.level import Forum
from cems.children.history.services.level import level_agree
from cems.children.models import Child, Involvement
from cems.notices.models import Notice
from plans.choices import RequestAnswer
from plans.models import Referral, Request
from plans.services.referral import referral_open
from plans.services.strategy_meeting import strategy_meeting_answer
from tests.factories.children import agree_level, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_agency, make_team, make_user, sign_in
from triage.first_contact.outcomes import (
    ADVICE,
    ALREADY_OPEN,
    ASSESSMENT,
    EARLY_HELP,
    NO_ACTION,
    ReferralOutcomeKind,
)
from triage.first_contact.services.assessment import Findings, referral_assessment_save, referral_settle
from triage.models import ReferralAssessment

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("M5", "T1")]


@pytest.fixture
def child() -> Child:
    return make_child(given_name="Marnie", family_name="Madeup")


@pytest.fixture
def officer(child: Child) -> User:
    return make_user("first_contact", team=desk_of(Duty.FRONT_DOOR, child.area_id))


@pytest.fixture
def manager(officer: User) -> User:
    return make_user("team_manager", name="Max Manages", team=officer.appointments.get().team)


@pytest.fixture
def referral(child: Child) -> Referral:
    submit(make_user(), child, RiskLevel.SIGNIFICANT, at=now() - timedelta(hours=2))
    return Referral.objects.get(child=child)


def answered(child: Child, officer: User) -> None:
    request = Request.objects.get(child=child)
    strategy_meeting_answer(officer, request=request, answer=RequestAnswer.NOT_MET, why="No harm found.")


def decide(client: Client, row: Referral, outcome: ReferralOutcomeKind, **more: str) -> tuple[int, str]:
    url = reverse("first_contact:referral_decide", args=[row.child.public_id, row.public_id])
    answer = client.post(url, {"outcome": outcome.key, "rationale": "Early help is enough.", **more})
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("outcome", [EARLY_HELP, NO_ACTION, ADVICE])
def test_it_is_stopped_by_a_page_that_says_so_until_the_meeting_is_answered(
    referral: Referral, officer: User, manager: User, outcome: ReferralOutcomeKind
) -> None:
    status, html = decide(sign_in(officer), referral, outcome)
    assert status == 409 and "A child at Significant is not held below it" in html
    assert "The strategy meeting is not answered yet" in html
    # nor with a manager's reason, by page or by service
    reason = {"below_manager": str(manager.public_id), "below_why": "Managed."}
    assert decide(sign_in(officer), referral, outcome, **reason)[0] == 409
    with pytest.raises(Invalid, match="strategy meeting"):
        referral_settle(
            officer, referral=referral, outcome=outcome, rationale="x", below_manager=manager, below_why="x"
        )
    referral.refresh_from_db()
    assert not referral.outcome


def pressed(html: str, **button: str) -> dict[str, str]:
    """What the form of this page sends when one of its buttons is pressed."""
    form = html[html.index("<main") : html.index("</main>")]
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {**{name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}, **button}


def test_what_was_written_stays_on_every_way_on_from_the_stopped_page(
    child: Child, officer: User, manager: User
) -> None:
    referral = referral_open(officer, child=child)
    level_agree(
        officer,
        child=child,
        level=RiskLevel.SIGNIFICANT,
        forum=Forum.CEVT,
        reference="CEVT-1",
        rationale="The table saw it.",
    )
    client, url = (
        sign_in(officer),
        reverse("first_contact:referral_decide", args=[child.public_id, referral.public_id]),
    )
    words = "Early help is enough.\r\nThe aunt “Jo” helps."
    sent = {"outcome": EARLY_HELP.key, "rationale": words, "open_status": "on"}
    html = client.post(url, sent).content.decode()
    # the level has asked for the meeting, and it is asked for once, whoever asks again
    assert "is not answered yet" in html and pressed(html) == sent
    for _ in range(2):
        answer = client.post(url, pressed(html, step="ask"))
        assert answer.status_code == 409 and Request.objects.filter(child=child).count() == 1
    html = answer.content.decode()
    assert "is not answered yet" in html and 'target="_blank"' in html and pressed(html) == sent
    # another outcome is chosen from a page that still has the reasons
    form = client.post(url, pressed(html, step="change"))
    assert form.status_code == 200 and form.context["form"]["rationale"].value() == words
    assert re.search(r'value="early_help"[^>]*checked', form.content.decode())
    assert client.post(url, pressed(html)).status_code == 409  # gone on too early: stopped as before
    answered(child, officer)
    html = client.post(url, pressed(html)).content.decode()
    assert "There is a problem" not in html and pressed(html) == sent
    # and a manager's reason stays on the way to another outcome and back
    reason = {"below_manager": str(manager.public_id), "below_why": "The aunt has taken her in."}
    form = client.post(url, {**pressed(html, step="change"), **reason})
    assert form.status_code == 200 and pressed(form.content.decode()) == reason
    empty = client.post(url, {**reason, "rationale": words})
    assert empty.status_code == 400 and pressed(empty.content.decode()) == reason
    referral.refresh_from_db()
    assert not referral.outcome
    sent = {**reason, "outcome": NO_ACTION.key, "rationale": words}
    assert client.post(url, sent).status_code == 302
    assert ReferralAssessment.objects.get(referral=referral).below_why == reason["below_why"]


def test_where_no_strategy_meeting_was_asked_for_the_page_says_so_asks_for_it_and_its_desk_is_told(
    child: Child, officer: User, manager: User
) -> None:
    referral = referral_open(officer, child=child)
    agree_level(child, RiskLevel.SIGNIFICANT)  # as one agreed before CEMS asked for what follows from a level
    assert not Request.objects.exists()
    client, words = sign_in(officer), {"rationale": "Early help is enough."}
    status, html = decide(client, referral, EARLY_HELP)
    assert status == 409 and "No strategy meeting is asked for" in html and "is not answered yet" not in html
    reason = {"below_manager": str(manager.public_id), "below_why": "Managed."}
    assert decide(client, referral, EARLY_HELP, **reason)[0] == 409  # nor with a manager's reason
    url = reverse("first_contact:referral_decide", args=[child.public_id, referral.public_id])
    html = client.post(url, pressed(html, step="ask")).content.decode()
    request = Request.objects.get(child=child)
    assert f"{request.reference}: a strategy meeting is asked for" in html and "is not answered yet" in html
    assert pressed(html)["rationale"] == words["rationale"]
    # who has the answer to give meets it in their work, by the child's name
    assert request.clock is not None and request.clock.owner_team is not None
    holder = make_user("first_contact", team=request.clock.owner_team)
    work = sign_in(holder).get(reverse("home")).content.decode()
    assert child.name in work and "Strategy meeting: held, or threshold not met and why" in work
    referral.refresh_from_db()
    assert not referral.outcome


@pytest.mark.parametrize("threshold", ["early_help", "section_17"])
def test_already_open_is_stopped_where_early_help_was_found(
    referral: Referral, child: Child, officer: User, manager: User, threshold: str
) -> None:
    team = make_team(agency=make_agency(kind=AgencyKind.CHILDRENS_SERVICES), code="early_help")
    found = Findings(threshold=threshold, to_team=team, to_team_why="Known there.")
    referral_assessment_save(officer, referral=referral, version=0, findings=found)
    client, passed = sign_in(officer), threshold == "section_17"
    status, html = decide(client, referral, ALREADY_OPEN)
    assert status == (302 if passed else 409)
    assert Involvement.objects.filter(child=child, team=team).exists() is passed
    if passed:
        return
    assert "The strategy meeting is not answered yet" in html and "You found: Early help." in html
    answered(child, officer)
    reason = {"below_manager": str(manager.public_id), "below_why": "The aunt has taken her in."}
    assert decide(client, referral, ALREADY_OPEN)[0] == 409  # nor without the manager
    assert decide(client, referral, ALREADY_OPEN, **reason)[0] == 302
    assert Involvement.objects.filter(child=child, team=team).exists()
    assert Notice.objects.filter(user=manager, kind="triage.below_significant").count() == 1


def test_it_passes_with_the_meeting_answered_and_a_managers_named_reason_which_the_manager_and_the_record_read(
    referral: Referral, child: Child, officer: User, manager: User
) -> None:
    answered(child, officer)
    client = sign_in(officer)
    status, html = decide(client, referral, EARLY_HELP)
    assert status == 409 and "No harm found." in html and "Max Manages" in html
    assert 'value="Early help is enough."' in html  # what was typed stays
    status, html = decide(client, referral, EARLY_HELP, below_manager="", below_why="Managed.")
    assert status == 409 and "Name the manager" in html
    status, html = decide(client, referral, EARLY_HELP, below_manager=str(manager.public_id), below_why=" ")
    assert status == 409 and "Write the manager" in html
    stranger = make_user("team_manager")
    with pytest.raises(Invalid, match="Name a manager of First Contact"):
        referral_settle(
            officer,
            referral=referral,
            outcome=EARLY_HELP,
            rationale="x",
            below_manager=stranger,
            below_why="x",
        )
    reason = {"below_manager": str(manager.public_id), "below_why": "The aunt has taken her in."}
    assert decide(client, referral, EARLY_HELP, **reason)[0] == 302
    row = ReferralAssessment.objects.get(referral=referral)
    assert (row.below_manager, row.below_why) == (manager, "The aunt has taken her in.")
    assert Notice.objects.filter(user=manager, kind="triage.below_significant").count() == 1
    paper = reverse("first_contact:referral", args=[child.public_id, referral.public_id])
    html = client.get(paper).content.decode()
    assert "The aunt has taken her in." in html and "Max Manages" in html
    reader = sign_in(make_user("erase_manager"))
    chronology = reader.get(reverse("children:chronology", args=[child.public_id])).content.decode()
    assert "Decided below Significant" in chronology and "The aunt has taken her in." in chronology
    assert decide(client, referral, EARLY_HELP, **reason)[0] == 302  # the second time it is decided already
    assert Notice.objects.filter(user=manager, kind="triage.below_significant").count() == 1


def test_a_colleagues_lower_level_meanwhile_does_not_lift_the_stop(
    referral: Referral, child: Child, officer: User
) -> None:
    submit(make_user(), child, RiskLevel.LOW, at=now() - timedelta(hours=1))
    status, html = decide(sign_in(officer), referral, NO_ACTION)
    assert status == 409 and "A child at Significant is not held below it" in html
    referral.refresh_from_db()
    assert not referral.outcome


def test_what_is_not_below_passes_and_at_moderate_nothing_is_asked(officer: User, referral: Referral) -> None:
    assert decide(sign_in(officer), referral, ASSESSMENT)[0] == 302
    other = make_child()
    submit(make_user(), other, RiskLevel.MODERATE)
    assert decide(sign_in(officer), Referral.objects.get(child=other), NO_ACTION)[0] == 302
