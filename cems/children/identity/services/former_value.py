"""What a record said of the child before is kept when it changes, found and shown (C1)."""

from collections.abc import Iterable
from datetime import datetime

from cems.accounts.models import User
from cems.base.command import command
from cems.children.identity.selectors.former_value import former_of, said_of
from cems.children.models import Child, FormerField, FormerReason, FormerValue
from cems.children.querysets import rows_of_clusters

_WHERE = (FormerField.ADDRESS, FormerField.POSTCODE)


@command
def former_values_keep(
    user: User | None, *, rows: Iterable[FormerValue], reason: FormerReason, at: datetime
) -> None:
    """Keep these: once each, and never what the record says again by now."""
    for row in rows:
        if said_of(row.child, FormerField(row.field)) == row.value:
            continue
        row.reason, row.until, row.recorded_by = reason, at, user
        row.withheld = reason == FormerReason.CONFIDENTIAL
        row.save()


@command
def address_withhold(user: User | None, *, primary: Child, at: datetime) -> None:
    """Take every open address off the records of this child, the earlier ones with it: where one is kept for listed
    people, no other copy may stand beside it. What was taken off, those people read on."""
    whole = rows_of_clusters([primary.pk])
    members = Child.objects.unscoped("records of a child whose address is confidential from now on")
    for member in members.filter(pk__in=whole).select_for_update(no_key=True, of=("self",)):
        row = primary if member.pk == primary.pk else member
        was = former_of(row, _WHERE)
        if not was:
            continue
        row.address, row.postcode = "", ""
        row.version += 1
        row.save(update_fields=["address", "postcode", "version"])
        former_values_keep(user, rows=was, reason=FormerReason.CONFIDENTIAL, at=at)
    FormerValue.objects.filter(child__in=whole, field__in=_WHERE).update(withheld=True)
