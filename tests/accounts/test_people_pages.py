"""The pages on which an administrator looks after people and teams."""

from uuid import uuid4

import pytest
from django.urls import reverse

from cems.accounts.models import Agency, Appointment, Team, TeamKind, User
from cems.accounts.roles import ROLES
from cems.accounts.selectors import person
from cems.audit.models import Entry
from cems.base.time import today
from tests.factories.people import make_agency, make_locality, make_team, make_user, sign_in

pytestmark = pytest.mark.django_db
WORDS = ["Nought", "One", "Two", "Three", "Four", "Five", "Six"]


@pytest.mark.requirement("A1")
def test_people_are_paged_by_key_and_found_by_words() -> None:
    agency = make_agency()
    for number in range(person.ORDER.size + 3):
        make_user(agency=agency, name=f"Paged Example {WORDS[number % 7]}")
    first = person.people_page(on=today(), agency=agency.code)
    rest = person.people_page(on=today(), agency=agency.code, after=first.after)
    assert len(first.rows) == person.ORDER.size
    assert len(rest.rows) == 3
    assert not rest.after
    assert not {row.pk for row in first.rows} & {row.pk for row in rest.rows}
    page = person.people_page(on=today(), agency=agency.code, words="example six")
    assert {user.name for user in page.rows} == {"Paged Example Six"}


def test_the_list_of_people_asks_the_same_however_many(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    agency = make_agency()
    for _ in range(12):
        make_user(agency=agency)
    with django_assert_max_num_queries(2):
        assert len(person.people_page(on=today(), agency=agency.code).rows) == 12


@pytest.mark.requirement("A1")
def test_names_searched_for_stay_out_of_the_address(admin: User) -> None:
    make_user(name="Quillon Example")
    client = sign_in(admin)
    answer = client.post("/people/", {"q": "Quillon"})
    assert "Quillon" not in answer.url  # type: ignore[attr-defined]
    page = client.get(answer.url).content.decode()  # type: ignore[attr-defined]
    assert page.count("Quillon Example") == 1


@pytest.mark.requirement("A1")
@pytest.mark.parametrize("role", sorted(set(ROLES) - {"administrator"}))
def test_the_people_pages_are_closed_to_others(role: str) -> None:
    client = sign_in(make_user(role, locality=make_locality()))
    for name in ("users", "new", "agencies", "teams", "team-new"):
        assert client.get(reverse(f"people:{name}")).status_code == 403, name


@pytest.mark.requirement("A1")
def test_an_administrator_adds_a_person_gives_a_role_and_ends_both(admin: User) -> None:
    client, school = sign_in(admin), make_team(kind=TeamKind.SCHOOL)
    bad = client.post("/people/new/", {"name": "", "email": "who", "agency": ""})
    assert bad.status_code == 400
    assert "Write the name." in bad.content.decode()
    assert "Choose the agency." in bad.content.decode()

    form = {"name": "Added Example", "email": "added@example.test", "agency": school.agency.code}
    client.post("/people/new/", form)
    user = User.objects.get(email="added@example.test")
    url = f"/people/{user.public_id}/"
    refused = client.post(f"{url}role/", {"role_key": "school_lead"})
    assert "Choose the team" in refused.content.decode()
    client.post(f"{url}role/", {"role_key": "school_lead", "team": school.code})
    row = Appointment.objects.get(user=user)
    assert (
        row.role_key in client.get(url).content.decode() or row.role.label in client.get(url).content.decode()
    )

    day = today()
    end = {"last_day_0": day.day, "last_day_1": day.month, "last_day_2": day.year}
    client.post(f"/people/roles/{row.public_id}/end/", end)
    row.refresh_from_db()
    assert row.ends_on == day
    client.post(f"{url}leave/", {**end, "at_once": "on"})
    user.refresh_from_db()
    assert not user.is_active
    assert "Left" in client.get(url).content.decode()
    client.post(f"{url}back/")
    user.refresh_from_db()
    assert user.is_active


@pytest.mark.requirement("A1")
def test_every_page_of_people_can_be_read(admin: User) -> None:
    client, user = sign_in(admin), make_user("cevt_member")
    row = Appointment.objects.get(user=user)
    agency, team = user.agency, make_team()
    for name, args in [
        ("users", []),
        ("new", []),
        ("agencies", []),
        ("agency", [agency.code]),
        ("teams", []),
        ("team-new", []),
        ("team", [team.public_id]),
        ("user", [user.public_id]),
        ("change", [user.public_id]),
        ("appoint", [user.public_id]),
        ("leave", [user.public_id]),
        ("reset-second-factor", [user.public_id]),
        ("end-role", [row.public_id]),
    ]:
        answer = client.get(reverse(f"people:{name}", args=args))
        assert answer.status_code == 200, name
        title = answer.content.decode().split("</title>")[0]
        assert user.name not in title, "a name in a page's title"


@pytest.mark.requirement("A1")
def test_a_team_is_added_and_mended(admin: User) -> None:
    client, agency = sign_in(admin), Agency.objects.first()
    assert agency is not None
    form = {"agency": agency.code, "name": "Example Team X", "code": "example-x", "kind": "team", "phone": ""}
    client.post("/people/teams/new/", form)
    team = Team.objects.get(code="example-x")
    client.post(f"/people/teams/{team.public_id}/", form | {"phone": "03000 000 009"})
    team.refresh_from_db()
    assert team.phone == "03000 000 009"
    taken = client.post("/people/teams/new/", form)
    assert taken.status_code == 400
    assert Entry.objects.filter(subject_kind="accounts.team").count() == 2


@pytest.mark.parametrize(
    "name",
    [
        "people:user", "people:change", "people:appoint", "people:leave", "people:end-role", "people:team",
        "people:token-new", "people:reset-second-factor", "people:bring-back", "people:invite",
        "people:token-revoke", "practice_settings:withdraw", "account:cover-new", "account:cover-end",
    ],
)  # fmt: skip
def test_an_address_of_nothing_is_not_found(admin: User, name: str) -> None:
    client, address = sign_in(admin), reverse(name, args=[uuid4()])
    answers = {client.get(address).status_code, client.post(address, {"reason": "x"}).status_code}
    assert 404 in answers
    assert answers <= {404, 405}, "an address takes no method that its view does not"
