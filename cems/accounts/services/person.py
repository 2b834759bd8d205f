"""Every change of people and what they may do (A1). Each is recorded in the audit (A3)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from cems.accounts import invitations, rules
from cems.accounts.events import AppointmentChanged, PersonLeft
from cems.accounts.models import Agency, Appointment, Locality, PeopleConfirmation, Team, User
from cems.accounts.profile import forget_profile, profile_of
from cems.accounts.roles import ROLES, Reach, Work
from cems.accounts.services.cover import delegations_end
from cems.accounts.sign_in import end_sign_ins
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.events import publish
from cems.base.time import local_date, now

CHANGEABLE = ("name", "job_title", "phone", "email")


@command
def user_create(
    actor: User | None,
    *,
    email: str,
    name: str,
    agency: Agency,
    job_title: str = "",
    phone: str = "",
    password: str | None = None,
    invite: bool = True,
    at: datetime | None = None,
) -> User:
    """Add a person who may sign in (A1); they get a link to choose their own password.

    `actor` is None for the system itself (the demo). Without `password` none works until the person
    has chosen one. Raises Invalid for a bad or taken address, NotAllowed without the right.
    """
    _may_administer(actor)
    instant = at or now()
    address = _address(email)
    try:
        user = User.objects.create_user(
            address,
            password,
            name=_needed(name, "name"),
            agency=agency,
            job_title=job_title.strip(),
            phone=phone.strip(),
            created_at=instant,
        )
    except IntegrityError:
        raise Invalid("Somebody with this e-mail address is here already.", field="email") from None
    record(actor, verb=Verb.CREATED, subject=user, detail={"agency": agency.code}, at=at)
    if invite:
        transaction.on_commit(lambda: invitations.send(user))
    return user


@command
def user_change(actor: User, *, user: User, changes: Mapping[str, str], at: datetime | None = None) -> User:
    """Mend a person's particulars (A1).

    A new e-mail address ends their sign-ins and their password, and gets a link to choose another: what somebody
    chose through the old address, perhaps a mistyped one, opens nothing any more. `changes` holds any of name,
    job_title, phone, email. Raises Invalid for a bad or taken address.
    """
    _may_administer(actor)
    fresh = _locked(user)
    values = {key: changes[key].strip() for key in CHANGEABLE if key in changes}
    if "email" in values:
        values["email"] = _address(values["email"])
    if "name" in values:
        _needed(values["name"], "name")
    changed = [key for key, value in values.items() if getattr(fresh, key) != value]
    if not changed:
        return fresh
    for key in changed:
        setattr(fresh, key, values[key])
    if "email" in changed:
        fresh.set_unusable_password()
    try:
        fresh.save(update_fields=[*changed, *(["password"] if "email" in changed else [])])
    except IntegrityError:
        raise Invalid("Somebody with this e-mail address is here already.", field="email") from None
    if "email" in changed:
        end_sign_ins(fresh)
        if invitations.can_be_sent(fresh, local_date(at or now())):
            transaction.on_commit(lambda: invitations.send(fresh))
    record(actor, verb=Verb.CHANGED, subject=fresh, detail={"fields": changed}, at=at)
    return fresh


@command
def single_keys_set(actor: User, *, on: bool, at: datetime | None = None) -> None:
    """Switch single keys on or off for oneself: with speech input or a tremor they do harm (WCAG 2.1.4)."""
    User.objects.filter(pk=actor.pk).update(single_keys=on)
    record(actor, verb=Verb.CHANGED, subject=actor, detail={"fields": ["single_keys"]}, at=at)


@command
def appointment_start(
    actor: User | None,
    *,
    user: User,
    role_key: str,
    team: Team | None = None,
    locality: Locality | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    agency_staff: bool = False,
    supervisor: User | None = None,
    at: datetime | None = None,
) -> Appointment:
    """Give a person a role from a day on (A1, A2).

    `agency_staff` says that they are temporary, `supervisor` who shows a student their children. Raises
    Invalid where the role needs a team, a locality, a supervisor or a last day or is held already in those
    days, NotAllowed for oneself, Conflict when the person has left.
    """
    _may_administer(actor, about=user)
    instant = at or now()
    fresh = _locked(user)
    role = ROLES.get(role_key)
    if role is None:
        raise Invalid("Choose a role from the list.", field="role_key")
    first = starts_on or local_date(instant)
    if not fresh.is_active or (fresh.ends_on is not None and fresh.ends_on < first):
        raise Conflict("This person has left. Bring them back first.")
    fault = rules.appointment_fault(role, team, locality is not None, first, ends_on)
    fault = fault or rules.temporary_fault(role, ends_on, agency_staff, supervisor is not None)
    if fault:
        raise Invalid(fault[1], field=fault[0])
    if supervisor is not None:
        _may_supervise(supervisor, fresh, first)
    try:
        appointment = Appointment.objects.create(
            user=fresh,
            role_key=role.key,
            team=team,
            locality=locality,
            starts_on=first,
            ends_on=ends_on,
            agency_staff=agency_staff,
            supervisor=supervisor,
        )
    except IntegrityError:
        raise Invalid("They hold this role there already in these days.", field="role_key") from None
    record(
        actor,
        verb=Verb.ACCESS_GIVEN,
        subject=appointment,
        detail={"user": str(fresh.public_id), "role": role.key, "team": team.code if team else ""},
        at=at,
    )
    _tell(appointment, ends_on)
    forget_profile(user)
    return appointment


@command
def appointment_end(
    actor: User | None, *, appointment: Appointment, last_day: date | None = None, at: datetime | None = None
) -> None:
    """End a role with `last_day` (today), or take it back when it has not begun by then (A1).

    Raises Conflict when it ended earlier already.
    """
    _may_administer(actor, about=appointment.user)
    day = last_day or local_date(at or now())
    fresh = Appointment.objects.select_for_update().select_related("user").get(pk=appointment.pk)
    if fresh.ends_on is not None and fresh.ends_on < day:
        raise Conflict("This role has ended already.")
    _end(actor, fresh, day, at)
    forget_profile(appointment.user)


@command
def user_end(
    actor: User | None, *, user: User, last_day: date, at_once: bool = False, at: datetime | None = None
) -> User:
    """A person leaves: rights end with `last_day`, or this minute with `at_once` (access.md).

    Every role ends by that day. From the day itself on, or at once, the sign-ins end and the other apps
    are told; for a later day `departures_tell` does it when the day comes. Raises NotAllowed for oneself.
    """
    _may_administer(actor, about=user)
    instant = at or now()
    fresh = _locked(user)
    fresh.ends_on = last_day
    fresh.is_active = fresh.is_active and not at_once
    fresh.departure_told_at = None
    fresh.save(update_fields=["ends_on", "is_active", "departure_told_at"])
    for appointment in Appointment.objects.select_for_update().filter(user=fresh):
        if appointment.ends_on is None or appointment.ends_on > last_day:
            _end(actor, appointment, last_day, at)
    # Before they are brought back one day: they must not find themselves a deputy still.
    delegations_end(actor, user=fresh, last_day=last_day, at=instant, at_once=at_once)
    record(
        actor,
        verb=Verb.ACCESS_ENDED,
        subject=fresh,
        detail={"last_day": str(last_day), "at_once": at_once},
        at=at,
    )
    if at_once or last_day <= local_date(instant):
        _depart(fresh, instant)
    forget_profile(user)
    return fresh


@command
def user_restore(actor: User, *, user: User, at: datetime | None = None) -> User:
    """Let a person who left sign in again; their roles are given anew, one by one (A1)."""
    _may_administer(actor, about=user)
    fresh = _locked(user)
    fresh.ends_on, fresh.is_active, fresh.departure_told_at = None, True, None
    fresh.save(update_fields=["ends_on", "is_active", "departure_told_at"])
    record(actor, verb=Verb.CHANGED, subject=fresh, detail={"fields": ["ends_on"]}, at=at)
    forget_profile(user)
    return fresh


@command
def departures_tell(user: None = None, *, at: datetime | None = None) -> int:
    """Tell the other apps of those whose last day has come; returns how many. Harmless to repeat."""
    instant = at or now()
    due = User.objects.select_for_update(skip_locked=True).filter(
        ends_on__lte=local_date(instant), departure_told_at__isnull=True
    )
    rows = list(due.order_by("pk"))
    for leaver in rows:
        _depart(leaver, instant)
    return len(rows)


@command
def second_factor_reset(actor: User, *, user: User, reason: str, at: datetime | None = None) -> None:
    """Take away a lost second factor, end the sign-ins; the person sets up a new one at the next (A1)."""
    _may_administer(actor, about=user)
    fresh = _locked(user)
    if not reason.strip():
        raise Invalid("Say how you made sure that it is them.", field="reason")
    gone, _ = Authenticator.objects.filter(user=fresh).delete()
    end_sign_ins(fresh)
    record(
        actor, verb=Verb.CHANGED, subject=fresh, reason=reason.strip(),
        detail={"fields": ["second_factor"], "removed": gone}, at=at,
    )  # fmt: skip


@command
def invitation_resend(actor: User, *, user: User, at: datetime | None = None) -> None:
    """Send a person a new link to choose a password (A1)."""
    _may_administer(actor)
    if not user.is_active:
        raise Conflict("This person has left. Bring them back first.")
    record(actor, verb=Verb.CHANGED, subject=user, detail={"fields": ["invitation"]}, at=at)
    transaction.on_commit(lambda: invitations.send(user))


@command
def people_confirm(
    actor: User, *, agency: Agency, expected: int, at: datetime | None = None
) -> PeopleConfirmation:
    """Record that an agency looked through its people this quarter (access.md).

    `expected` is how many the page showed. Raises Conflict when the list has changed since.
    """
    _may_administer(actor)
    instant = at or now()
    Agency.objects.select_for_update().get(pk=agency.pk)
    people = User.objects.here(local_date(instant)).filter(agency=agency).count()
    if people != expected:
        raise Conflict("The list has changed since you opened it. Look through it once more.")
    row = PeopleConfirmation.objects.create(agency=agency, confirmed_by=actor, at=instant, people=people)
    record(actor, verb=Verb.CHANGED, subject=agency, detail={"people_confirmed": people}, at=at)
    return row


@command
def team_save(actor: User, *, team: Team | None, at: datetime | None = None, **values: Any) -> Team:
    """Add a team, desk, school or home, or mend one (A1). `values` are the model's own fields."""
    _may_administer(actor)
    if team is None:
        made = Team(**values)
        verb, fields = Verb.CREATED, sorted(values)
    else:
        made = Team.objects.select_for_update().get(pk=team.pk)
        verb, fields = Verb.CHANGED, [key for key, value in values.items() if getattr(made, key) != value]
        for key in fields:
            setattr(made, key, values[key])
    try:
        made.full_clean()
    except ValidationError as error:
        field, faults = next(iter(error.message_dict.items()))
        raise Invalid(faults[0], field=field) from None
    made.save()
    record(actor, verb=verb, subject=made, detail={"fields": fields}, at=at)
    return made


