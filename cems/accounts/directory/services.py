"""An administrator keeps the helplines (K3)."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import uuid4

from cems.accounts.models import Helpline, User
from cems.accounts.permissions import may_administer
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import now


@dataclass(frozen=True)
class HelplineTerms:
    """Who a helpline is for, and how it is reached."""

    name: str
    helps: str
    purpose: str
    phone: str = ""
    hours: str = ""
    page: str = ""
    last_day: date | None = None


@command
def helpline_write(
    user: User,
    *,
    terms: HelplineTerms,
    helpline: Helpline | None = None,
    version: int = 0,
    at: datetime | None = None,
) -> Helpline:
    """Add a helpline, or change one; one that ends is left out of the directory after its last day.

    `version` is the one the writer had before them. Raises NotAllowed without the right; Invalid where it is reached
    in no way; Conflict when a colleague changed this one meanwhile.
    """
    may_administer(user)
    instant = at or now()
    if not (terms.phone.strip() or terms.page):
        raise Invalid("Write a telephone number or a page: else nobody reaches it.", field="phone")
    if helpline is None:
        row, verb = Helpline(code=uuid4().hex, version=0), Verb.CREATED
    else:
        row, verb = Helpline.objects.select_for_update(no_key=True).get(pk=helpline.pk), Verb.CHANGED
        if row.version != version:
            raise Conflict(
                "A colleague has changed this helpline since you opened it. Read theirs, then write yours."
            )
    changed = [name for name, value in asdict(terms).items() if getattr(row, name) != value]
    for name, value in asdict(terms).items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    record(user, verb=verb, subject=row, detail={"fields": changed, "version": row.version}, at=instant)
    return row
