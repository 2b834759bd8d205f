"""People, roles and leavers: the services, what they tell others, and the administrators' pages."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from cems.accounts.events import AppointmentChanged, PersonLeft
from cems.accounts.models import AccountChange, Appointment, PeopleConfirmation, User
from cems.accounts.profile import forget_profile, profile_of
from cems.accounts.roles import Work
from cems.accounts.selectors import person
from cems.accounts.services import person as services
from cems.accounts.services.account_change import account_change_confirm
from cems.accounts.services.agency import people_confirm
from cems.accounts.services.appointment import appointment_end, appointment_start
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.base import events
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import now, today
from tests.factories.people import make_agency, make_team, make_user, sign_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
KINDS = (PersonLeft, AppointmentChanged)


@pytest.fixture
def told() -> Iterator[list[object]]:
    """What the apps above are told."""
    heard: list[object] = []
    for kind in KINDS:
        events.subscribe(kind, heard.append)
    yield heard
    for kind in KINDS:
        events._handlers[kind].remove(heard.append)


@pytest.mark.requirement("A1")
def test_a_new_person_gets_a_link_that_works_once(
    admin: User, client: Client, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    with django_capture_on_commit_callbacks(execute=True):
        user = services.user_create(
            admin, email=" New.Person@Example.test ", name="New Example", agency=make_agency()
        )
    assert user.email == "new.person@example.test"
    assert mail.outbox[0].to == [user.email]
    assert "New Example" not in mail.outbox[0].body
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    path = link.split("://", 1)[1].split("/", 1)[1]

    form = client.get(f"/{path}", follow=True)
    words = {"password1": "three rivers and a bridge", "password2": "three rivers and a bridge"}
    client.post(form.request["PATH_INFO"], words)
    user.refresh_from_db()
    assert user.check_password("three rivers and a bridge")
    again = Client().get(f"/{path}", follow=True)
    assert again.context["token_fail"]


@pytest.mark.requirement("A1")
@pytest.mark.parametrize(
    ("email", "name", "field"),
    [("x", "A", "email"), ("TAKEN@example.test", "A", "email"), ("b@example.test", " ", "name")],
)
def test_a_new_person_is_refused_at_the_right_field(admin: User, email: str, name: str, field: str) -> None:
    make_user(email="taken@example.test")
    with pytest.raises(Invalid) as refused:
        services.user_create(admin, email=email, name=name, agency=make_agency())
    assert refused.value.field == field


@pytest.mark.requirement("A1")
def test_only_administrators_change_people_and_never_themselves(admin: User) -> None:
    other = make_user("team_manager", team=make_team())
    with pytest.raises(NotAllowed):
        services.user_create(other, email="c@example.test", name="C", agency=make_agency())
    with pytest.raises(NotAllowed):
        appointment_start(other, user=make_user(), role_key="auditor")
    with pytest.raises(NotAllowed):
        appointment_start(admin, user=admin, role_key="auditor")
    with pytest.raises(NotAllowed):
        services.user_end(admin, user=admin, last_day=today())
    assert not Appointment.objects.filter(role_key="auditor").exists()


@pytest.mark.requirement("A1", "A2", "A3")
def test_a_role_is_given_told_and_recorded(admin: User, told: list[object]) -> None:
    user, team = make_user(None), make_team()
    assert not profile_of(user).may(Work.TEAM)
    row = appointment_start(admin, user=user, role_key="team_manager", team=team)
    assert profile_of(user).may(Work.TEAM)
    assert told == [AppointmentChanged(user.pk, "team_manager", team.pk, None)]
    entry = Entry.objects.get(verb=Verb.ACCESS_GIVEN, subject_id=str(row.public_id))
    assert entry.actor_id == admin.pk
    assert entry.detail["user"] == str(user.public_id)
    with pytest.raises(Invalid) as refused:
        appointment_start(admin, user=user, role_key="team_manager", team=team)
    assert refused.value.field == "role_key"


@pytest.mark.requirement("A1")
@pytest.mark.parametrize(
    ("role_key", "more", "field"),
    [
        ("no_such_role", {}, "role_key"),
        ("team_manager", {}, "team"),
        ("ceg_chair", {}, "locality"),
        ("auditor", {"starts_on": today(), "ends_on": today() - DAY}, "ends_on"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused(admin: User, role_key: str, more: dict, field: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(Invalid) as refused:
        appointment_start(admin, user=make_user(None), role_key=role_key, **more)
    assert refused.value.field == field


@pytest.mark.requirement("A1", "A2")
def test_a_role_ends_with_its_last_day(admin: User, told: list[object]) -> None:
    user = make_user(None)
    row = appointment_start(admin, user=user, role_key="auditor", starts_on=today() - 9 * DAY)
    appointment_end(admin, appointment=row, last_day=today())
    assert profile_of(user, today()).has("auditor")
    forget_profile(user)
    assert not profile_of(user, today() + DAY).has("auditor")
    assert told[-1] == AppointmentChanged(user.pk, "auditor", None, today())
    with pytest.raises(Conflict):
        appointment_end(admin, appointment=row, last_day=today() + DAY)


@pytest.mark.requirement("A1")
def test_a_role_that_has_not_begun_is_taken_back(admin: User) -> None:
    row = appointment_start(admin, user=make_user(None), role_key="auditor", starts_on=today() + 3 * DAY)
    appointment_end(admin, appointment=row)
    assert not Appointment.objects.filter(pk=row.pk).exists()


@pytest.mark.requirement("A1", "A3")
def test_a_leaver_loses_roles_and_sign_ins_and_others_are_told(admin: User, told: list[object]) -> None:
    user = make_user("cevt_chair")
    appointment_start(admin, user=user, role_key="auditor", starts_on=today() + 3 * DAY)
    client = sign_in(user)
    assert client.get("/account/sign-ins/").status_code == 200
    services.user_end(admin, user=user, last_day=today())
    assert client.get("/account/sign-ins/").status_code == 302
    assert [row.ends_on for row in Appointment.objects.filter(user=user)] == [today()]
    assert told.count(PersonLeft(user.pk)) == 1
    assert services.departures_tell() == 0, "a departure was told twice"
    with pytest.raises(Conflict):
        appointment_start(admin, user=user, role_key="auditor", starts_on=today() + DAY)


@pytest.mark.requirement("A1")
def test_a_departure_in_the_future_is_told_on_its_day(admin: User, told: list[object]) -> None:
    user = make_user("cevt_chair")
    client = sign_in(user)
    assert client.get("/account/sign-ins/").status_code == 200
    services.user_end(admin, user=user, last_day=today() + 7 * DAY)
    assert client.get("/account/sign-ins/").status_code == 200
    assert services.departures_tell() == 0
    assert PersonLeft(user.pk) not in told
    assert services.departures_tell(at=now() + 7 * DAY) == 1
    assert told[-1] == PersonLeft(user.pk)


@pytest.mark.requirement("A1")
def test_access_can_stop_this_minute(admin: User) -> None:
    user = make_user("cevt_chair")
    client = sign_in(user)
    assert client.get("/account/sign-ins/").status_code == 200
    services.user_end(admin, user=user, last_day=today(), at_once=True)
    assert client.get("/account/sign-ins/").status_code == 302
    user.refresh_from_db()
    forget_profile(user)
    assert profile_of(user).roles == ()
    services.user_restore(admin, user=user)
    user.refresh_from_db()
    assert user.is_active
    assert user.ends_on is None


@pytest.mark.requirement("A1", "A3")
def test_a_lost_second_factor_is_taken_away_with_a_reason(admin: User) -> None:
    user = make_user()
    client = sign_in(user)
    with pytest.raises(Invalid):
        services.second_factor_reset(admin, user=user, reason=" ")
    change = services.second_factor_reset(
        admin, user=user, reason="Rang them back on the number in the directory"
    )
    account_change_confirm(make_user("administrator"), change=change)
    assert client.get("/account/sign-ins/").status_code == 302
    client.force_login(user)
    assert client.get("/account/sign-ins/").url == reverse("mfa_activate_totp")  # type: ignore[attr-defined]


@pytest.mark.requirement("A1")
def test_a_new_address_ends_the_sign_ins(admin: User) -> None:
    user = make_user()
    client = sign_in(user)
    assert client.get("/account/sign-ins/").status_code == 200
    services.user_change(admin, user=user, changes={"job_title": "Nurse"})
    assert client.get("/account/sign-ins/").status_code == 200
    services.user_change(admin, user=user, changes={"email": "other@example.test"})
    account_change_confirm(make_user("administrator"), change=AccountChange.objects.get(user=user))
    assert client.get("/account/sign-ins/").status_code == 302
    entry = Entry.objects.filter(verb=Verb.CHANGED, subject_id=str(user.public_id)).latest("pk")
    assert entry.detail["fields"] == ["email"]


@pytest.mark.requirement("A1")
def test_an_agency_confirms_its_people_each_quarter(admin: User) -> None:
    agency = make_agency()
    make_user(agency=agency)
    make_user(agency=agency, is_active=False)
    people_confirm(admin, agency=agency, expected=1)

    def row(days: int):  # type: ignore[no-untyped-def]
        return next(
            agency_row
            for agency_row in person.agency_rows(today() + days * DAY)
            if agency_row.agency == agency
        )

    assert not row(85).overdue
    assert row(95).overdue
    make_user(agency=agency)
    with pytest.raises(Conflict):
        people_confirm(admin, agency=agency, expected=1)
    client, url = sign_in(admin), reverse("people:agency", args=[agency.code])
    sent = client.get(url).context["form"].initial | {"key": str(uuid4())}
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]  # a double click
    assert PeopleConfirmation.objects.filter(agency=agency, people=2).count() == 1
    make_user(agency=agency)
    assert client.post(url, {**sent, "key": str(uuid4())}).status_code == 409
