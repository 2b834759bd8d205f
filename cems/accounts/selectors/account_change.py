"""Changes of accounts that wait: who says yes, who is told (A1)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet

from cems.accounts.account_change import AccountChange
from cems.accounts.leaving import here
from cems.accounts.models import Appointment, User
from cems.accounts.profile import profile_of
from cems.accounts.querysets import current
from cems.accounts.roles import ADMINISTERING, GOVERNING_INFORMATION, Work

SALT = "cems.accounts.account_change"


def change_at(public_id: UUID) -> AccountChange | None:
    """The change at this address, or None."""
    return (
        AccountChange.objects.select_related("user__agency", "asked_by").filter(public_id=public_id).first()
    )


def change_of_link(token: str) -> AccountChange | None:
    """The change that the link in a letter stops, or None for a link that is none."""
    try:
        public_id = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return change_at(UUID(public_id))


def link_token(change: AccountChange) -> str:
    """What stands in the address by which the person stops this change."""
    return signing.dumps(str(change.public_id), salt=SALT)


def open_changes(user: User) -> Sequence[AccountChange]:
    """What is asked for and not decided about this person's account, oldest first."""
    rows = AccountChange.objects.filter(user=user, ended_at__isnull=True).select_related("asked_by")
    return list(rows.order_by("asked_at", "pk"))


def is_shut(user: User) -> bool:
    """Whether nobody signs in to the account until its address is settled."""
    return AccountChange.objects.filter(user=user, ended_at__isnull=True, shut=True).exists()


def changes_to_confirm(user: User) -> QuerySet[AccountChange]:
    """What waits for this administrator's yes: asked by another, about a third."""
    rows = AccountChange.objects.filter(ended_at__isnull=True)
    if not profile_of(user).may(Work.ADMINISTRATION):
        return rows.none()
    return (
        rows.exclude(asked_by=user).exclude(user=user).select_related("user", "asked_by").order_by("asked_at")
    )


def may_confirm(user: User, change: AccountChange, on: date) -> bool:
    """Whether this person's yes counts: an administrator already before the day it was asked, neither who asked nor
    whom it is about. One whom the asker made an administrator for it is no second person."""
    return _administrators(change, on).filter(user=user).exists()


def second_people(change: AccountChange, on: date) -> set[int]:
    """The other administrators of the agency of the person or of the asker, whose yes it waits for."""
    near = Q(user__agency=change.user.agency_id) | Q(user__agency=change.asked_by.agency_id)
    return set(_administrators(change, on).filter(near).values_list("user_id", flat=True))


def told_of(change: AccountChange, on: date) -> set[int]:
    """Who hears of it beside the person: those second people, or where there are none every administrator, and
    information governance of the agency or of one that serves the same authorities."""
    others = second_people(change, on) or set(_administrators(change, on).values_list("user_id", flat=True))
    served = change.user.agency.authorities.values("pk")
    near = Q(user__agency=change.user.agency_id) | Q(user__agency__authorities__in=served)
    governing = Appointment.objects.filter(
        near, current(on), here(on, "user__"), role_key__in=GOVERNING_INFORMATION
    )
    return others | set(governing.values_list("user_id", flat=True))


def _administrators(change: AccountChange, on: date) -> QuerySet[Appointment]:
    posts = Appointment.objects.filter(current(on), here(on, "user__"), role_key__in=ADMINISTERING)
    return posts.filter(starts_on__lt=on).exclude(user__in=[change.asked_by_id, change.user_id])
