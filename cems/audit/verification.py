"""Finding any change to sealed entries, by anybody (floor-f13)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction

from cems.audit import heads
from cems.audit.canonical import CLUSTER, COLUMNS, NO_SEAL, XID, Head, MonthSums, Value, key_id
from cems.audit.heads import ExportedHead
from cems.audit.models import Seal
from cems.audit.sealing import SEALER

Row = tuple[Value, ...]
# A wrong key or a lost table would otherwise name every seal of several years.
MOST = 200


def verify(*, heads_file: Path | None = None) -> list[str]:
    """Compare entries, seals and exported heads; each finding is a sentence, none means all is as sealed.

    Finds entries changed, deleted, inserted or truncated under a seal; seals changed, deleted or put back
    from an older copy; keys not known here. Takes memory for a batch, not for the table; stops at 200.

    Args:
        heads_file: a copy of the exported heads kept elsewhere; this machine's own where left out.

    Raises OSError where the named file can't be read, DatabaseError without the right to read. (A3)
    """
    place = heads_file or heads.path()
    # Read before the snapshot is taken: every head in the file by now is of a seal the snapshot sees.
    size = place.stat().st_size if heads_file or place.exists() else None
    with transaction.atomic(using=SEALER, durable=True):
        with connections[SEALER].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL transaction_timeout = 0")
        return list(islice(_faults(place, size), MOST))


def _faults(place: Path, size: int | None) -> Iterator[str]:
    keys = {key_id(key): key for key in settings.AUDIT_KEYS}
    retired: set[str] = set()
    yield from _chain_faults(keys, retired)
    if size is not None:
        yield from _head_faults(place, size)
    elif Seal.objects.using(SEALER).exists():
        yield f"The exported heads ({place.name}) are missing, so seals taken away at the end can't be seen."
    yield from _row_faults(keys, retired)


def _head_of(seal: Seal) -> Head:
    return Head(
        seal.number, seal.cluster, seal.from_xid, seal.to_xid, seal.months, seal.retired,
        seal.previous_digest, seal.key_id, seal.sealed_at,
    )  # fmt: skip


def _chain_faults(keys: dict[str, str], retired: set[str]) -> Iterator[str]:
    """Faults of the seals among themselves; fills `retired` with the months that were let go."""
    number, digest = 0, NO_SEAL
    ends: dict[int, int] = {}
    unknown: set[str] = set()
    for seal in Seal.objects.using(SEALER).order_by("number").iterator():
        key = keys.get(seal.key_id)
        if key is None and seal.key_id not in unknown:
            unknown.add(seal.key_id)
            yield f"Seal {seal.number} was made with a key that is not known here ({seal.key_id})."
        if seal.number != number + 1:
            yield f"{_span(number + 1, seal.number - 1)} missing."
        elif seal.previous_digest != digest:
            yield f"Seal {seal.number} does not follow from the seal before it."
        elif seal.from_xid != ends.get(seal.cluster, 0):
            yield f"Seal {seal.number} does not begin where the one before it ended."
        if key and _head_of(seal).digest(key) != seal.digest:
            yield f"Seal {seal.number} was changed."
        elif key and seal.retired:
            retired.add(seal.retired)
        number, digest = seal.number, seal.digest
        ends[seal.cluster] = seal.to_xid


def _head_faults(place: Path, size: int) -> Iterator[str]:
    """Differences between the seals and what was exported of them."""
    seals = Seal.objects.using(SEALER).order_by("number").values_list("number", "digest").iterator()
    seal = next(seals, None)
    beyond: list[ExportedHead] = []
    with place.open("rb") as file:
        for head in heads.exported(file, size):
            if isinstance(head, int):
                yield f"Line {head} of the exported heads can't be read."
                continue
            while seal and seal[0] < head.number:
                seal = next(seals, None)
            if seal is None:
                beyond = [*beyond[:1], head]
            elif seal != (head.number, head.digest):
                yield f"Seal {head.number} is not the one exported on {head.sealed_at[:16]}."
    if beyond:
        gone = _span(beyond[0].number, beyond[-1].number)
        yield f"{gone} exported but no longer here: seals were taken away or an older copy was put back."


def _span(first: int, last: int) -> str:
    return f"Seal {first} is" if first == last else f"Seals {first} to {last} are"


def _row_faults(keys: dict[str, str], retired: set[str]) -> Iterator[str]:
    """Differences between the entries and the seals over them, both read in one order, side by side."""
    rows = _rows()
    row = next(rows, None)
    seals = Seal.objects.using(SEALER).filter(retired="").order_by("cluster", "from_xid")
    for seal in seals.iterator():
        sums = MonthSums(keys.get(seal.key_id, ""))
        while row is not None and _place(row) < (seal.cluster, seal.to_xid):
            if _place(row) >= (seal.cluster, seal.from_xid):
                sums.add(row)
            row = next(rows, None)
        if seal.key_id in keys:
            yield from _differences(seal, sums.result(), retired)


def _rows() -> Iterator[Row]:
    with connections[SEALER].chunked_cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM audit_entry ORDER BY cluster, xid, id")  # noqa: S608
        while chunk := cursor.fetchmany(2_000):
            yield from chunk


def _place(row: Row) -> tuple[int, int]:
    return int(row[CLUSTER] or 0), int(row[XID] or 0)


def _differences(seal: Seal, months: dict[str, list[int | str]], retired: Iterable[str]) -> Iterator[str]:
    for month in sorted({*seal.months, *months}):
        if month not in months and month in retired:
            continue
        sealed_count, sealed_digest = seal.months.get(month, [0, ""])
        count, digest = months.get(month, [0, ""])
        where = f"Under seal {seal.number}, entries of {month}"
        if int(count) < sealed_count:
            yield f"{where}: {sealed_count} were sealed, {count} are left; some were deleted."
        elif int(count) > sealed_count:
            yield f"{where}: {sealed_count} were sealed, {count} are there; some were inserted."
        elif digest != sealed_digest:
            yield f"{where}: at least one of {count} was changed."
