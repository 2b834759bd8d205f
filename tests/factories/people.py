"""Builders of agencies, teams and people, all plainly invented."""

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from cems.accounts.models import (
    Agency,
    AgencyKind,
    Appointment,
    Authority,
    Delegation,
    Locality,
    Team,
    TeamKind,
    User,
)
from cems.base.time import now, today

DURHAM = "E06000047"
DARLINGTON = "E06000005"
_names = {DURHAM: "County Durham", DARLINGTON: "Darlington"}
_number = count(1)


def make_authority(code: str = DURHAM) -> Authority:
    """One of the two authorities, or another by its code."""
    return Authority.objects.get_or_create(
        code=code, defaults={"name": _names.get(code, f"Authority {code}")}
    )[0]


def make_locality(code: str = "east", authority: Authority | None = None) -> Locality:
    """A locality of an authority (County Durham unless told)."""
    return Locality.objects.get_or_create(
        authority=authority or make_authority(), code=code, defaults={"name": code.title()}
    )[0]


def make_agency(
    *, kind: str = AgencyKind.CHILDRENS_SERVICES, authorities: list[Authority] | None = None, **kw: object
) -> Agency:
    """A new agency that works for these authorities (County Durham unless told)."""
    number = next(_number)
    fields: dict[str, object] = {"code": f"test-agency-{number}", "name": f"Example Agency {number}", **kw}
    agency = Agency.objects.create(kind=kind, **fields)
    agency.authorities.set([make_authority()] if authorities is None else authorities)
    return agency


def make_team(*, agency: Agency | None = None, kind: str = TeamKind.TEAM, **kw: object) -> Team:
    """A new team; `kind=TeamKind.SCHOOL` makes a school."""
    number = next(_number)
    fields: dict[str, object] = {
        "code": f"test-team-{number}",
        "name": f"Example Team {number}",
        "phone": "03000 000 000",
        **kw,
    }
    return Team.objects.create(agency=agency or make_agency(), kind=kind, **fields)


def make_user(
    role: str | None = "practitioner",
    *,
    team: Team | None = None,
    locality: Locality | None = None,
    agency: Agency | None = None,
    password: str | None = None,
    **kw: object,
) -> User:
    """A person appointed today to `role` (None: no appointment). Without a password nobody can sign in
    by the form: `sign_in(client, user)` does it for tests."""
    number = next(_number)
    fields: dict[str, object] = {
        "email": f"person{number}@example.test",
        "name": f"Example Person {number}",
        "job_title": "Test worker",
        "phone": "03000 000 001",
        "created_at": now(),
        **kw,
    }
    home = agency or (team.agency if team else make_agency())
    user = User.objects.create_user(password=password, agency=home, **fields)  # type: ignore[arg-type]
    if role is not None:
        appoint(user, role, team=team, locality=locality)
    return user


def appoint(
    user: User,
    role: str,
    *,
    team: Team | None = None,
    locality: Locality | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    supervisor: User | None = None,
) -> Appointment:
    """Appoint a person directly, with no event and no audit. A student gets a supervisor and a last day."""
    if hasattr(user, "_kept_profile"):
        del user._kept_profile
    if role == "student":
        supervisor = supervisor or make_user("practitioner", agency=user.agency, team=team)
        ends_on = ends_on or today() + timedelta(days=90)
    return Appointment.objects.create(
        user=user,
        role_key=role,
        team=team,
        locality=locality,
        starts_on=starts_on or today() - timedelta(days=1),
        ends_on=ends_on,
        supervisor=supervisor,
    )


def stand_in(
    deputy: User, appointment: Appointment, *, starts_on: date | None = None, ends_on: date | None = None
) -> Delegation:
    """The person is deputy for this appointment from yesterday for a week, with no event and no audit."""
    if hasattr(deputy, "_kept_profile"):
        del deputy._kept_profile
    return Delegation.objects.create(
        appointment=appointment,
        deputy=deputy,
        starts_on=starts_on or today() - timedelta(days=1),
        ends_on=ends_on or today() + timedelta(days=6),
        made_by=appointment.user,
        made_at=now(),
    )


def answer_questions(client: Client, child: Any, address: str, **answers: str) -> None:
    """Say whom the document at this address is for, one's own work if not said; nothing is read by that."""
    asked = f"{reverse('children:document_take', args=[child.public_id])}?{urlencode({'document': address})}"
    client.post(asked, {"whose": "own", "key": uuid4(), **answers})


def take_document(client: Client, child: Any, address: str, **answers: str) -> Any:
    """The answer of a document's own address, once its questions are answered."""
    answer_questions(client, child, address, **answers)
    return client.get(address)


def sign_in(user: User, client: Client | None = None) -> Client:
    """A client signed in as `user`, the second factor set up."""
    from allauth.mfa.models import Authenticator

    Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": ""}}
    )
    client = client or Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
