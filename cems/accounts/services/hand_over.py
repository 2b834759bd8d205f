"""What somebody holds goes to a colleague, all of it or line by line (A1, safe-f3)."""

from collections.abc import Collection
from datetime import datetime

from cems.accounts.models import Appointment, User
from cems.accounts.selectors.hand_over import (
    may_hand_over,
    open_things_of,
    posts_left,
    receivers,
)
from cems.accounts.slots import OPEN_THINGS
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid, NotAllowed
from cems.base.time import local_date, now


@command
def things_hand_over(
    actor: User,
    *,
    holder: User,
    owner: User,
    things: Collection[str] | None = None,
    at: datetime | None = None,
) -> int:
    """Give open things of `holder` to `owner`, who is told of each; returns how many.

    `things` names them as "kind:key", None for all that can be given here. Raises NotAllowed for somebody who may not,
    Invalid for somebody who does not work there, for nothing chosen, or where a record is shut to them (then nothing
    is given), Conflict where one of them is no longer the holder's.
    """
    instant = at or now()
    if not may_hand_over(actor, holder, local_date(instant)):
        raise NotAllowed("Only an administrator, or who manages their team, hands over what somebody holds.")
    if not receivers(holder, local_date(instant)).filter(pk=owner.pk).exists():
        raise Invalid(f"Choose a colleague who works for {holder.agency} today.", field="owner")
    theirs = {
        f"{kind.key}:{thing.key}": (kind.key, thing)
        for kind in open_things_of(holder)
        if kind.is_given
        for thing in kind.things
    }
    chosen = list(theirs) if things is None else list(dict.fromkeys(things))
    if not chosen:
        raise Invalid("Choose at least one line.", field="things")
    if not theirs.keys() >= set(chosen):
        raise Conflict("Somebody has done or handed over one of these meanwhile. Look at what is left.")
    for name in chosen:
        key, thing = theirs[name]
        kind = OPEN_THINGS.get(key)
        if kind is not None and kind.give is not None:
            kind.give(actor, thing.key, owner, instant)
    record(
        actor,
        verb=Verb.CHANGED,
        subject=holder,
        detail={"handed_over": len(chosen), "to": str(owner.public_id)},
        at=instant,
    )
    return len(chosen)


@command
def things_keep(actor: User, *, holder: User, at: datetime | None = None) -> int:
    """Who has changed team keeps what they hold: nobody is asked to hand it over any more; returns how many things.

    Raises NotAllowed for somebody who may not hand it over, Conflict where the holder leaves, or it was agreed before.
    """
    instant = at or now()
    day = local_date(instant)
    if not may_hand_over(actor, holder, day):
        raise NotAllowed("Only an administrator, or who manages their team, says who keeps what.")
    User.objects.select_for_update(no_key=True).get(pk=holder.pk)
    posts = list(posts_left(actor, holder, day).values_list("pk", flat=True))
    if not posts:
        raise Conflict(f"{holder} leaves, or has settled it already. Look at what is left.")
    Appointment.objects.filter(pk__in=posts).update(things_kept_at=instant)
    things = sum(len(kind.things) for kind in open_things_of(holder))
    record(actor, verb=Verb.CHANGED, subject=holder, detail={"kept": things}, at=instant)
    return things
