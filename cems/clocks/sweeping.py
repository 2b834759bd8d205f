"""The sweep: what is due acts, exactly once, through crashes of any process (K1).

A batch is claimed, recomputed and written in one transaction, so a worker killed at any instant has
either done all of it or nothing, and two workers never hold the same clock.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import connection

from cems.base.calendar import say
from cems.base.command import command, savepoint
from cems.base.time import local_date, now
from cems.clocks import recipients
from cems.clocks.choices import Stage, Step
from cems.clocks.kinds import Finding, clock_kind
from cems.clocks.models import Clock
from cems.clocks.presentation import time_left
from cems.clocks.querysets import StepRow, mark_sweep, write_advances, write_steps
from cems.clocks.rules import Advance, Due, advance, back_off
from cems.notices.messages import Message
from cems.notices.services import notices_send, notices_settle

log = logging.getLogger(__name__)

BATCH = 500
FAIL_AFTER = 5
# So many clocks that fail alike while none acts are not to blame: what they have in common is.
ALIKE = 3
AGAIN = timedelta(minutes=1)


class CommonFault(Exception):
    """Every clock of a batch failed alike: a setting, a lost part, a fault of the program. None is charged with it."""


def sweep(at: datetime | None = None, limit: int = 20_000) -> int:
    """Let every clock act whose time has come, in batches; returns how many acted.

    A clock that fails is put off and, after FAIL_AFTER attempts, marked as failed and shown; the others go on.
    Raises OperationalError when the database goes away: what was not committed is done by the next sweep; and
    CommonFault, once all else is done, where every clock of a batch failed alike: they are tried again a minute later,
    none is given up, and /readyz tells that the sweep is not done.
    """
    instant, acted, common = at or now(), 0, set[str]()
    while acted < limit:
        size = min(BATCH, limit - acted)
        claimed, done, alike = _sweep_batch(None, at=instant, size=size)
        acted += done
        common |= {alike} - {""}
        if claimed < size:  # nothing else is due, or others hold it
            break
    mark_sweep(instant)
    if common:
        raise CommonFault(f"every clock of a batch failed alike: {', '.join(sorted(common))}")
    return acted


@command
def _sweep_batch(user: None, *, at: datetime, size: int) -> tuple[int, int, str]:
    """Claim and do one batch; returns how many were claimed, how many of them acted, and how all of them failed alike,
    if they did."""
    clocks = Clock.objects.claim(at, size)
    if not clocks:
        return 0, 0, ""
    try:
        with savepoint():
            _act(clocks, at)
        return len(clocks), len(clocks), ""
    except Exception:
        if _database_lost():
            raise
    faults = {clock: _act_alone(clock, at) for clock in Clock.objects.filter(pk__in=[c.pk for c in clocks])}
    alike = _common(list(faults.values()))
    if alike:
        log.error("all %s clocks that were due failed: %s", len(faults), alike)
        Clock.objects.filter(pk__in=[clock.pk for clock in faults]).update(next_at=at + AGAIN)
    else:
        for clock, fault in faults.items():
            if fault:
                _charge(clock, fault, at)
    return len(clocks), list(faults.values()).count(""), alike


def _common(faults: Sequence[str]) -> str:
    """What all of these clocks failed by; "" where one acted, where they failed otherwise, or where they are few."""
    return faults[0] if len(faults) >= ALIKE and len(set(faults)) == 1 else ""


def _act_alone(clock: Clock, at: datetime) -> str:
    """One clock in a savepoint of its own, after its batch failed: find the culprit, spare the rest. How it failed;
    "" where it acted."""
    try:
        with savepoint():
            _act([clock], at)
        return ""
    except Exception as error:
        if _database_lost():
            raise
        return type(error).__name__  # the kind of error only: its words may quote what somebody typed


def _charge(clock: Clock, fault: str, at: datetime) -> None:
    """The clock itself is at fault: it is put off for longer and longer, and given up in the end."""
    log.error("clock %s failed: %s", clock.public_id, fault)
    attempts = clock.attempts + 1
    failed = {"failed_at": at, "failed_why": fault[:80]} if attempts >= FAIL_AFTER else {}
    Clock.objects.filter(pk=clock.pk).update(attempts=attempts, next_at=at + back_off(attempts), **failed)


def _database_lost() -> bool:
    """No clock is to blame for a database that went away."""
    return connection.connection is None or bool(connection.connection.closed)


def _act(clocks: Sequence[Clock], at: datetime) -> None:
    """Recompute these clocks and write what follows: transitions, notices, how they stand."""
    findings = _findings(clocks)
    rows: list[StepRow] = []
    speaking: list[tuple[Clock, Due]] = []
    for clock in clocks:
        finding = findings.get(clock.pk)
        if finding:
            rows.append(_close(clock, finding, at))
            continue
        move = _next(clock, at)
        clock.stage, clock.next_at = move.stage, move.next_at
        rows.extend(_row(clock, due.step, at, number=due.number) for due in move.steps)
        if move.steps:
            speaking.append((clock, move.steps[-1]))
    closed = [f"clock:{clock.public_id}:" for clock in clocks if clock.pk in findings]
    notices_settle(None, about=closed, at=at)
    write_steps(rows)
    write_advances(clocks, at)
    notices_send(_messages(speaking, at), at=at)


def _findings(clocks: Sequence[Clock]) -> Mapping[int, Finding]:
    """What the kinds themselves say: already met, or no longer wanted."""
    by_kind: dict[str, list[Clock]] = defaultdict(list)
    for clock in clocks:
        by_kind[clock.kind].append(clock)
    findings: dict[int, Finding] = {}
    for key, same in by_kind.items():
        check = clock_kind(key).check  # raises for a kind that is gone: nobody knows what to do about it
        if check:
            findings.update(check(same))
    return findings


def _next(clock: Clock, at: datetime) -> Advance:
    return advance(
        clock.rule,
        stage=Stage(clock.stage),
        started_at=clock.started_at,
        due_at=clock.due_at,
        acted_until=clock.acted_until,
        now=at,
    )


def _close(clock: Clock, finding: Finding, at: datetime) -> StepRow:
    clock.stage, clock.next_at = finding.stage, None
    clock.met_at = finding.at if finding.stage is Stage.MET else None
    return _row(clock, Step(finding.stage.value), at, reason=finding.reason)


def _row(clock: Clock, step: Step, at: datetime, *, number: int = 0, reason: str = "") -> StepRow:
    return StepRow(clock.pk, step.value, clock.round, number, at, reason, clock.due_at)


def _messages(speaking: Sequence[tuple[Clock, Due]], at: datetime) -> Mapping[Message, set[int]]:
    """One message a clock, about where it now stands, however many steps it caught up with."""
    if not speaking:
        return {}
    day = local_date(at)
    holders = recipients.holders((clock for clock, _ in speaking), day)
    over = [clock for clock, due in speaking if due.step is not Step.WARNED]
    managers = recipients.managers(over, day) if over else {}
    others = _also_told(speaking, day)
    return {
        _message(clock, due, at): holders[clock.pk] | managers.get(clock.pk, set()) | others[clock.pk]
        for clock, due in speaking
    }


def _also_told(speaking: Sequence[tuple[Clock, Due]], day: date) -> dict[int, set[int]]:
    """Whom the kinds themselves name, each kind asked once for all of its clocks."""
    by_kind: dict[str, list[Clock]] = defaultdict(list)
    for clock, due in speaking:
        if due.step is not Step.WARNED or clock.rule.also_warned:
            by_kind[clock.kind].append(clock)
    others: dict[int, set[int]] = defaultdict(set)
    for same in by_kind.values():
        if also_told := same[0].rule.also_told:
            others.update(also_told(same, day))
    return others


def _message(clock: Clock, due: Due, at: datetime) -> Message:
    left = time_left(clock.rule.measure, clock.due_at, at)
    return Message(
        kind=f"clock.{due.step.value}",
        key=f"clock:{clock.public_id}:{due.step.value}:{clock.round}:{due.number}",
        text=f"{clock.reference}, {clock.rule.label}: {left}. Due {say(clock.due_at)}.",
        url=clock.url,
        reference=clock.reference,
        child=clock.child,
    )
