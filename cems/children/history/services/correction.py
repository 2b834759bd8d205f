"""Keep what a status or a placement said before it was put right (C2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cems.accounts.models import User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Invalid, Overtaken
from cems.base.words import says_nothing
from cems.children.models import Child, Correction, Placement, Status


def version_of(row: Status | Placement) -> int:
    """Which version this is, for who puts it right: two on with each correction, one on with its end."""
    return 2 * row.corrections.count() + (row.ends_on is not None)


def refuse_overtaken(row: Status | Placement, version: int, theirs: Mapping[str, Any]) -> None:
    """Raises Overtaken, with what it says by now, where it is no longer in the version the user saw."""
    current = version_of(row)
    if version != current:
        newest = row.corrections.select_related("recorded_by").order_by("pk").last()
        raise Overtaken(theirs=theirs, version=current, by=str(newest.recorded_by) if newest else "")


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
    if says_nothing(why):
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
