"""What may run on one record only: ended when two are joined, let run again when they are taken apart (C1)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cems.accounts.models import User
from cems.base.command import command
from cems.base.errors import Invalid
from cems.base.time import local_date, now
from cems.children.identity.services.identifier import identifier_resume
from cems.children.matching.selectors.merge import OTHER, ROOT, Choice
from cems.children.models import Child, Identifier, Merge, Placement, Status
from cems.children.querysets import rows_of_clusters

Row = Identifier | Status | Placement
_KINDS: dict[str, Any] = {"number": Identifier, "status": Status, "placement": Placement}


@command
def choices_decide(
    user: User, *, kept: Child, choices: Sequence[Choice], decisions: Mapping[str, str], at: datetime
) -> dict[str, list[int]]:
    """End what was decided not to go on; the row numbers of what was ended, by kind. Raises Invalid for a choice
    that nobody made."""
    ended: dict[str, list[int]] = {kind: [] for kind in _KINDS}
    for choice in choices:
        goes_on = decisions.get(choice.key, "")
        if goes_on not in {ROOT, OTHER}:
            raise Invalid(choice.question, field=choice.key)
        loser = choice.rows[OTHER if goes_on == ROOT else ROOT]
        if isinstance(loser, Identifier):
            loser.ended_at = at
            loser.save(update_fields=["ended_at"])
        else:
            loser.ends_on = max(loser.starts_on, local_date(at))
            loser.save(update_fields=["ends_on"])
        if isinstance(loser, Placement) and goes_on == OTHER:
            winner = choice.rows[OTHER]
            kept.area, kept.locality = winner.area, winner.locality
            kept.save(update_fields=["area", "locality"])
        ended[choice.key.split("-")[0]].append(loser.pk)
    return ended


@command
def choices_put_back(
    user: User, *, kept: Child, gone: Child, merge: Merge, standing: Sequence[Merge]
) -> None:
    """Let run again what the merge ended, where nothing has changed since.

    Of merges undone out of order: what still may not run beside what another of those `standing` brought waits for
    that one, and what another ended of the record that goes out now runs there again.
    """
    later = [row for row in standing if row.pk > merge.pk]
    staying, leaving = (set(rows_of_clusters([child.pk])) for child in (kept, gone))
    if Placement.objects.filter(pk__in=merge.before["placement"], child__in=staying).exists():
        _home_over(merge, later)
    for kind in _KINDS:
        for row in _ended(kind, merge):
            then = _stands_against(kind, row, standing) if row.child_id in staying else None
            if then is None:
                _resume(row, merge, kept)
            else:
                _hand_over(kind, row, then)
        for then in standing:
            for row in _ended(kind, then):
                if row.child_id in leaving:
                    then.before[kind].remove(row.pk)
                    then.save(update_fields=["before"])
                    _resume(row, merge, kept)
    if later:
        later[0].before |= {"provisional": merge.before["provisional"]}
        later[0].save(update_fields=["before"])
    else:
        kept.provisional = merge.before["provisional"]
    kept.save(update_fields=["area", "locality", "provisional"])


def _ended(kind: str, merge: Merge) -> list[Row]:
    """What this merge ended and nobody has ended or changed otherwise since, what it ended itself first."""
    ids = merge.before[kind]
    rows = _KINDS[kind].objects.filter(pk__in=ids)
    since = {"ended_at": merge.at} if kind == "number" else {"ends_on__gte": local_date(merge.at)}
    return sorted(rows.filter(**since), key=lambda row: ids.index(row.pk))


def _stands_against(kind: str, row: Row, standing: Sequence[Merge]) -> Merge | None:
    """The other merge that brought what runs now in place of this row; None where the row may run."""
    for then in standing:
        brought = list(rows_of_clusters([then.other_id])) or [then.other_id]
        running = _KINDS[kind].objects.filter(child__in=brought)
        running = (
            running.filter(ended_at__isnull=True)
            if kind == "number"
            else running.filter(ends_on__isnull=True)
        )
        if (running if isinstance(row, Placement) else running.filter(kind=row.kind)).exists():
            return then
    return None


def _hand_over(kind: str, row: Row, then: Merge) -> None:
    """The other merge keeps the row ended, and lets it run again once it is undone itself."""
    then.before[kind].append(row.pk)
    then.save(update_fields=["before"])
    if isinstance(row, Identifier):
        row.ended_at = then.at
        row.save(update_fields=["ended_at"])
    else:
        row.ends_on = max(row.starts_on, local_date(then.at))
        row.save(update_fields=["ends_on"])


def _home_over(merge: Merge, later: Sequence[Merge]) -> None:
    """The later merges find again the home that this one left; the next that decided a placement puts it back."""
    for then in later:
        then.before |= {"area": merge.before["area"], "locality": merge.before["locality"]}
        then.save(update_fields=["before"])
        if then.before["placement"]:
            return


def _resume(row: Row, merge: Merge, kept: Child) -> None:
    if isinstance(row, Identifier):
        newer = Identifier.objects.filter(ended_at__isnull=True, kind=row.kind, child=row.child_id)
        if not newer.exists():
            identifier_resume(None, row=row, at=now())
        return
    later = type(row).objects.filter(child=row.child_id, starts_on__gt=row.starts_on)
    if (later.filter(kind=row.kind) if isinstance(row, Status) else later).exists():
        return
    row.ends_on = None
    row.save(update_fields=["ends_on"])
    if isinstance(row, Placement):  # the record follows it again
        row.moved_out_at = None
        row.save(update_fields=["moved_out_at"])
        if row.child_id == kept.pk:
            kept.area_id, kept.locality_id = merge.before["area"], merge.before["locality"]
