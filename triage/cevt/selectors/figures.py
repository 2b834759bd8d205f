"""CEVT in figures for a period: repeats, re-referrals, time to decide, reasons for return (T7)."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from django.db.models import Count, Q, QuerySet

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.base.calendar import closes, counts_as, working_days_between
from cems.base.time import LONDON, local_date
from cems.children.choices import RiskLevel
from triage.cevt.outcomes import kind_of
from triage.cevt.rules.figures import Return
from triage.cevt.selectors.rereferrals import rereferrals_of
from triage.choices import ItemKind
from triage.models import Item, Outcome
from triage.policy import REREFERRAL_MONTHS
from triage.practice_lists import RETURN_REASONS

BATCH = 2000


@dataclass(frozen=True)
class Row:
    """Receipts of one submitted level: how many, of which kind, and how long CEVT took."""

    level: RiskLevel
    received: int
    first: int
    repeats: int
    rereferrals: int
    decided: int
    in_time: int
    median_days: float | None
    longest_days: int | None


@dataclass(frozen=True)
class Figures:
    """All of a period; reviews, which are no receipts, are counted apart."""

    starts: date
    ends: date
    rows: Sequence[Row]
    reviews: int
    withdrawn: int
    reasons: Sequence[tuple[str, int]]
    decisions: int
    outcomes: Sequence[tuple[str, int]]
    rereferral_within: str  # in words, as the setting was at the end of the period

    @property
    def received(self) -> int:
        return sum(row.received for row in self.rows)

    @property
    def decided(self) -> int:
        return sum(row.decided for row in self.rows)

    @property
    def in_time(self) -> int:
        return sum(row.in_time for row in self.rows)


def figures(user: User, *, starts: date, ends: date) -> Figures:
    """CEVT's receipts from `starts` to `ends`, both included, in the authorities the person works for.

    Days to a decision are working days, the day of receipt being day 0, as the clock reckons them (T2).
    A withdrawn item is no receipt. In time means decided before the clock was due, pauses included.
    """
    items = _in_period(user, starts, ends)
    kinds: dict[int, Return] = {}
    for start in range(0, len(items), BATCH):
        kinds |= rereferrals_of(items[start : start + BATCH])
    receipts = [item for item in items if item.kind == ItemKind.RECEIPT and not item.withdrawn_why]
    levels = sorted({RiskLevel(item.level) for item in receipts if item.level is not None}, reverse=True)
    decisions = {item.decision.pk: item.decision for item in receipts if item.decision}
    every = {item.decision_id for item in items if item.decision_id}
    reasons = Counter(
        RETURN_REASONS.label(row.returned_because) for row in decisions.values() if row.returned_because
    )
    return Figures(
        starts,
        ends,
        [_row(level, [item for item in receipts if item.level == level], kinds) for level in levels],
        reviews=sum(item.kind == ItemKind.REVIEW for item in items),
        withdrawn=sum(bool(item.withdrawn_why) for item in items),
        reasons=reasons.most_common(),
        decisions=len(every),
        outcomes=_outcomes(every),
        rereferral_within=REREFERRAL_MONTHS.in_words(REREFERRAL_MONTHS.on(ends)),
    )


def _outcomes(decisions: Collection[int]) -> list[tuple[str, int]]:
    """How many decisions started each kind, most first; a confirmation counts in place of what it confirms."""
    final = Q(decision__in=decisions, decision__confirmed_by__isnull=True) | Q(
        decision__confirms__in=decisions
    )
    rows = Outcome.objects.filter(final).values_list("kind", "label")
    counted = rows.annotate(number=Count("decision", distinct=True)).order_by("kind", "label")
    totals: Counter[str] = Counter()
    for kind, label, number in counted:
        totals[kind_of(Outcome(kind=kind, label=label)).figure_of(label)] += number
    return totals.most_common()


def _in_period(user: User, starts: date, ends: date) -> list[Item]:
    rows: QuerySet[Item] = Item.objects.filter(
        received_at__gte=_midnight(starts),
        received_at__lt=_midnight(ends + timedelta(days=1)),
        authority__in=profile_of(user).authority_ids,
    )
    return list(rows.select_related("clock", "decision").order_by("received_at", "pk"))


def _row(level: RiskLevel, items: Sequence[Item], kinds: dict[int, Return]) -> Row:
    counted = Counter(kinds[item.pk] for item in items)
    decided = [item for item in items if item.decision and item.closed_at]
    days = [days_taken(item.received_at, item.closed_at) for item in decided if item.closed_at]
    return Row(
        level,
        received=len(items),
        first=counted[Return.FIRST],
        repeats=counted[Return.REPEAT],
        rereferrals=counted[Return.REREFERRAL],
        decided=len(decided),
        in_time=sum(
            item.clock is not None and item.closed_at is not None and item.closed_at <= item.clock.due_at
            for item in decided
        ),
        median_days=median(days) if days else None,
        longest_days=max(days, default=None),
    )


def days_taken(received_at: datetime, decided_at: datetime) -> int:
    """Working days from receipt, which is day 0, to the decision; after close of business counts as the next."""
    day = local_date(decided_at)
    last = day if decided_at <= closes(day) else day + timedelta(days=1)
    return working_days_between(counts_as(received_at), last)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)


def said(row: Row) -> dict[str, str]:
    """A row in words: each share with its denominator, to one decimal, half up."""
    return {
        "level": row.level.label,
        "received": str(row.received),
        "first": str(row.first),
        "repeats": of(row.repeats, row.received),
        "rereferrals": of(row.rereferrals, row.received),
        "in_time": of(row.in_time, row.decided),
        "waiting": str(row.received - row.decided),
        "median": "–" if row.median_days is None else f"{row.median_days:g}",
        "longest": "–" if row.longest_days is None else str(row.longest_days),
    }


def of(part: int, whole: int) -> str:
    """So many of so many, with the share: "3 of 7 (42.9 %)"."""
    if not whole:
        return "0 of 0"
    share = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{part} of {whole} ({share} %)"
