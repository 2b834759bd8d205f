"""The one time source. Everything else asks here, so that tests can travel."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
# Stands for "no end" in a period: it keeps the question "does it last?" to one comparison.
NO_END = datetime(9999, 12, 31, tzinfo=UTC)


def now() -> datetime:
    """The present instant, in UTC. The only place that reads the machine's clock."""
    return datetime.now(UTC)  # noqa: TID251 - the one time source


def local(instant: datetime) -> datetime:
    """`instant` as people in the partnership read it (Europe/London)."""
    return instant.astimezone(LONDON)


def local_date(instant: datetime) -> date:
    """The calendar day of `instant` in Europe/London."""
    return local(instant).date()


def today() -> date:
    """The present calendar day in Europe/London."""
    return local_date(now())
