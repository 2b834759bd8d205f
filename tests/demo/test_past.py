"""The reporting year told through the services: what was planned is what is found, and nothing is left open."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F

from cems.base.errors import Conflict
from cems.base.models import IdempotencyKey
from cems.base.time import local_date, now
from cems.children.access.grants import differences
from cems.children.choices import CaseRole, MatterKind, RiskLevel
from cems.children.identity.rules import age_on
from cems.children.models import AgreedLevel, Child, Involvement, Matter, Status
from cems.clocks.models import Clock
from cems.clocks.sweeping import sweep
from cems.notices.models import Mail, Notice
from demo.courses import Course
from demo.fill import NotFilled, fill
from demo.past import Past, courses_of
from demo.year import Referral, plan
from matrix.models import Submission
from tests.demo.conftest import AS_OF
from tests.demo.digest import digest
from triage.choices import ItemKind
from triage.models import Allocation, AllocationDeclined, AllocationWait, Item

pytestmark = pytest.mark.django_db
YEAR, SEED = "2023-24", 1
SIGNIFICANT, MODERATE, LOW = RiskLevel.SIGNIFICANT, RiskLevel.MODERATE, RiskLevel.LOW


def _slice() -> tuple[list[Referral], list[Course]]:
    """A child of each sort: High and unallocated, High still at the year's end, Moderate with a worker, one
    that came again, Low, and one never referred."""
    rows = plan(YEAR, SEED)
    again = next(row.child for row in rows if row.again and row.agreed is MODERATE)
    wanted = [
        again,
        next(row.child for row in rows if row.agreed is SIGNIFICANT and row.stands is LOW and not row.worker),
        next(row.child for row in rows if row.stands is SIGNIFICANT and row.received_on.year == 2024),
        next(row.child for row in rows if row.agreed is MODERATE and row.worker and row.child != again),
        next(row.child for row in rows if row.agreed is LOW and row.submitted is SIGNIFICANT),
    ]
    courses = courses_of(YEAR, SEED)
    other = next(course for course in courses if not course.matrices and course.status)
    return [row for row in rows if row.child in wanted], [*(courses[child] for child in wanted), other]


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Referral]]:
    rows, courses = _slice()
    monkeypatch.setattr("demo.fill.courses_of", lambda year, seed: courses)
    yield rows


def _fill(**arguments: object) -> tuple[int, tuple[str, ...]]:
    filled = fill(**{"seed": SEED, "children": 1, "as_of": AS_OF, "year": YEAR, **arguments})  # type: ignore[arg-type]
    return filled.added, filled.faults


def test_what_was_planned_is_what_is_found_and_nothing_is_left_open(planned: list[Referral]) -> None:
    assert _fill() == (7, ())

    begins, after = datetime(2023, 3, 31, 23, tzinfo=UTC), datetime(2024, 3, 31, 23, tzinfo=UTC)
    receipts = Item.objects.filter(kind=ItemKind.RECEIPT, received_at__gte=begins, received_at__lt=after)
    outcomes = []
    for receipt in receipts.select_related("child", "decision__agreed").order_by("received_at"):
        assert receipt.decision is not None and not receipt.decision.provisional
        agreed = receipt.decision.agreed
        worker = Allocation.objects.filter(
            child=receipt.child,
            starts_at__range=(agreed.happened_at, agreed.happened_at + timedelta(days=7)),
        )
        outcomes.append(
            (
                local_date(receipt.received_at), receipt.level, local_date(agreed.happened_at), agreed.level,
                sorted(agreed.forms), worker.exists(), receipt.child.date_of_birth,
            )
        )  # fmt: skip
    assert outcomes == [
        (
            row.received_on, row.submitted, row.decided_on, row.agreed,
            sorted(row.forms), row.worker, row.born,
        )
        for row in planned
    ]  # fmt: skip
    for row in planned:
        agreed_levels = AgreedLevel.objects.filter(child__date_of_birth=row.born, happened_at__lt=after)
        if not row.again and [other.child for other in planned].count(row.child) == 1:
            last = agreed_levels.order_by("-happened_at").first()
            assert last is not None and last.level == row.stands
    past = Child.objects.unscoped("a test looks at the year's children").filter(created_at__year__lt=2026)
    boards = Matter.objects.filter(kind=MatterKind.CEG, child__in=past)
    assert boards.count() == sum(row.agreed is SIGNIFICANT for row in planned)

    assert not Submission.objects.exclude(recorded_at=F("received_at")).exists()
    old = Clock.objects.filter(started_at__year__lt=2026)
    assert old.exists() and not old.still_open().exists()
    assert Allocation.objects.filter(child__in=past).count() == sum(row.worker for row in planned)
    for waits in (AllocationWait, AllocationDeclined, Allocation):
        rows = waits.objects.filter(child__in=past)
        assert rows.exists() and not rows.filter(ended_at__isnull=True).exists()
    assert sweep(AS_OF) == 0
    assert not Notice.objects.filter(read_at__isnull=True, at__year__lt=2026).exists()
    assert not Mail.objects.exists()
    assert not Matter.objects.filter(child__in=past, closed_at__isnull=True).exists()
    assert not Status.objects.filter(child__in=past, ends_on__isnull=True).exists()
    open_now = Involvement.objects.filter(child__in=past, ended_at__isnull=True).select_related("child")
    assert {row.case_role for row in open_now} <= {CaseRole.SCHOOL}
    assert all(age_on(row.child.date_of_birth, local_date(AS_OF)) < 18 for row in open_now)
    assert {row.level for row in past if row.current_level} == {LOW}
    assert differences(now()) == []
    for command in ("check_access", "check_derived"):
        call_command(command, stdout=io.StringIO())


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the last two of the slice: a child at Low, and one never referred."""
    courses = _slice()[1][-2:]
    monkeypatch.setattr("demo.fill.courses_of", lambda year, seed: courses)


