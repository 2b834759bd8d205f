"""Keep what a status or a placement said before it was put right (C2)."""

from datetime import datetime

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid
from cems.children.models import Child, Correction, Placement, Status


@command
def correction_write(
    user: User,
    *,
    child: Child,
    said: str,
    why: str,
    at: datetime,
    status: Status | None = None,
    placement: Placement | None = None,
    withdrawn: bool = False,
) -> Correction:
    """Keep what it said, who put it right and why. Raises Invalid without a reason."""
    if not why.strip():
        raise Invalid("Say what was wrong, and how you know.", field="why")
    row = Correction.objects.create(
        child=child,
        status=status,
        placement=placement,
        said=said,
        why=why.strip(),
        withdrawn=withdrawn,
        recorded_at=at,
        recorded_by=user,
    )
    record(user, verb=Verb.CHANGED, subject=row, child=child.public_id, part="status", at=at)
    return row
