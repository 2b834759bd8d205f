"""A confidential address: recorded for listed recipients, shown to nobody else (access rules)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from cems.accounts.models import Team, User
from cems.accounts.profile import profile_of
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid, NotAllowed
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.access.services.restriction import may_manage
from cems.children.identity.rules import check_postcode
from cems.children.identity.services.former_value import address_withhold
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import AddressRecipient, Child, ConfidentialAddress
from cems.children.querysets import rows_of_clusters

PART = "confidential address"


@command
def address_keep(
    user: User,
    *,
    child: Child,
    address: str,
    postcode: str = "",
    reason: str,
    people: Collection[User] = (),
    teams: Collection[Team] = (),
    at: datetime | None = None,
) -> ConfidentialAddress:
    """Keep a confidential address for these recipients; an earlier one ends.

    Every open address of the child goes off the record with it, earlier ones too, and is read by the same people.
    The user who writes it down knows it only as a recipient. Raises NotAllowed for those who don't decide who
    reads the record; Invalid without an address, a reason or a recipient.
    """
    instant = at or now()
    primary = lock_cluster(child.pk)
    if not may_manage(user, primary, instant):
        raise NotAllowed("First Contact, the team's manager or the record's owner decides this.")
    if says_nothing(address):
        raise Invalid("Write the address.", field="address")
    if says_nothing(reason):
        raise Invalid("Say why the address is confidential.", field="reason")
    if not people and not teams:
        raise Invalid("Choose who may know the address.", field="people")
    _open_rows(primary).update(ended_at=instant)
    row = ConfidentialAddress.objects.create(
        child=primary,
        address=address.strip(),
        postcode=check_postcode(postcode),
        reason=reason.strip(),
        recorded_at=instant,
        recorded_by=user,
    )
    AddressRecipient.objects.bulk_create(
        [AddressRecipient(address=row, user=person) for person in people]
        + [AddressRecipient(address=row, team=team) for team in teams]
    )
    address_withhold(user, primary=primary, at=instant)
    detail = {
        "fields": [PART],
        "people": [str(user.public_id) for user in people],
        "teams": [str(team.public_id) for team in teams],
    }
    record(user, verb=Verb.CHANGED, subject=row, child=primary.public_id, detail=detail, at=instant)
    return row


@command
def address_end(user: User, *, child: Child, at: datetime | None = None) -> None:
    """The address is confidential no more, or not theirs any more. Without one it changes nothing."""
    instant = at or now()
    primary = lock_cluster(child.pk)
    if not may_manage(user, primary, instant):
        raise NotAllowed("First Contact, the team's manager or the record's owner decides this.")
    for row in _open_rows(primary):
        row.ended_at = instant
        row.save(update_fields=["ended_at"])
        record(
            user,
            verb=Verb.CHANGED,
            subject=row,
            child=primary.public_id,
            detail={"fields": [PART]},
            at=instant,
        )


def address_for(user: User, child: Child) -> ConfidentialAddress | None:
    """The address, for a listed recipient; None for everybody else, as if there were none."""
    listed = Q(recipients__user=user) | Q(recipients__team__in=profile_of(user).team_ids)
    return _open_rows(child).filter(listed).order_by("-recorded_at", "-pk").first()


def _open_rows(child: Child) -> QuerySet[ConfidentialAddress]:
    return ConfidentialAddress.objects.filter(child__in=rows_of_clusters([child.pk]), ended_at__isnull=True)
