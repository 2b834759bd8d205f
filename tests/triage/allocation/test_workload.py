"""Room, who is stopped or cautioned, and whom to suggest, against a slow reading of the same rule (T6)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cems.base.time import LONDON
from cems.children.choices import RiskLevel
from triage.allocation.rules.workload import (
    Ahead,
    Away,
    Candidate,
    because,
    cautions,
    handover_day,
    places,
    ranked,
    spread,
    stop,
    stop_of_child,
    suggested,
)

pytestmark = pytest.mark.requirement("T6")
DAY = date(2026, 5, 6)  # a Wednesday
WORKER = Candidate(1, "Example Person", places=7, load=3, ahead=Ahead(away=7, leaves=28))

days = st.dates(DAY - timedelta(days=400), DAY + timedelta(days=60))
aways = st.builds(
    lambda since, length: Away(since, None if length is None else since + timedelta(days=length)),
    days,
    st.none() | st.integers(0, 40),
)
candidates = st.builds(
    Candidate,
    key=st.integers(1, 10_000),
    name=st.sampled_from(["Avery Example", "Blake Example", "Casey Example"]),
    places=st.integers(0, 9),
    load=st.integers(0, 12),
    ahead=st.just(WORKER.ahead),
    away=st.lists(aways, max_size=2).map(tuple),
    leaves_on=st.none() | days.filter(lambda day: day >= DAY),
    shut_out=st.booleans(),
    has_child=st.booleans(),
    had_until=st.none() | days.filter(lambda day: day <= DAY),
    last_given_on=st.none() | days.filter(lambda day: day <= DAY),
)


def slow_suggestion(everybody: list[Candidate]) -> Candidate | None:
    """By strikes: out go those who can't or should not, then all but the best, one wish after the other."""
    left = []
    for candidate in everybody:
        gone = candidate.has_child or candidate.shut_out or candidate.load >= candidate.places
        for away in candidate.away:
            for ahead in range(8):  # today, and whatever begins in the seven days after
                day = DAY + timedelta(days=ahead)
                begins = day == away.since
                here_today = away.since <= DAY and (away.until is None or away.until >= DAY)
                gone = gone or here_today or (ahead > 0 and begins)
        if candidate.leaves_on is not None and (candidate.leaves_on - DAY).days <= 28:
            gone = True
        if not gone:
            left.append(candidate)
    before = [worker for worker in left if worker.had_until is not None]
    if before:
        latest = max(worker.had_until for worker in before if worker.had_until)
        left = [worker for worker in before if worker.had_until == latest]
    for wish in (
        lambda worker: -(worker.places - worker.load),
        lambda worker: worker.last_given_on or date.min,
        lambda worker: worker.name.lower(),
        lambda worker: worker.key,
    ):
        best = min((wish(worker) for worker in left), default=None)  # type: ignore[type-var]
        left = [worker for worker in left if wish(worker) == best]
    return left[0] if left else None


@given(st.lists(candidates, max_size=8, unique_by=lambda worker: worker.key))
def test_the_suggestion_is_the_one_a_slow_reading_finds(everybody: list[Candidate]) -> None:
    assert suggested(everybody, DAY) == slow_suggestion(everybody)
    assert suggested(everybody[::-1], DAY) == suggested(everybody, DAY)
    order = ranked(everybody, DAY)
    assert sorted(worker.key for worker in order) == sorted(worker.key for worker in everybody)
    stopped = [bool(stop(worker, DAY)) for worker in order]
    assert stopped == sorted(stopped)  # those who can't come last


@given(st.integers(0, 30), st.integers(1, 100))
def test_room_counts_whole_children(children: int, share: int) -> None:
    whole = 0
    while (whole + 1) * 100 <= children * share:
        whole += 1
    assert places(children, share) == whole


