"""How an authority is reached, and what follows one that was reorganised (C2)."""

from datetime import date, datetime

from django.db import transaction

from cems.accounts.models import Authority, User
from cems.accounts.permissions import may_administer
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid
from cems.base.time import now
from cems.policy.snapshot import keep


@command
def authority_reach(
    actor: User,
    *,
    authority: Authority,
    phone: str = "",
    night_phone: str = "",
    mail: str = "",
    at: datetime | None = None,
) -> Authority:
    """Write how the authority's front door is reached by day and by night."""
    may_administer(actor)
    row = Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    values = {"phone": phone.strip(), "night_phone": night_phone.strip(), "mail": mail.strip()}
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
        record(actor, verb=Verb.CHANGED, subject=row, detail={"fields": changed}, at=at)
    return row


@command
def authority_follow(
    actor: User, *, authority: Authority, successor: Authority, last_day: date, at: datetime | None = None
) -> Authority:
    """After its last day the authority's rows are answered for by its successor; none of them is changed.

    On a day to come it is so from the day after. Raises Invalid for an authority that follows itself, by whatever way.
    """
    may_administer(actor)
    instant = at or now()
    rows = Authority.objects.select_for_update(no_key=True, of=("self",)).select_related("successor")
    row = rows.get(pk=authority.pk)
    following: Authority | None = Authority.objects.get(pk=successor.pk)
    while following is not None:
        if following.pk == row.pk:
            raise Invalid(f"{successor} is followed by {row} itself. Choose another.", field="successor")
        following = following.successor
    row.last_day, row.successor = last_day, successor
    row.save(update_fields=["last_day", "successor"])
    transaction.on_commit(lambda: keep(None))
    detail = {"successor": successor.code, "last_day": last_day.isoformat()}
    record(actor, verb=Verb.CHANGED, subject=row, detail=detail, at=instant)
    return row
