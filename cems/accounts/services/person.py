"""Every change of people and what they may do (A1). Each is recorded in the audit (A3)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from cems.accounts import invitations
from cems.accounts.account_change import AccountChange, ChangeKind
from cems.accounts.events import PersonLeft
from cems.accounts.models import Agency, Appointment, User
from cems.accounts.permissions import may_administer
from cems.accounts.profile import forget_profile
from cems.accounts.selectors.account_change import is_shut
from cems.accounts.services.account_change import account_change_ask
from cems.accounts.services.appointment import appointment_close
from cems.accounts.services.cover import delegations_end
from cems.accounts.sign_in import end_sign_ins
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.time import local_date, now
from cems.base.words import says_nothing

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
    may_administer(actor)
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
def user_change(
    actor: User, *, user: User, changes: Mapping[str, str], shut: bool = False, at: datetime | None = None
) -> User:
    """Mend a person's particulars (A1). `changes` holds any of name, job_title, phone, email.

    A new e-mail address is asked for only (`account_change_ask`): it is theirs when a second administrator has agreed,
    or after a day. Then it ends their sign-ins and their password, and gets a link to choose another: what somebody
    chose through the old address, perhaps a mistyped one, opens nothing any more. `shut`: nobody signs in until then.
    Raises Invalid for a bad or taken address.
    """
    may_administer(actor)
    fresh = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    values = {key: changes[key].strip() for key in CHANGEABLE if key in changes}
    if "email" in values:
        values["email"] = _address(values["email"])
    if "name" in values:
        _needed(values["name"], "name")
    address = values.pop("email", fresh.email)
    changed = [key for key, value in values.items() if getattr(fresh, key) != value]
    if changed:
        for key in changed:
            setattr(fresh, key, values[key])
        fresh.save(update_fields=changed)
        record(actor, verb=Verb.CHANGED, subject=fresh, detail={"fields": changed}, at=at)
    if address != fresh.email:
        account_change_ask(actor, user=fresh, kind=ChangeKind.ADDRESS, new_email=address, shut=shut, at=at)
        fresh.refresh_from_db()
    return fresh


@command
def single_keys_set(actor: User, *, on: bool, at: datetime | None = None) -> None:
    """Switch single keys on or off for oneself: with speech input or a tremor they do harm (WCAG 2.1.4)."""
    User.objects.filter(pk=actor.pk).update(single_keys=on)
    record(actor, verb=Verb.CHANGED, subject=actor, detail={"fields": ["single_keys"]}, at=at)


@command
def user_end(
    actor: User | None, *, user: User, last_day: date, at_once: bool = False, at: datetime | None = None
) -> User:
    """A person leaves: rights end with `last_day`, or this minute with `at_once` (access.md).

    Every role ends by that day. From the day itself on, or at once, the sign-ins end and the other apps
    are told; for a later day `departures_tell` does it when the day comes. Raises NotAllowed for oneself.
    """
    may_administer(actor, about=user)
    instant = at or now()
    fresh = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    fresh.ends_on = last_day
    fresh.is_active = fresh.is_active and not at_once
    fresh.departure_told_at = None
    fresh.save(update_fields=["ends_on", "is_active", "departure_told_at"])
    for appointment in Appointment.objects.select_for_update(no_key=True).filter(user=fresh):
        if appointment.ends_on is None or appointment.ends_on > last_day:
            appointment_close(actor, appointment=appointment, day=last_day, at=at)
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
    may_administer(actor, about=user)
    fresh = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    fresh.ends_on, fresh.is_active, fresh.departure_told_at = None, True, None
    fresh.save(update_fields=["ends_on", "is_active", "departure_told_at"])
    record(actor, verb=Verb.CHANGED, subject=fresh, detail={"fields": ["ends_on"]}, at=at)
    forget_profile(user)
    return fresh


@command
def departures_tell(user: None = None, *, at: datetime | None = None) -> int:
    """Tell the other apps of those whose last day has come; returns how many. Harmless to repeat."""
    instant = at or now()
    due = User.objects.select_for_update(no_key=True, skip_locked=True).filter(
        ends_on__lte=local_date(instant), departure_told_at__isnull=True
    )
    rows = list(due.order_by("pk"))
    for leaver in rows:
        _depart(leaver, instant)
    return len(rows)


@command
def second_factor_reset(actor: User, *, user: User, reason: str, at: datetime | None = None) -> AccountChange:
    """Ask that a lost second factor is taken away: done when a second administrator agrees, or after a day (A1).

    It ends the sign-ins; the person sets up a new one at the next.
    """
    may_administer(actor, about=user)
    if says_nothing(reason):
        raise Invalid("Say how you made sure that it is them.", field="reason")
    return account_change_ask(actor, user=user, kind=ChangeKind.SECOND_FACTOR, reason=reason.strip(), at=at)


@command
def invitation_resend(actor: User, *, user: User, at: datetime | None = None) -> None:
    """Send a person a new link to choose a password (A1)."""
    may_administer(actor)
    if not invitations.can_be_sent(user, local_date(at or now())):
        raise Conflict("This person has left. Bring them back first.")
    if is_shut(user):
        raise Conflict("Nobody gets a link until the address is settled.")
    record(actor, verb=Verb.CHANGED, subject=user, detail={"fields": ["invitation"]}, at=at)
    transaction.on_commit(lambda: invitations.send(user))


def _depart(user: User, at: datetime) -> None:
    end_sign_ins(user)
    User.objects.filter(pk=user.pk).update(departure_told_at=at)
    publish(PersonLeft(user.pk))


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid("Write an e-mail address like name@example.org.", field="email") from None
    return address


def _needed(text: str, field: str) -> str:
    if says_nothing(text):
        raise Invalid("Write the name.", field=field)
    return text.strip()