@pytest.mark.usefixtures("two")
def test_the_same_arguments_make_the_same_year_and_a_second_run_adds_nothing() -> None:
    prints = []
    for _ in range(2):
        with transaction.atomic():
            assert _fill() == (3, ())
            prints.append(digest())
            assert _fill()[0] == _fill(as_of=None)[0] == 0
            transaction.set_rollback(True)
    assert prints[0] == prints[1]


@pytest.mark.usefixtures("two")
def test_the_present_comes_first_and_the_year_may_follow_a_fill_without_it() -> None:
    fill(seed=SEED, children=1, as_of=AS_OF)
    out = io.StringIO()
    call_command("seed_demo", year=YEAR, children=2, stdout=out)
    assert "3 children filled in" in out.getvalue()
    assert "100 %  4 of 4 children" in out.getvalue()
    every = Child.objects.unscoped("a test looks at the order").order_by("pk")
    assert [child.created_at.year >= 2026 for child in every] == [True, True, False, False]
    assert IdempotencyKey.objects.filter(action="demo.fill").count() == 7, (
        "ERASE's desk is one, the administrators' another"
    )


def test_a_child_that_is_refused_leaves_no_trace_and_the_others_are_told(
    two: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Past, at: datetime) -> None:
        raise Conflict("Somebody was quicker.")

    monkeypatch.setattr(Past, "_step_back", refused)
    added, faults = _fill()
    assert (added, len(faults)) == (1, 2)
    assert Child.objects.unscoped("a test counts").count() == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"year": "2019-20"}, "There are for 2023-24"),
        ({"as_of": datetime(2024, 7, 1, tzinfo=UTC)}, "choose a later day"),
        ({"as_of": datetime(2027, 1, 1, tzinfo=UTC)}, "from the future"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(NotFilled, match=said):
        _fill(**arguments)


@pytest.mark.parametrize("year", ["1999-00", "2023"])
def test_the_command_says_which_years_there_are(year: str) -> None:
    with pytest.raises(CommandError, match="There are for 2023-24"):
        call_command("seed_demo", year=year, children=1)
