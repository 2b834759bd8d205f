"""The bytes that are sealed: two different rows never look the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cems.audit.canonical import NO_SEAL, Head, MonthSums, Value, canonical, key_id, micros, month_of

VALUES = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=8))
# Few and awkward letters, so that different rows with like bytes would be met.
AWKWARD = st.one_of(st.none(), st.integers(-11, 11), st.text(alphabet="in1:;s-", max_size=4))
ROWS = st.lists(AWKWARD, max_size=4).map(tuple)
RUNS = st.lists(ROWS, max_size=3).map(tuple)


@pytest.mark.requirement("A3")
@given(RUNS, RUNS)
def test_different_runs_of_rows_have_different_bytes(
    one: tuple[Value, ...], other: tuple[Value, ...]
) -> None:
    assert (_bytes(one) == _bytes(other)) == (one == other)


def _bytes(run: tuple) -> bytes:  # type: ignore[type-arg]
    return b"".join(canonical(row) for row in run)


@given(st.lists(VALUES, max_size=5))
def test_the_bytes_can_be_read_back(row: list[Value]) -> None:
    assert _parsed(canonical(row)) == row


def _parsed(data: bytes) -> list[Value]:
    values: list[Value] = []
    place = 0
    while data[place : place + 1] != b";":
        kind = data[place : place + 1]
        place += 1
        if kind == b"n":
            values.append(None)
            continue
        colon = data.index(b":", place)
        end = colon + 1 + int(data[place:colon])
        text = data[colon + 1 : end].decode()
        values.append(int(text) if kind == b"i" else text)
        place = end
    assert place == len(data) - 1
    return values


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))
def test_instants_lose_nothing(naive: datetime) -> None:
    instant = naive.replace(tzinfo=UTC)
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros(instant)) == instant
    assert month_of(micros(instant)) == f"{instant:%Y-%m}"


HEAD = Head(
    number=2,
    cluster=7,
    from_xid=10,
    to_xid=20,
    months={"2026-05": [3, "ab"]},
    retired="",
    previous_digest=NO_SEAL,
    key_id="k",
    sealed_at=datetime(2026, 5, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "changed",
    [
        {"number": 3},
        {"cluster": 8},
        {"from_xid": 11},
        {"to_xid": 21},
        {"months": {"2026-05": [2, "ab"]}},
        {"months": {"2026-05": [3, "ac"]}},
        {"months": {"2026-04": [3, "ab"]}},
        {"months": {}},
        {"retired": "2026-05"},
        {"previous_digest": "1" * 64},
        {"key_id": "l"},
        {"sealed_at": datetime(2026, 5, 1, 0, 0, 0, 1, tzinfo=UTC)},
    ],
)
def test_a_seal_holds_every_one_of_its_fields(changed: dict[str, object]) -> None:
    assert Head(**{**vars(HEAD), **changed}).digest("key") != HEAD.digest("key")  # type: ignore[arg-type]


def test_nobody_without_the_key_can_make_a_seal() -> None:
    assert HEAD.digest("key") != HEAD.digest("other key")
    assert key_id("key") != key_id("other key")
    sums = [MonthSums("key"), MonthSums("other key")]
    for month_sums in sums:
        month_sums.add((1, 2, 3, 0))
    assert sums[0].result() != sums[1].result()
