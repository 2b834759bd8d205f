"""An age that is not known or disputed: presumed under 18 until somebody decides (C1, truth-f6)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import Team
from cems.actions.models import Action
from cems.base.errors import Conflict, Invalid
from cems.base.time import today
from cems.children.identity.services.age import Decided, age_decide
from cems.children.identity.services.record import child_change
from cems.children.models import AgeDecision, Child
from cems.notices.models import Notice
from tests.factories.children import agree_level, involve, make_child
from tests.factories.people import make_team, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("C1")]


def years_ago(years):
    return date(today().year - years, 1, 1)


@pytest.fixture
def officer():
    return make_user("first_contact", team=Team.objects.get(code="first-contact"))


@pytest.fixture
def disputed():
    """The papers make this person nineteen; they say they are sixteen."""
    return make_child(date_of_birth=years_ago(19), birth_date_known="disputed")


def decision(outcome="adult", born=None, **kw):
    given = {
        "outcome": outcome, "born": born or years_ago(19), "decided_on": today() - timedelta(days=1),
        "decided_by": "Two social workers of the authority", "why": "Papers and two long talks",
    }  # fmt: skip
    return Decided(**{**given, **kw})


def sees(user, child):
    return Child.objects.visible_to(user).filter(pk=child.pk).exists()


def fresh(child):
    return Child.objects.unscoped("a test looks again").get(pk=child.pk)


@pytest.mark.parametrize(("known", "words"), [("disputed", "Age disputed: presumed under 18"),
                                             ("unknown", "Age not known: presumed under 18")])  # fmt: skip
def test_the_person_is_presumed_under_18_and_the_bar_says_why(officer, known, words):
    child = make_child(date_of_birth=years_ago(19), birth_date_known=known)
    page = sign_in(officer).get(reverse("children:overview", args=[child.public_id]))
    assert words in page.content.decode()
    assert child.age_on(today()) == 17
    assert not sees(officer, make_child(date_of_birth=years_ago(19)))


def test_truth_f6_decided_adult_closes_the_wide_reach_and_asks_first_contact(officer, disputed):
    worker = make_user(team=make_team())
    involve(disputed, worker)
    client = sign_in(officer)
    address = reverse("children:age_decide", args=[disputed.public_id])
    born, day = years_ago(19), today()
    sent = {
        "outcome": "adult", "decided_by": "The court", "why": "Heard both sides",
        **{f"born_{part}": value for part, value in enumerate((born.day, born.month, born.year))},
        **{f"decided_on_{part}": value for part, value in enumerate((day.day, day.month, day.year))},
    }  # fmt: skip
    assert client.post(address, {**sent, "decided_by": ""}).status_code == 400
    assert client.post(address, sent, follow=True).status_code == 200
    assert not sees(officer, disputed) and sees(worker, disputed)
    action = Action.objects.get(key="age-decided-adult")
    assert action.owner_team.code == "first-contact"
    notice = Notice.objects.get(user=worker, kind="children.age_decided")
    assert "18 or over" in notice.text and disputed.family_name not in notice.text
    page = sign_in(worker).get(reverse("children:overview", args=[disputed.public_id])).content.decode()
    assert "19 years old" in page or "18 years old" in page
    chronology = sign_in(worker).get(reverse("children:chronology", args=[disputed.public_id]))
    assert "The age was decided: 18 or over" in chronology.content.decode()


def test_truth_f6_an_adult_at_moderate_is_followed_on(officer, disputed):
    agree_level(disputed, 2)
    age_decide(officer, child=disputed, decided=decision())
    assert sees(officer, disputed)


def test_decided_a_child_nothing_closes_and_the_new_birth_date_holds(officer, disputed):
    born = years_ago(16)
    age_decide(officer, child=disputed, decided=decision("child", born))
    child = fresh(disputed)
    assert (child.date_of_birth, child.birth_date_known) == (born, "exact")
    assert sees(officer, disputed) and not Action.objects.filter(key="age-decided-adult").exists()
    assert AgeDecision.objects.get().born_before == years_ago(19)


def test_it_is_decided_once(officer, disputed):
    age_decide(officer, child=disputed, decided=decision("child", years_ago(16)))
    with pytest.raises(Conflict, match="is decided"):
        age_decide(officer, child=disputed, decided=decision())
    assert AgeDecision.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"born": years_ago(15)}, "born"),
        ({"outcome": "child"}, "born"),
        ({"outcome": "perhaps"}, "outcome"),
        ({"decided_by": " "}, "decided_by"),
        ({"why": " "}, "why"),
        ({"decided_on": today() + timedelta(days=1)}, "decided_on"),
        ({"born": today() + timedelta(days=1)}, "born"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(officer, disputed, wrong, field):
    with pytest.raises(Invalid) as refusal:
        age_decide(officer, child=disputed, decided=decision(**wrong))
    assert refusal.value.field == field and not AgeDecision.objects.exists()


def test_a_dispute_is_not_settled_by_changing_the_date(officer, disputed):
    values = {"date_of_birth": years_ago(19), "birth_date_known": "exact"}
    with pytest.raises(Invalid, match="Decide the age"):
        child_change(officer, child=disputed, version=disputed.version, values=values)
    assert fresh(disputed).presumed_child


def test_who_may_not_decide_statuses_decides_no_age(disputed):
    worker = make_user(team=make_team())
    involve(disputed, worker)
    client = sign_in(worker)
    assert client.get(reverse("children:age_decide", args=[disputed.public_id])).status_code == 403
    page = client.get(reverse("children:overview", args=[disputed.public_id])).content.decode()
    assert "Decide the age" not in page
