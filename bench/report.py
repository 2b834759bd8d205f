"""docs/benchmarks.md: ratios and whether each limit holds. No seconds: those say more of the machine than of CEMS."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bench.crowd import Crowd
from bench.deciding import Decided
from bench.meeting import Live
from bench.national import Loaded
from bench.plans_used import Plan
from bench.screens import FORM, LIMIT_MS, Screen
from bench.timing import Timed

DECIDED, LIVE = 10.0, 5.0
HAND, RESTRICTED, SWEEP, TAIL, MEGABYTES = 1.5, 1.2, 5.0, 3.0, 250
SENT = "Matrix sent by POST, Moderate (practitioner)"


@dataclass(frozen=True)
class Measured:
    """One screen with all that was found of it; `longer` is its query count on a record many times as long."""

    screen: Screen
    timed: Timed
    plan: Plan
    longer: int


@dataclass
class Findings:
    """Everything a run found."""

    scale: float
    seed: int
    day: date
    loaded: Loaded
    screens: Sequence[Measured] = ()
    restricted: dict[str, float] = field(default_factory=dict)
    sweep: float = 0.0
    swept: int = 0
    crowd: Crowd | None = None
    sent: Timed | None = None
    decided: Decided | None = None
    meeting: Live | None = None

    def missed(self) -> list[str]:
        """A sentence for each limit that does not hold."""
        faults = [fault for screen in self.screens for fault in _faults(screen)]
        if self.sent:
            faults += _over(SENT, self.sent, LIMIT_MS[FORM])
        faults += [
            f"{title}: a restricted reader takes {ratio:.2f} times a wide one (limit {RESTRICTED})."
            for title, ratio in self.restricted.items()
            if ratio > RESTRICTED
        ]
        if self.sweep > SWEEP:
            faults.append(f"The sweep takes {self.sweep:.1f} times the bare statements (limit {SWEEP:.0f}).")
        if self.decided and self.decided.ratio > DECIDED:
            faults.append(
                f"A decision takes {self.decided.ratio:.1f} times its bare inserts (limit {DECIDED:.0f})."
            )
        if self.meeting and (self.meeting.percent > LIVE or self.meeting.failed):
            faults.append(
                f"Twelve people at one sheet take {self.meeting.percent:.1f} % of a core (limit {LIVE:.0f} %);"
                f" {self.meeting.failed} of {self.meeting.asked} answers failed."
            )
        if self.crowd and self.crowd.p95_to_p50 > TAIL:
            faults.append(f"At 16 people p95 is {self.crowd.p95_to_p50:.1f} times p50 (limit {TAIL:.0f}).")
        if self.crowd and self.crowd.largest_megabytes > MEGABYTES:
            faults.append(f"A web process holds {self.crowd.largest_megabytes:.0f} MB (limit {MEGABYTES}).")
        if self.crowd and self.crowd.failed:
            faults.append(f"{self.crowd.failed} pages of the sixteen people failed.")
        return faults


def _faults(result: Measured) -> list[str]:
    title, timed = result.screen.title, result.timed
    faults = _over(title, timed, LIMIT_MS[result.screen.kind])
    if result.longer != timed.queries:
        faults.append(f"{title}: {timed.queries} queries, but {result.longer} on a longer record.")
    faults += [f"{title}: reads the whole of {table}." for table in result.plan.whole]
    return faults


def _over(title: str, timed: Timed, limit: float) -> list[str]:
    """Where a page takes longer than it may, in the database or of the processor."""
    faults = []
    if timed.ratio > HAND:
        faults.append(
            f"{title}: database time {timed.ratio:.2f} times the statements by hand (limit {HAND});"
            f" it asks {timed.queries} times, they {timed.hand_queries}."
        )
    if timed.scaled > limit:
        faults.append(f"{title}: processor time {timed.scaled / limit:.2f} of its limit.")
    return faults


def write(findings: Findings, path: Path) -> None:
    """Write the page. Raises OSError."""
    path.write_text("\n".join(_page(findings)) + "\n", encoding="utf-8")


def write_indexes(findings: Findings, path: Path) -> None:
    """Write which indexes the planner chose for each page, as JSON. Raises OSError."""
    chosen = {measured.screen.title: sorted(measured.plan.indexes) for measured in findings.screens}
    path.write_text(json.dumps(chosen, indent=2) + "\n", encoding="utf-8")


def _page(findings: Findings) -> list[str]:
    rows = sum(findings.loaded.counts.values())
    missed = findings.missed()
    return [
        "# Benchmarks",
        "",
        "Written by `make bench` (`python -m bench`); do not edit. The main screens of CEMS against the",
        "statements a person would write for the same rows (`bench/reference_sql*.py`), on an",
        "invented nation. Ratios, not seconds, so that machines can be compared.",
        "",
        f"- Day: {findings.day:%-d %B %Y}. Command: `python -m bench --scale {findings.scale:g}"
        f" --seed {findings.seed}`.",
        f"- Scale {findings.scale:g}: {findings.loaded.counts['children_child']:,} children,"
        f" {findings.loaded.counts['matrix_matrix']:,} matrices with only the answered indicators"
        f" ({findings.loaded.counts['matrix_answer']:,} answers), {rows:,} rows,"
        f" {findings.loaded.gigabytes:.1f} GB.",
        f"- {findings.loaded.authorities} authorities; the pages of CEVT and ERASE are of the largest, with"
        f" {findings.loaded.largest:,} children.",
        "- Missing episodes are not part of CEMS yet, so none were loaded.",
        f"- Limits missed: {len(missed) or 'none'}.",
        "",
        *[f"  - {fault}" for fault in missed],
        *([""] if missed else []),
        "## Screens",
        "",
        "Database: time of all statements of the page for that of the ones by hand. Processor: the page's share of",
        "its limit (60 ms for lists, 150 ms for forms, scaled by the calibration loop). Queries: of the page, on a",
        "record many times as long, by hand.",
        "",
        f"| screen | database (≤ {HAND}) | processor (≤ 1) | queries | longer | by hand | holds |",
        "|---|--:|--:|--:|--:|--:|---|",
        *[_row(screen) for screen in findings.screens],
        *([_sent(findings.sent)] if findings.sent else []),
        "",
        "## Limits across screens",
        "",
        "| measure | found | limit | holds |",
        "|---|--:|--:|---|",
        *[
            f"| {title}: a restricted reader for a wide one | {ratio:.2f} | {RESTRICTED} |"
            f" {_yes(ratio <= RESTRICTED)} |"
            for title, ratio in findings.restricted.items()
        ],
        f"| Sweep of {findings.swept:,} clocks due at once for the bare statements | {findings.sweep:.2f} |"
        f" {SWEEP:.0f} | {_yes(findings.sweep <= SWEEP)} |",
        *_triage(findings),
        *(_crowd(findings.crowd) if findings.crowd else ["| Sixteen people at once | not measured | | |"]),
        "",
        "## Indexes",
        "",
        "A page that reads a big table from end to end has no index that serves it: a limit missed. At this size:",
        "",
        *(_read_whole(findings.screens) or ["- none of the pages does."]),
    ]


def _read_whole(screens: Sequence[Measured]) -> list[str]:
    return [
        f"- {screen.screen.title}: {', '.join(screen.plan.whole)}" for screen in screens if screen.plan.whole
    ]


def _row(result: Measured) -> str:
    timed = result.timed
    share = timed.scaled / LIMIT_MS[result.screen.kind]
    return (
        f"| {result.screen.title} | {timed.ratio:.2f} | {share:.2f} | {timed.queries} | {result.longer} |"
        f" {timed.hand_queries} | {_yes(not _faults(result))} |"
    )


def _sent(timed: Timed) -> str:
    """Sending is no read: it has no longer record, it makes the record longer."""
    return (
        f"| {SENT} | {timed.ratio:.2f} | {timed.scaled / LIMIT_MS[FORM]:.2f} | {timed.queries} | |"
        f" {timed.hand_queries} | {_yes(not _over(SENT, timed, LIMIT_MS[FORM]))} |"
    )


def _triage(findings: Findings) -> list[str]:
    rows = []
    if findings.decided:
        decision = findings.decided
        rows.append(
            "| A decision with board, worker, advice and two tasks for its bare inserts"
            f" ({decision.statements} statements for {decision.bare}) | {decision.ratio:.2f} |"
            f" {DECIDED:.0f} | {_yes(decision.ratio <= DECIDED)} |"
        )
    if findings.meeting:
        live = findings.meeting
        rows.append(
            f"| Twelve people at one sheet, per cent of a core, {live.asked} times asked | {live.percent:.1f} |"
            f" {LIVE:.0f} | {_yes(live.percent <= LIVE and not live.failed)} |"
        )
    return rows


def _crowd(crowd: Crowd) -> list[str]:
    return [
        f"| Sixteen people at once: p95 for p50, {crowd.requests} pages |"
        f" {crowd.p95_to_p50:.2f} | {TAIL:.0f} |"
        f" {_yes(crowd.p95_to_p50 <= TAIL and not crowd.failed)} |",
        f"| Largest web process, MB | {crowd.largest_megabytes:.0f} | {MEGABYTES} |"
        f" {_yes(crowd.largest_megabytes <= MEGABYTES)} |",
    ]


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"
