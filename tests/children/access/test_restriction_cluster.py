"""Restriction and bars are asked of the whole cluster: each record shuts a user out of all of them (A2, house-i)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cems.accounts.models import AgencyKind, User
from cems.base.errors import Invalid
from cems.base.time import now
from cems.children.access.selectors.emergency_access import ran_out
from cems.children.access.selectors.restriction import closed_to, is_barred, is_restricted, not_to_be_known
from cems.children.models import Child, EmergencyAccess
from matrix.services.contributors import contributor_add
from matrix.services.drafts import matrix_start
from plans.services.referral import referral_open
from tests.factories.children import bar, involve, join, make_child, name_reader, restrict
from tests.factories.people import make_agency, make_team, make_user, sign_in
from tests.factories.triage import make_chair, waiting_child
from triage.cevt.services.item import item_raise
from triage.first_contact.services.enquiry import agency_enquiry_open

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("A2")]


@pytest.fixture
def person() -> User:
    return make_user()


@pytest.fixture
def primary() -> Child:
    return make_child()


@pytest.fixture
def other(primary: Child) -> Child:
    """A record merged into the primary record."""
    child = make_child()
    join(primary, child)
    return child


@pytest.mark.parametrize("which", ["primary", "other"])
def test_each_question_is_asked_of_the_whole(person: User, primary: Child, other: Child, which: str) -> None:
    shut = primary if which == "primary" else other
    bar(shut, person)
    restrict(shut, owner=make_user())
    for asked in (primary, other):
        assert is_barred(person, asked.pk)
        assert is_restricted(asked.pk)
        assert not is_barred(make_user(), asked.pk)
    assert closed_to([primary.pk, other.pk], [person.pk], now()) == {(primary.pk, person.pk)}
    assert not_to_be_known(person, [primary.pk, other.pk]) == {primary.pk, other.pk}
    assert not is_restricted(make_child().pk)


@pytest.mark.parametrize("which", ["primary", "other"])
def test_an_emergency_that_ran_out_says_nothing_to_somebody_barred_since(
    person: User, primary: Child, other: Child, which: str
) -> None:
    opened = now() - timedelta(hours=5)
    EmergencyAccess.objects.create(
        child=other, user=person, reason="Example", opened_at=opened, until=now() - timedelta(minutes=2)
    )
    assert ran_out(person, other.public_id, now()) is not None
    bar(primary if which == "primary" else other, person)
    assert ran_out(person, other.public_id, now()) is None


@pytest.mark.parametrize("how", ["barred", "restricted"])
def test_nobody_is_brought_into_a_matrix_of_a_record_whose_whole_shuts_them_out(
    person: User, primary: Child, how: str
) -> None:
    starter, other = make_user(), make_child()
    involve(other, starter)
    involve(primary, starter)
    matrix = matrix_start(starter, child=other)
    join(primary, other)
    if how == "barred":
        bar(primary, person)
    else:
        restrict(primary, owner=starter)
    matrix.refresh_from_db()
    with pytest.raises(Invalid):
        contributor_add(starter, matrix=matrix, person=person, may_bring_in=True)


def test_agencies_are_asked_nothing_of_a_record_joined_to_a_restricted_one(
    primary: Child, other: Child
) -> None:
    desk = make_user("first_contact")
    referral = referral_open(desk, child=primary)
    restrict(other, owner=desk)
    with pytest.raises(Invalid, match="restricted"):
        agency_enquiry_open(desk, referral=referral, teams=[make_team()], what="What do you know?")


@pytest.mark.requirement("T3")
def test_a_room_is_not_shown_a_record_joined_to_a_restricted_one(primary: Child, other: Child) -> None:
    waiting_child(primary)
    member = make_user("cevt_member", team=make_team(agency=make_agency(kind=AgencyKind.HEALTH)))
    restrict(other, owner=member)
    sheet = reverse("cevt:sheet", args=[primary.public_id])
    client = sign_in(member)
    assert client.get(sheet).status_code == 200
    answer = client.get(f"{sheet}?projector=1")
    assert answer.status_code == 403
    assert primary.family_name not in answer.content.decode()


@pytest.mark.requirement("T3")
def test_cevts_list_counts_no_restricted_item_for_somebody_barred_from_a_joined_record(
    primary: Child, other: Child
) -> None:
    waiting_child(primary)
    restrict(primary, owner=make_user())
    chair = make_chair()
    assert "1 restricted" in sign_in(chair).get(reverse("cevt:list")).content.decode()
    bar(other, chair)
    assert "restricted item" not in sign_in(chair).get(reverse("cevt:list")).content.decode()


@pytest.mark.requirement("T4")
def test_what_somebody_raised_is_not_there_once_the_record_it_was_joined_to_bars_them(primary: Child) -> None:
    raised_of, raiser = make_child(), make_user("first_contact")
    item = item_raise(raiser, child=raised_of, why="Seen with older people")
    address = reverse("cevt:item_raised", args=[item.public_id])
    assert sign_in(raiser).get(address).status_code == 200
    join(primary, raised_of)
    bar(primary, raiser)
    assert sign_in(raiser).get(address).status_code == 404


def test_a_named_person_reads_on(person: User, primary: Child, other: Child) -> None:
    restrict(other, owner=make_user())
    name_reader(other, person)
    assert closed_to([primary.pk, other.pk], [person.pk], now()) == set()
