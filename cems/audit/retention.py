"""Letting whole months of the audit go when their time is over; their seals stay (A3, A4)."""

from datetime import date, datetime

from django.db import connection

from cems.audit import sealing
from cems.audit.choices import Verb
from cems.audit.partitions import bounds, name_of
from cems.audit.services import Actor, record
from cems.audit.unsealed import frontiers
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.months import add_months
from cems.base.time import now

# Access to a child's record may be asked about for as long as that: the retention schedule's shortest term.
KEPT_MONTHS = 84


def retire_month(user: Actor, *, month: date, reason: str, at: datetime | None = None) -> int:
    """Drop the table of `month`, after a seal has said so. Runs with the owner's rights.

    Returns the number of entries that went. Raises Invalid without a reason, or for a month that must
    still be kept or that has no table; Conflict where some of its entries are not sealed yet.
    """
    instant = at or now()
    first = month.replace(day=1)
    if not reason.strip():
        raise Invalid("Say who decided that this month may go.", field="reason")
    if add_months(first, KEPT_MONTHS + 1) > instant.date():
        raise Invalid(f"The audit is kept for {KEPT_MONTHS // 12} years.", field="month")
    count = _sealed_count(first)
    # The seal first: should the drop fail, the month is still there and checked, and can be dropped again.
    sealing.retire(f"{first:%Y-%m}", at=instant)
    _drop(user, first=first, count=count, reason=reason, at=instant)
    return count


@command
def _drop(user: Actor, *, first: date, count: int, reason: str, at: datetime) -> None:
    detail = {"month": f"{first:%Y-%m}", "count": count}
    record(user, verb=Verb.RETIRED, reason=reason, detail=detail, at=at)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name_of(first)}")


def _sealed_count(first: date) -> int:
    """How many entries `first`'s month holds, once it is sure that all of them are sealed."""
    begin, end = bounds(first)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name_of(first)])
        if not cursor.fetchone()[0]:
            raise Invalid("There is no table for this month.", field="month")
        for frontier in frontiers(cursor):
            cursor.execute(
                "SELECT EXISTS (SELECT FROM audit_entry "
                "WHERE cluster = %s AND xid >= %s AND at >= %s AND at < %s)",
                [frontier.cluster, frontier.from_xid, begin, end],
            )
            if cursor.fetchone()[0]:
                raise Conflict("Some entries of this month are not sealed yet. Try again in a minute.")
        cursor.execute("SELECT count(*) FROM audit_entry WHERE at >= %s AND at < %s", [begin, end])
        return int(cursor.fetchone()[0])