def _end(actor: User | None, appointment: Appointment, day: date, at: datetime | None) -> None:
    record(
        actor,
        verb=Verb.ACCESS_ENDED,
        subject=appointment,
        detail={"user": str(appointment.user.public_id), "role": appointment.role_key, "last_day": str(day)},
        at=at,
    )
    if appointment.starts_on > day:
        appointment.delete()
    else:
        appointment.ends_on = day
        appointment.save(update_fields=["ends_on"])
    _tell(appointment, day)


def _depart(user: User, at: datetime) -> None:
    end_sign_ins(user)
    User.objects.filter(pk=user.pk).update(departure_told_at=at)
    publish(PersonLeft(user.pk))


def _may_supervise(supervisor: User, student: User, on: date) -> None:
    """A supervisor works with children today, in the student's agency, and is somebody else."""
    if supervisor.pk == student.pk or supervisor.agency_id != student.agency_id:
        raise Invalid("Choose a supervisor who is a colleague in the same agency.", field="supervisor")
    if not profile_of(supervisor, on).posts_reaching(Reach.INVOLVED):
        raise Invalid("Choose a supervisor whose own role works with children.", field="supervisor")


def _tell(appointment: Appointment, ends_on: date | None) -> None:
    publish(AppointmentChanged(appointment.user_id, appointment.role_key, appointment.team_id, ends_on))


def _may_administer(actor: User | None, about: User | None = None) -> None:
    """None is the system itself. Nobody gives or takes their own roles: it needs a second person."""
    if actor is None:
        return
    if not profile_of(actor).may(Work.ADMINISTRATION):
        raise NotAllowed("Only an administrator may do this.")
    if about is not None and about.pk == actor.pk:
        raise NotAllowed("You can't change your own roles. Ask another administrator.")


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid("Write an e-mail address like name@example.org.", field="email") from None
    return address


def _needed(text: str, field: str) -> str:
    if not text.strip():
        raise Invalid("Write the name.", field=field)
    return text.strip()
