"""Keys of agencies' systems: made, used, taken back (O1). A key is shown once; only its fingerprint is kept."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from cems.accounts.leaving import has_left
from cems.accounts.models import Scope, ServiceToken, User
from cems.accounts.permissions import may_administer
from cems.accounts.profile import profile_of
from cems.accounts.roles import SYSTEMS
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.months import add_months
from cems.base.time import LONDON, local_date, now
from cems.base.words import says_nothing

SHOWN = 12  # of "cems_" and 43 letters: enough to tell keys apart, far too little to guess from
LONGEST_MONTHS = 12
NOTED_EVERY = timedelta(minutes=1)


@command
def token_make(
    actor: User,
    *,
    user: User,
    name: str,
    scopes: Collection[str],
    last_day: date,
    at: datetime | None = None,
) -> tuple[ServiceToken, str]:
    """Make a key for a service account; returns its row and the key itself, which is kept nowhere.

    Raises NotAllowed for others than administrators; Invalid for a user that is no service account, a day
    past or more than a year away, no scope or an unknown one; Conflict for an account that has ended.
    """
    may_administer(actor)
    instant = at or now()
    if not is_service_account(user):
        raise Invalid("Keys are for service accounts only. Give the account that role first.")
    if has_left(user, local_date(instant)):
        raise Conflict("This account has ended.")
    if says_nothing(name):
        raise Invalid("Write what the key is for.", field="name")
    if not scopes or not set(scopes) <= set(Scope.values):
        raise Invalid("Choose what the key may be used for.", field="scopes")
    if not local_date(instant) <= last_day <= add_months(local_date(instant), LONGEST_MONTHS):
        raise Invalid("Choose a last day within a year from today.", field="last_day")
    key = f"cems_{secrets.token_urlsafe(32)}"
    row = ServiceToken.objects.create(
        user=user,
        name=name.strip(),
        scopes=sorted(scopes),
        prefix=key[:SHOWN],
        digest=fingerprint(key),
        created_at=instant,
        created_by=actor,
        expires_at=datetime.combine(last_day + timedelta(days=1), time.min, tzinfo=LONDON),
    )
    detail = {"user": str(user.public_id), "made": True, "scopes": sorted(scopes), "last_day": str(last_day)}
    record(actor, verb=Verb.CREDENTIALS_CHANGED, subject=row, detail=detail, at=instant)
    return row, key


@command
def token_revoke(actor: User, *, token: ServiceToken, at: datetime | None = None) -> None:
    """Take a key back this minute. Again is harmless."""
    may_administer(actor)
    instant = at or now()
    locked_service_token = ServiceToken.objects.select_for_update(no_key=True).get(pk=token.pk)
    if locked_service_token.revoked_at is not None:
        return
    locked_service_token.revoked_at = instant
    locked_service_token.save(update_fields=["revoked_at"])
    detail = {"user": str(locked_service_token.user.public_id), "revoked": True}
    record(actor, verb=Verb.CREDENTIALS_CHANGED, subject=locked_service_token, detail=detail, at=instant)


def token_used(key: str, at: datetime | None = None) -> ServiceToken | None:
    """The key's row with its user where both still hold; None for anything else. Notes the use."""
    instant = at or now()
    rows = ServiceToken.objects.select_related("user__agency")
    token = rows.filter(digest=fingerprint(key), expires_at__gt=instant, revoked_at__isnull=True).first()
    if token is None or has_left(token.user, local_date(instant)) or not is_service_account(token.user):
        return None
    # Written once a minute at the most, so that busy systems don't wait for each other here.
    if token.last_used_at is None or token.last_used_at < instant - NOTED_EVERY:
        _note_use(token.user, token=token, at=instant)
    return token


@command
def _note_use(user: User, *, token: ServiceToken, at: datetime) -> None:
    lately = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - NOTED_EVERY)
    ServiceToken.objects.filter(lately, pk=token.pk).update(last_used_at=at)


def is_service_account(user: User) -> bool:
    """Whether this is an agency's system that works today, not a person."""
    return any(role.is_system for role in profile_of(user).roles)


def is_of_system(user: User) -> bool:
    """Whether the account is, was or will be an agency's system: no person ever signs in with it."""
    return user.appointments.filter(role_key__in=SYSTEMS).exists()


def fingerprint(key: str) -> str:
    """The key is 256 bits of chance, so a plain fingerprint can't be guessed back."""
    return hashlib.sha256(key.encode()).hexdigest()
