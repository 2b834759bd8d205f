"""What leaves a record, to whom and why; and what was not shared, and why not (A4)."""

from datetime import datetime

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import disclosed, not_shared, record
from cems.base.command import command
from cems.base.time import now
from cems.children.models import Child


@command
def disclosure_record(
    user: User,
    *,
    child: Child,
    document: str,
    part: str,
    to: str,
    purpose: str,
    lawful_basis: str,
    at: datetime | None = None,
) -> None:
    """A document leaves the partnership: to whom, what for, on which lawful basis (A4). Raises as `disclosed`."""
    disclosed(
        user,
        child=child.public_id,
        to=to,
        purpose=purpose,
        lawful_basis=lawful_basis,
        subject=child,
        part=part,
        detail={"document": document},
        at=at or now(),
    )


@command
def document_keep(
    user: User, *, child: Child, document: str, part: str, purpose: str, at: datetime | None = None
) -> None:
    """A document is taken by somebody of the partnership for their own work with the child, and what for (A4)."""
    record(
        user,
        verb=Verb.EXPORTED,
        subject=child,
        child=child.public_id,
        part=part,
        reason=purpose.strip() or "For work with the child, within the partnership",
        detail={"document": document},
        at=at or now(),
    )


@command
def disclosure_refuse(user: User, *, child: Child, to: str, why: str, at: datetime | None = None) -> None:
    """Something was asked for, or could have been shared, and was not, because `why` (A4). Raises as `not_shared`."""
    not_shared(user, child=child.public_id, to=to, why=why, subject=child, at=at or now())
