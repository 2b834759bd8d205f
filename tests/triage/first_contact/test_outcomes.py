"""An outcome of a referral is a class, a threshold an object: adding one touches nothing else (T1)."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import AgencyKind, User
from cems.actions.models import Action
from cems.actions.services import Asked, Source, actions_open
from cems.base.calendar import close_of_business
from cems.base.errors import Invalid
from cems.children.choices import CaseRole, RiskLevel, StatusKind
from cems.children.models import Child, Involvement, Status
from cems.children.own_copy import own_copy
from matrix.models import MatrixDue
from plans.models import Referral
from plans.services.referral import referral_open
from tests.factories.children import involve, make_child
from tests.factories.matrices import submit
from tests.factories.people import make_agency, make_team, make_user, sign_in
from triage.first_contact.outcomes import (
    ADVICE,
    OUTCOMES,
    ReferralOutcomeKind,
    register,
)
from triage.first_contact.rules import threshold
from triage.first_contact.rules.threshold import ThresholdKind, Thresholds
from triage.first_contact.services.assessment import Findings, referral_assessment_save, referral_settle
from triage.models import ReferralAssessment

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T1")]
YOUNG_CARERS = ThresholdKind("carer", "Young carer's needs", CaseRole.NAMED_PRACTITIONER, takes_approach=True)


class CarersService(ReferralOutcomeKind):
    """The young carers' service takes the child, and writes to the family."""

    key = "carers"
    label = "Passed to the young carers’ service"
    thresholds = (YOUNG_CARERS,)
    status = StatusKind.EARLY_HELP
    passes_on = True

    def start(self, user: User, referral: Referral, at: datetime) -> None:
        due = close_of_business(at, 2, word="decided")
        source = Source("plans.referral", str(referral.public_id), referral.reference)
        asked = [Asked("Write to the family", user, due)]
        actions_open(user, asked=asked, child=referral.child, source=source, at=at)


@pytest.fixture
def young_carers(monkeypatch: pytest.MonkeyPatch) -> ThresholdKind:
    kinds = {**threshold.THRESHOLDS._kinds, YOUNG_CARERS.key: YOUNG_CARERS}
    monkeypatch.setattr(threshold.THRESHOLDS, "_kinds", kinds)
    return YOUNG_CARERS


@pytest.fixture
def carers(young_carers: ThresholdKind) -> Iterator[ReferralOutcomeKind]:
    yield register(CarersService())
    OUTCOMES.pop(CarersService.key, None)


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.fixture
def officer() -> User:
    return make_user("first_contact")


@pytest.fixture
def referral(child: Child) -> Referral:
    return referral_open(make_user(), child=child)


def of(name: str, referral: Referral) -> str:
    return reverse(f"first_contact:{name}", args=[referral.child.public_id, referral.public_id])


