"""The bytes that are sealed, and their digests. Pure; sealing and verifying share it (floor-f13).

Every value is written as its type, its length and its text, so that no two different rows, and no two
different runs of rows, have the same bytes.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

Value = int | str | None
# Month of `at` -> how many entries, and their digest.
Months = Mapping[str, Sequence[int | str]]

NO_SEAL = "0" * 64

# What is read of an entry, in this order. Instants are whole microseconds; a JSON document is the text
# PostgreSQL keeps of it.
COLUMNS = """cluster, xid, id, (extract(epoch FROM at) * 1000000)::bigint,
    (extract(epoch FROM recorded_at) * 1000000)::bigint, actor_id, verb, subject_kind, subject_id,
    child::text, part, reason, detail::text, request_reference"""
CLUSTER, XID, AT = 0, 1, 3


def canonical(values: Iterable[Value]) -> bytes:
    """The bytes of a row of values."""
    return b"".join(_one(value) for value in values) + b";"


def _one(value: Value) -> bytes:
    if value is None:
        return b"n"
    text = str(value).encode()
    return b"%c%d:%b" % (b"i" if isinstance(value, int) else b"s", len(text), text)


def micros(instant: datetime) -> int:
    """Whole microseconds since 1970, exactly."""
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def month_of(at_micros: int) -> str:
    """The month (UTC) an instant falls in, such as 2026-05."""
    return datetime.fromtimestamp(at_micros // 1_000_000, UTC).strftime("%Y-%m")


def key_id(key: str) -> str:
    """The name by which a seal says which key made it; tells nothing of the key."""
    return hashlib.sha256(b"cems audit key name:" + key.encode()).hexdigest()[:16]


@dataclass
class MonthSums:
    """Counts and digests of entries by month, taken as they stream past."""

    key: str
    _counts: dict[str, int] = field(default_factory=dict)
    _digests: dict[str, hmac.HMAC] = field(default_factory=dict)

    def add(self, row: Sequence[Value]) -> None:
        month = month_of(int(row[AT] or 0))
        if month not in self._digests:
            self._counts[month] = 0
            self._digests[month] = hmac.new(self.key.encode(), b"cems audit month 1:", hashlib.sha256)
        self._counts[month] += 1
        self._digests[month].update(canonical(row))

    def result(self) -> dict[str, list[int | str]]:
        return {month: [self._counts[month], digest.hexdigest()] for month, digest in self._digests.items()}


@dataclass(frozen=True)
class Head:
    """Everything of a seal but its digest."""

    number: int
    cluster: int
    from_xid: int
    to_xid: int
    months: Months
    retired: str
    previous_digest: str
    key_id: str
    sealed_at: datetime

    def digest(self, key: str) -> str:
        """The seal's digest, which holds the digest of the seal before: the chain."""
        months = [value for month in sorted(self.months) for value in (month, *self.months[month])]
        values: list[Value] = [
            "cems audit seal 1", self.number, self.cluster, self.from_xid, self.to_xid, self.retired,
            self.previous_digest, self.key_id, micros(self.sealed_at), *months,
        ]  # fmt: skip
        return hmac.new(key.encode(), canonical(values), hashlib.sha256).hexdigest()
