"""What one administrator may not do alone: another address, a second factor taken away (A1, A3)."""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from cems.accounts import invitations
from cems.accounts.account_change import AccountChange, ChangeKind, ChangeOutcome
from cems.accounts.events import AccountChangeMoved
from cems.accounts.models import User
from cems.accounts.permissions import may_administer
from cems.accounts.selectors.account_change import may_confirm, second_people
from cems.accounts.sign_in import end_sign_ins
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command, savepoint
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.events import publish
from cems.base.time import local_date, now

DELAY = timedelta(days=1)
TAKEN = "Somebody with this e-mail address is here already."


@command
def account_change_ask(
    actor: User,
    *,
    user: User,
    kind: str,
    new_email: str = "",
    reason: str = "",
    shut: bool = False,
    at: datetime | None = None,
) -> AccountChange:
    """Ask for another address, or for the second factor to be taken away; the person and others are told.

    It waits for another administrator's yes; where the agency has no other, it is done after a day unless the person
    stops it. `shut`: nobody signs in until then. An account that nobody has ever used is changed at once, and told of
    alike. Raises NotAllowed for others than administrators and for a second factor of one's own, Invalid for a taken
    address, Conflict where the same waits already.
    """
    may_administer(actor, about=user if kind == ChangeKind.SECOND_FACTOR else None)
    instant = at or now()
    fresh = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if (
        new_email
        and User.objects.get_queryset().filter(email__iexact=new_email).exclude(pk=fresh.pk).exists()
    ):
        raise Invalid(TAKEN, field="email")
    if AccountChange.objects.filter(user=fresh, kind=kind, ended_at__isnull=True).exists():
        raise Conflict("This is asked for already, and waits. Look at the person's page.", field="email")
    change = AccountChange(
        user=fresh, kind=kind, old_email=fresh.email, new_email=new_email, reason=reason, shut=shut,
        asked_by=actor, asked_at=instant,
    )  # fmt: skip
    change.due_at = None if second_people(change, local_date(instant)) else instant + DELAY
    change.save()
    record(
        actor, verb=Verb.CHANGED, subject=fresh, reason=reason, detail=_detail(change, "asked"), at=instant
    )
    if shut:
        end_sign_ins(fresh)
    if kind == ChangeKind.ADDRESS and is_unused(fresh):
        return _carry_out(actor, change, instant)
    publish(AccountChangeMoved(change.pk, actor.pk))
    transaction.on_commit(lambda: invitations.send_change_asked(change))
    return change


@command
def account_change_confirm(
    actor: User, *, change: AccountChange, at: datetime | None = None
) -> AccountChange:
    """A second administrator says yes. Raises NotAllowed for who asked, whom it is about or was made one since,
    Conflict when it is decided."""
    instant, locked_change = at or now(), _waiting(change)
    if not may_confirm(actor, locked_change, local_date(locked_change.asked_at)) or not may_confirm(
        actor, locked_change, local_date(instant)
    ):
        raise NotAllowed(
            "Another administrator says yes to this: not who asked for it, nor whom it is about."
        )
    return _carry_out(actor, locked_change, instant)


@command
def account_change_refuse(actor: User, *, change: AccountChange, at: datetime | None = None) -> AccountChange:
    """Any administrator says no, who asked for it too. Raises Conflict when it is decided."""
    may_administer(actor)
    return _end(actor, _waiting(change), ChangeOutcome.REFUSED, at or now())


@command
def account_change_stop(
    actor: User | None, *, change: AccountChange, at: datetime | None = None
) -> AccountChange:
    """The person stops it, on their own page, or by the link at their old address (`actor` None).

    Raises NotAllowed for anybody else, Conflict when it is decided.
    """
    if actor is not None and actor.pk != change.user_id:
        raise NotAllowed("Only the person whose account it is stops this here.")
    return _end(actor, _waiting(change), ChangeOutcome.STOPPED, at or now())


@command
def account_changes_carry_out(user: None = None, *, at: datetime | None = None) -> int:
    """Do what nobody stopped in its day; returns how many. Harmless to repeat."""
    instant = at or now()
    rows = AccountChange.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(
        due_at__lte=instant, ended_at__isnull=True
    )
    changes = list(rows.select_related("user", "asked_by").order_by("pk"))
    for change in changes:
        _carry_out(None, change, instant)
    return len(changes)


def is_unused(user: User) -> bool:
    """Whether nobody has ever taken the account up: no sign-in, no password, no second factor."""
    factors = Authenticator.objects.filter(user=user).exists()
    return user.last_login is None and not user.has_usable_password() and not factors


def _carry_out(actor: User | None, change: AccountChange, at: datetime) -> AccountChange:
    user = User.objects.select_for_update(no_key=True).get(pk=change.user_id)
    if change.kind == ChangeKind.SECOND_FACTOR:
        Authenticator.objects.filter(user=user).delete()
    else:
        user.email = change.new_email
        user.set_unusable_password()
        try:
            with savepoint():
                user.save(update_fields=["email", "password"])
        except IntegrityError:
            return _end(actor, change, ChangeOutcome.OVERTAKEN, at)
        if invitations.can_be_sent(user, local_date(at)):
            transaction.on_commit(lambda: invitations.send(user))
    end_sign_ins(user)
    return _end(actor, change, ChangeOutcome.DONE, at)


def _end(actor: User | None, change: AccountChange, outcome: ChangeOutcome, at: datetime) -> AccountChange:
    change.outcome, change.ended_at, change.ended_by = outcome, at, actor
    change.save(update_fields=["outcome", "ended_at", "ended_by"])
    record(actor, verb=Verb.CHANGED, subject=change.user, detail=_detail(change, outcome.value), at=at)
    publish(AccountChangeMoved(change.pk, actor.pk if actor else None))
    transaction.on_commit(lambda: invitations.send_change_ended(change))
    return change


def _waiting(change: AccountChange) -> AccountChange:
    rows = AccountChange.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "user", "asked_by"
    )
    locked_change: AccountChange = rows.get(pk=change.pk)
    if locked_change.ended_at is not None:
        raise Conflict(f"This is decided: {locked_change.get_outcome_display().lower()}.")
    return locked_change


def _detail(change: AccountChange, step: str) -> dict[str, object]:
    fields = ["email"] if change.kind == ChangeKind.ADDRESS else ["second_factor"]
    return {"fields": fields, "step": step, "change": str(change.public_id)}