@given(st.lists(candidates, max_size=5, unique_by=lambda worker: worker.key), st.integers(0, 12))
def test_several_children_never_fill_anybody_beyond_the_room(
    everybody: list[Candidate], children: int
) -> None:
    chosen = [worker for worker in spread([everybody] * children, DAY) if worker]
    for candidate in everybody:
        given = sum(1 for who in chosen if who.key == candidate.key)
        assert given <= max(candidate.room, 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"has_child": True}, "Has the child already."),
        ({"shut_out": True}, "The record is closed to them"),
        ({"away": (Away(DAY - timedelta(days=3)),)}, "the day of return is not known"),
    ],
)
def test_some_can_not_be_given_the_child(changes: dict[str, object], words: str) -> None:
    assert stop(WORKER, DAY) == ""
    assert words in stop(replace(WORKER, **changes), DAY)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"load": 7}, ["Has no room: 7 of 7, and this would be 8."]),
        ({"away": (Away(DAY, DAY),)}, ["Is away until Wed 6 May."]),
        (
            {"away": (Away(date(2026, 5, 11), date(2026, 5, 15)),)},
            ["Is away from Mon 11 May until Fri 15 May."],
        ),
        ({"away": (Away(date(2026, 5, 13)),)}, ["Is away from Wed 13 May."]),
        ({"away": (Away(date(2026, 5, 14)),)}, []),
        ({"leaves_on": date(2026, 6, 3)}, ["Leaves on Wed 3 Jun."]),
        ({"leaves_on": date(2026, 6, 4)}, []),
    ],
)
def test_some_only_with_a_reason(changes: dict[str, object], words: list[str]) -> None:
    assert cautions(WORKER, DAY) == []
    assert cautions(replace(WORKER, **changes), DAY) == words  # type: ignore[arg-type]


def test_the_reason_is_a_sentence() -> None:
    worker = replace(WORKER, had_until=date(2026, 3, 2), last_given_on=date(2026, 4, 12))
    assert because(worker) == (
        "Worked with this child until Mon 2 Mar 2026. Has room for 4 more (3 of 7). Was last given a child on"
        " Sun 12 Apr 2026."
    )
    full = replace(WORKER, load=8)
    assert because(full) == "Has no room (8 of 7). Has not been given a child yet."


def test_a_ce_worker_needs_a_level_and_a_social_worker_of_the_right_team() -> None:
    right = {"ce_worker": True, "level": RiskLevel.SIGNIFICANT, "social_worker": "Example Person"}
    assert stop_of_child(**right, right_team=True, died=False) == ""  # type: ignore[arg-type]
    for changes, words in [
        ({"level": None}, "No level is agreed."),
        ({"level": RiskLevel.LOW}, "Low is agreed."),
        ({"social_worker": None}, "No social worker is recorded."),
        ({"right_team": False}, "Example Person is recorded as the social worker, but not in ASET"),
        ({"died": True}, "The child has died."),
    ]:
        assert words in stop_of_child(**{**right, "right_team": True, "died": False, **changes})  # type: ignore[arg-type]
    for_interviews = {"ce_worker": False, "level": None, "social_worker": None}
    assert stop_of_child(**for_interviews, right_team=False, died=False) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("there", "until"),
    [
        (datetime(2026, 5, 8, 14, 59, tzinfo=LONDON), None),
        (datetime(2026, 5, 8, 15, 0, tzinfo=LONDON), date(2026, 5, 11)),
        (datetime(2026, 5, 7, 16, 0, tzinfo=LONDON), None),  # a Thursday
        (datetime(2026, 5, 9, 16, 0, tzinfo=LONDON), None),  # nobody is at work
        (
            datetime(2026, 12, 24, 15, 0, tzinfo=LONDON),
            date(2026, 12, 29),
        ),  # Christmas, then a substitute day
        (datetime(2026, 4, 2, 14, 30, tzinfo=UTC), date(2026, 4, 7)),  # before Easter, by summer time
        (datetime(2026, 3, 27, 14, 59, tzinfo=UTC), None),  # the Friday before the clocks change
    ],
)
def test_the_handover_is_asked_late_before_days_off(there: datetime, until: date | None) -> None:
    assert handover_day(there, time(15)) == until
