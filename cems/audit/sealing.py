"""Sealing the audit trail: batches in the order of transactions, chained by a key kept outside (floor-f13).

Why by transaction, and what a seal promises, is in docs/adr/0003-audit-sealing.md.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from cems.audit import heads
from cems.audit.canonical import COLUMNS, NO_SEAL, Head, MonthSums, key_id
from cems.audit.models import Seal
from cems.audit.unsealed import Frontier, frontiers
from cems.base.time import now

SEALER = "sealer"
BATCH = 20_000
_LOCK = "cems audit sealing"
log = logging.getLogger(__name__)


def seal(*, batch: int = BATCH, at: datetime | None = None) -> int:
    """Seal every entry whose transaction can no longer be joined by another, and export the new heads.

    One transaction a seal, of about `batch` entries. Only one sealer works at a time; another returns at
    once. Returns the number of seals made. Raises OSError or HeadsDiffer where the heads can't be exported;
    the seals stand, and a later run exports them. (A3)
    """
    made = 0
    while _seal_once(batch, at or now()):
        made += 1
    heads.export(SEALER)
    return made


def retire(month: str, *, at: datetime | None = None) -> Seal:
    """Add the seal that says `month` (such as 2019-05) was let go, so that its absence is no finding."""
    with transaction.atomic(using=SEALER), connections[SEALER].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])
        frontier = next((frontier for frontier in frontiers(cursor) if frontier.here), None)
        if frontier is None:
            raise LookupError("nothing has been sealed here yet")
        kept = _chain(frontier, frontier.from_xid, {}, month, at or now())
    heads.export(SEALER)
    return kept


def _seal_once(batch: int, instant: datetime) -> bool:
    """Make one seal if there is anything to seal."""
    with transaction.atomic(using=SEALER), connections[SEALER].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])
        if not cursor.fetchone()[0]:
            return False
        for frontier in frontiers(cursor):
            to_xid = _end_of_batch(cursor, frontier, batch)
            if to_xid is not None:
                months = _sums(frontier, to_xid)
                kept = _chain(frontier, to_xid, months, "", instant)
                log.info("audit seal %s made, head %s", kept.number, kept.digest)
                return True
    return False


def _end_of_batch(cursor: CursorWrapper, frontier: Frontier, batch: int) -> int | None:
    """The transaction to seal up to, not itself included; None where there is nothing to seal."""
    if frontier.here:
        # Every transaction below the snapshot's xmin has ended, and what it wrote is visible to the next
        # statement: nobody who commits late can be missed. So this comes before any entry is read.
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    else:
        # Restored from a dump: the server that wrote these is gone, and nobody writes under that server's name.
        cursor.execute("SELECT max(xid) + 1 FROM audit_entry WHERE cluster = %s", [frontier.cluster])
    horizon = cursor.fetchone()[0]
    window = [frontier.cluster, frontier.from_xid, horizon]
    step = (
        "SELECT xid FROM audit_entry WHERE cluster = %s AND xid >= %s AND xid < %s ORDER BY xid, id LIMIT 1"
    )
    cursor.execute(step, window)
    first = cursor.fetchone()
    if first is None:
        return None
    cursor.execute(f"{step} OFFSET %s", [*window, batch])
    cut = cursor.fetchone()
    # A transaction is sealed whole, however much it wrote.
    return horizon if cut is None else max(cut[0], first[0] + 1)


def _sums(frontier: Frontier, to_xid: int) -> dict[str, list[int | str]]:
    """Stream the entries of the batch through the digests."""
    sums = MonthSums(settings.AUDIT_KEYS[0])
    with connections[SEALER].chunked_cursor() as rows:
        rows.execute(
            f"SELECT {COLUMNS} FROM audit_entry "  # noqa: S608
            "WHERE cluster = %s AND xid >= %s AND xid < %s ORDER BY xid, id",
            [frontier.cluster, frontier.from_xid, to_xid],
        )
        while chunk := rows.fetchmany(2_000):
            for row in chunk:
                sums.add(row)
    return sums.result()


def _chain(
    frontier: Frontier, to_xid: int, months: dict[str, list[int | str]], retired: str, instant: datetime
) -> Seal:
    last = Seal.objects.using(SEALER).order_by("-number").first()
    key = settings.AUDIT_KEYS[0]
    head = Head(
        number=last.number + 1 if last else 1,
        cluster=frontier.cluster,
        from_xid=frontier.from_xid,
        to_xid=to_xid,
        months=months,
        retired=retired,
        previous_digest=last.digest if last else NO_SEAL,
        key_id=key_id(key),
        sealed_at=instant,
    )
    return Seal.objects.using(SEALER).create(**vars(head), digest=head.digest(key))