def words(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_an_outcome_and_a_threshold_of_ones_own_go_the_whole_way(
    officer: User, child: Child, carers: ReferralOutcomeKind, young_carers: ThresholdKind
) -> None:
    sender = make_user()
    sent = submit(sender, child, RiskLevel.MODERATE, own=True)
    referral = Referral.objects.get(child=child)
    team = make_team(agency=make_agency(kind=AgencyKind.CHILDRENS_SERVICES))
    worker = make_user(team=team)
    desk = sign_in(officer)
    # the forms offer both, and say what goes with them
    form = words(desk, of("assessment", referral))
    assert young_carers.label in form and "young carer's needs, or a section 47 enquiry" in form
    assert f"{carers.label} opens “Early help”" in words(desk, of("referral_decide", referral))
    # the approach goes with the threshold; another outcome does not
    given = {
        "threshold": "carer",
        "outside_home": "yes",
        "approach": "on",
        "to_team": str(team.public_id),
        "version": 0,
    }
    assert desk.post(of("assessment", referral), given).status_code == 302
    refused = desk.post(of("referral_decide", referral), {"outcome": "advice", "rationale": "No."})
    assert refused.status_code == 400
    assert "You found Young carer's needs, which does not go with this." in unescape(refused.content.decode())
    assert not Action.objects.filter(title="Write to the family").exists()
    # decided: the team has the child in the threshold's role, the status runs, what the kind starts is started
    asked = {"outcome": "carers", "rationale": "She looks after her brother.", "open_status": "on"}
    assert desk.post(of("referral_decide", referral), asked).status_code == 302
    referral.refresh_from_db()
    assert (referral.outcome, referral.outcome_label) == ("carers", carers.label)
    assert Involvement.objects.get(child=child, team=team).case_role == CaseRole.NAMED_PRACTITIONER
    assert Status.objects.get(child=child).kind == StatusKind.EARLY_HELP
    assert Action.objects.get(child=child, title="Write to the family").owner_user == officer
    # sent a second time it is one decision, with one action
    assert desk.post(of("referral_decide", referral), asked).status_code == 302
    assert Action.objects.filter(child=child, title="Write to the family").count() == 1
    # everybody who reads of it reads its name: desk, team, sender of the matrix, chronology, the child's own copy
    pages = {
        "desk": (desk, of("referral", referral)),
        "overview": (sign_in(worker), reverse("children:overview", args=[child.public_id])),
        "sender": (sign_in(sender), reverse("matrix:submission", args=[sent.public_id])),
        "chronology": (sign_in(worker), reverse("children:chronology", args=[child.public_id])),
    }
    for name, (reader, url) in pages.items():
        assert carers.label in words(reader, url), name
    copy = {entry["kind"]: entry for entry in own_copy([child.pk])}
    assert copy["Referral"]["outcome"] == carers.label
    assert copy["First Contact's assessment"]["threshold"] == young_carers.label
    # a partnership that gives it up still reads what was decided
    del OUTCOMES["carers"]
    for name, (reader, url) in pages.items():
        assert carers.label in words(reader, url), name


def test_an_outcome_given_up_is_not_offered_and_refused_while_one_decides(
    officer: User, referral: Referral, carers: ReferralOutcomeKind
) -> None:
    desk = sign_in(officer)
    del OUTCOMES["carers"]
    assert carers.label not in words(desk, of("referral_decide", referral))
    sent = {"outcome": "carers", "rationale": "She looks after her brother."}
    refused = desk.post(of("referral_decide", referral), sent)
    assert refused.status_code == 400 and "She looks after her brother." in refused.content.decode()
    for _ in range(2):
        with pytest.raises(Invalid) as wrong:
            referral_settle(officer, referral=referral, outcome=carers, rationale="She looks after him.")
        assert wrong.value.field == "outcome"
    referral.refresh_from_db()
    assert not referral.outcome and not ReferralAssessment.objects.exists()


def test_a_threshold_given_up_stays_readable_and_is_offered_only_where_it_stands(
    officer: User, referral: Referral, young_carers: ThresholdKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral_assessment_save(officer, referral=referral, version=0, findings=Findings("carer"))
    other = referral_open(make_user(), child=make_child())
    ended = ThresholdKind(young_carers.key, young_carers.label, offered=False)
    monkeypatch.setitem(threshold.THRESHOLDS._kinds, young_carers.key, ended)
    desk = sign_in(officer)
    assert young_carers.label in words(desk, of("referral", referral))
    assert young_carers.label in words(desk, of("assessment", referral))
    assert young_carers.label not in words(desk, of("assessment", other))
    assert desk.post(of("assessment", other), {"threshold": "carer", "version": 0}).status_code == 400
    with pytest.raises(Invalid) as unknown:
        referral_assessment_save(officer, referral=other, version=0, findings=Findings("unheard_of"))
    assert unknown.value.field == "threshold"
    # nobody's words are lost where the kind is gone altogether
    monkeypatch.delitem(threshold.THRESHOLDS._kinds, young_carers.key)
    assert "carer" in words(desk, of("referral", referral))


def test_an_outcome_without_words_or_with_anothers_key_is_not_made_known() -> None:
    class Silent(ReferralOutcomeKind):
        key = "silent"
        thresholds = (threshold.UNIVERSAL,)

    class Twice(CarersService):
        key = ADVICE.key

    for kind in (Silent(), Twice()):
        with pytest.raises(ValueError, match="key of its own"):
            register(kind)
    assert "silent" not in OUTCOMES and OUTCOMES[ADVICE.key] is ADVICE
    kinds = Thresholds()
    kinds.register(YOUNG_CARERS)
    with pytest.raises(ValueError, match="key of its own"):
        kinds.register(YOUNG_CARERS)


@pytest.mark.requirement("M4")
def test_an_assessment_of_ones_own_makes_the_matrix_due_as_the_first_does(
    officer: User, child: Child, referral: Referral
) -> None:
    class DisabilityAssessment(type(OUTCOMES["assessment"])):  # type: ignore[misc]
        key = "disability"
        label = "Assessment by the disability team"

    involve(child, make_user())
    kind = register(DisabilityAssessment())
    try:
        referral_settle(officer, referral=referral, outcome=kind, rationale="Her team knows her.")
    finally:
        del OUTCOMES["disability"]
    assert MatrixDue.objects.get(child=child).source == referral.reference
