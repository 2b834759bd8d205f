"""What CEVT received and discussed in a year and in the one before, read for the tables of the year (T7)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F

from cems.accounts.models import Locality, User
from cems.accounts.profile import profile_of
from cems.base.months import add_months
from cems.base.time import LONDON, local_date
from cems.children.choices import RiskLevel
from triage.cevt.outcomes import CEG
from triage.cevt.rules.year_figures import Discussed, YearTable, year_tables
from triage.cevt.selectors.rereferrals import Histories, rereferrals_of
from triage.choices import ItemKind, WorkerKind
from triage.models import Allocation, Decision, Item, Outcome

NO_PLACE = "No locality recorded"


@dataclass(frozen=True)
class YearFigures:
    """The tables of a year, with the year before beside each number."""

    starts: date
    ends: date
    before_starts: date
    before_ends: date
    tables: Sequence[YearTable]


def year_figures(user: User, *, starts: date, ends: date) -> YearFigures:
    """CEVT's tables from `starts` to `ends`, both included, and of the same days a year before, in the authorities
    the person works for; in a number of queries that does not grow with them."""
    before_starts, before_ends = add_months(starts, -12), _a_year_before(ends)
    items = _discussed(user, before_starts, ends)
    now, before = _facts(items, [(starts, ends), (before_starts, before_ends)])
    return YearFigures(starts, ends, before_starts, before_ends, year_tables(now, before))


def _a_year_before(ends: date) -> date:
    """The last day of the same days a year before: the day before the one that a year later is the day after."""
    return add_months(ends + timedelta(days=1), -12) - timedelta(days=1)


def _discussed(user: User, starts: date, ends: date) -> list[Item]:
    """Matrices received, and reviews that CEVT discussed; what was taken off the list is neither."""
    rows = Item.objects.filter(
        received_at__gte=_midnight(starts),
        received_at__lt=_midnight(ends + timedelta(days=1)),
        authority__in=profile_of(user).authority_ids,
        withdrawn_why="",
    )
    rows = rows.exclude(kind=ItemKind.RAISED).exclude(kind=ItemKind.REVIEW, decision__isnull=True)
    return list(rows.annotate(named=F("submission__matrix__forms")).order_by("received_at", "pk"))


def _facts(items: Sequence[Item], periods: Sequence[tuple[date, date]]) -> list[list[Discussed]]:
    """What was discussed in each of these periods, each as it stood at the end of its own."""
    histories = Histories(items)
    came = rereferrals_of(items, told=histories)
    decisions = _final_decisions({item.decision_id for item in items if item.decision_id})
    boards = _progressed({row.pk for row in decisions.values()})
    workers = _allocations(histories.primaries)
    places = dict(Locality.objects.values_list("pk", "name"))

    def fact(item: Item, ends: date) -> Discussed:
        primary, decision = histories.primary_of(item), decisions.get(item.decision_id or 0)
        after = _midnight(ends + timedelta(days=1))
        return Discussed(
            child=primary,
            submitted=None if item.level is None else RiskLevel(item.level),
            agreed=RiskLevel(decision.agreed.level) if decision else None,
            forms=frozenset(decision.agreed.forms if decision else item.named or ()),  # type: ignore[attr-defined]  # annotated
            quarter=(local_date(item.received_at).month - 4) % 12 // 3 + 1,
            locality=places.get(item.locality_id or 0, NO_PLACE),
            came=came[item.pk],
            review=item.kind == ItemKind.REVIEW,
            worker=_has_worker(workers[primary], item.received_at, after),
            board=decision is not None and decision.pk in boards,
        )

    return [
        [fact(item, ends) for item in items if starts <= local_date(item.received_at) <= ends]
        for starts, ends in periods
    ]


def _final_decisions(ids: Collection[int]) -> dict[int, Decision]:
    """By the decision of an item, what holds: its confirmation where there is one."""
    rows = Decision.objects.filter(pk__in=ids).select_related("agreed", "confirmed_by__agreed")
    return {row.pk: getattr(row, "confirmed_by", None) or row for row in rows}


def _progressed(decisions: Collection[int]) -> set[int]:
    """The decisions by which a child progressed to CEG."""
    rows = Outcome.objects.filter(decision__in=decisions, kind=CEG.key)
    return set(rows.values_list("decision_id", flat=True))


def _allocations(primaries: dict[int, int]) -> dict[int, list[tuple[datetime, datetime | None]]]:
    """By record, from when to when a child exploitation worker had the child."""
    by_record: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    rows = Allocation.objects.standing().filter(child__in=primaries, kind=WorkerKind.CE_WORKER)
    for child, begins, ends in rows.values_list("child_id", "starts_at", "ended_at"):
        by_record[primaries[child]].append((begins, ends))
    return by_record


def _has_worker(
    allocations: Sequence[tuple[datetime, datetime | None]], received_at: datetime, end: datetime
) -> bool:
    return any(begins < end and (ends is None or ends > received_at) for begins, ends in allocations)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)
