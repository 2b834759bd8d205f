"""What the pages read of people, agencies and sign-ins; one call a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Count, Max, OuterRef, Prefetch, Subquery

from cems.accounts import rules
from cems.accounts.leaving import here
from cems.accounts.models import Agency, Appointment, PeopleConfirmation, Team, User
from cems.accounts.policy import CONFIRM_PEOPLE_MONTHS
from cems.accounts.querysets import UserQuerySet, current
from cems.audit.choices import Verb
from cems.audit.models import Entry
from cems.audit.selectors import SIGN_IN_VERBS
from cems.base.keyset import Keyset, Page
from cems.base.time import local_date, now

ORDER = Keyset("lower_name", "pk", size=50, columns_of=lambda key: User.objects.get_queryset().name_of(key))


def people_page(
    *,
    on: date,
    agency: str = "",
    role: str = "",
    state: str = "here",
    words: str = "",
    after: str = "",
) -> Page[User]:
    """People by name. `state` is here, gone or all; the rest narrows where given."""
    everyone: UserQuerySet = User.objects.get_queryset()
    rows = {"here": everyone.here, "gone": everyone.gone}[state](on) if state != "all" else everyone
    if agency:
        rows = rows.filter(agency__code=agency)
    if role:
        rows = rows.holding(role, on)
    appointments = (
        Appointment.objects.filter(current(on)).select_related("team", "locality").order_by("role_key", "pk")
    )
    shown = (
        rows.matching(words)
        .by_name()
        .select_related("agency")
        .prefetch_related(Prefetch("appointments", appointments, to_attr="held"))
    )
    return ORDER.page(shown, after)


def person_at(public_id: UUID) -> User | None:
    """The person at this address with their agency, whether still here or not; or None."""
    return User.objects.get_queryset().select_related("agency").filter(public_id=public_id).first()


def person_with_email(email: str, on: date) -> User | None:
    """Who may sign in on this day and has this address at work, or None."""
    return User.objects.here(on).filter(email__iexact=email).first()


def appointment_at(public_id: UUID) -> Appointment | None:
    """The role of a person at this address, with the person and the team; or None."""
    return Appointment.objects.select_related("user", "team").filter(public_id=public_id).first()


def appointments_of(user: User) -> Sequence[Appointment]:
    """All roles the person holds, held or will hold, newest first."""
    return list(
        user.appointments.select_related("team", "locality", "supervisor").order_by("-starts_on", "-pk")
    )


@dataclass(frozen=True)
class AgencyRow:
    """An agency, how many people of it are here, and when they are to be confirmed."""

    agency: Agency
    people: int
    confirmed_at: datetime | None
    due_on: date | None
    overdue: bool


def agencies() -> Sequence[Agency]:
    """Every agency, by name."""
    return list(Agency.objects.order_by("name"))


def agency_at(code: str) -> Agency | None:
    """The agency with this code, or None."""
    return Agency.objects.select_related("safeguarding_lead").filter(code=code).first()


def agencies_with(codes: Collection[str]) -> Mapping[str, Agency]:
    """The agencies with these codes, by code; a code that no agency has is left out."""
    return Agency.objects.in_bulk(codes, field_name="code")


def agency_rows(on: date) -> Sequence[AgencyRow]:
    """Every agency with the state of its quarterly confirmation (access.md)."""
    last = PeopleConfirmation.objects.filter(agency=OuterRef("pk")).order_by("-at").values("at")[:1]
    rows = Agency.objects.annotate(
        people=Count("users", filter=here(on, "users__")),
        since=Max("users__created_at"),
        confirmed_at=Subquery(last),
    ).prefetch_related("authorities")
    return [_agency_row(row, on) for row in rows.order_by("name")]


def _agency_row(row: Agency, on: date) -> AgencyRow:
    people, since, confirmed = row.people, row.since, row.confirmed_at  # type: ignore[attr-defined]
    begun = confirmed or since
    if not people or begun is None:
        return AgencyRow(row, people, confirmed, None, False)
    last = local_date(confirmed) if confirmed else None
    due = rules.confirmation_due(last, local_date(begun), months=CONFIRM_PEOPLE_MONTHS.at(begun))
    return AgencyRow(row, people, confirmed, due, due < on)


def people_of(agency: Agency, on: date) -> Sequence[User]:
    """Everybody of an agency who may sign in, for the quarterly look."""
    appointments = (
        Appointment.objects.filter(current(on)).select_related("team", "locality").order_by("role_key", "pk")
    )
    return list(
        User.objects.here(on)
        .filter(agency=agency)
        .by_name()
        .select_related("agency")
        .prefetch_related(Prefetch("appointments", appointments, to_attr="held"))
    )


def people_here(agency: Agency, on: date) -> UserQuerySet:
    """Everybody of an agency who works there today, to choose from."""
    return User.objects.here(on).filter(agency=agency).by_name().select_related("agency")


def team_at(public_id: UUID) -> Team | None:
    """The team, desk, school or home at this address; or None."""
    return Team.objects.filter(public_id=public_id).first()


def team_rows(on: date, agency: str = "") -> Sequence[Team]:
    """Teams, desks, schools and homes, with how many hold a role in each (`members`)."""
    in_force = current(on, "appointments__") & here(on, "appointments__user__")
    rows = Team.objects.select_related("agency", "locality")
    if agency:
        rows = rows.filter(agency__code=agency)
    members = Count("appointments__user", filter=in_force, distinct=True)
    return list(rows.annotate(members=members).order_by("agency__name", "name"))


def sign_ins_of(user: User) -> Sequence[UserSession]:
    """Where the person is signed in now, newest first."""
    live = Session.objects.filter(expire_date__gt=now()).values("session_key")
    return list(UserSession.objects.filter(user=user, session_key__in=live).order_by("-created_at", "-pk"))


@dataclass(frozen=True)
class SignInEvent:
    """One line of a person's sign-in history."""

    at: datetime
    did: str
    reason: str
    address: str


def sign_in_history(user: User, limit: int = 30) -> Sequence[SignInEvent]:
    """The person's sign-ins, refused attempts and sign-outs, newest first (A3)."""
    rows = Entry.objects.filter(
        verb__in=SIGN_IN_VERBS, subject_kind=User._meta.label_lower, subject_id=str(user.public_id)
    ).order_by("-at", "-pk")[:limit]
    return [
        SignInEvent(row.at, Verb(row.verb).label.capitalize(), row.reason, row.detail.get("address", ""))
        for row in rows
    ]
