"""The instant that stands for "no end": it keeps access questions to one comparison."""

from datetime import UTC, datetime

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
