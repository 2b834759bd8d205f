"""CEVT's clock runs from receipt at the submitted level (T2)."""

from datetime import UTC, datetime, timedelta

import pytest

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, User
from cems.base.time import today
from cems.children.choices import MatterKind, RiskLevel, StatusKind
from cems.children.history.services.status import status_open
from cems.children.models import Child, Matter
from cems.notices.models import Notice
from tests.factories.children import make_child
from tests.factories.matrices import submit
from tests.factories.people import make_user
from triage.choices import ItemKind
from triage.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T2")]

NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel
THURSDAY = datetime(2026, 4, 30, 10, 0, tzinfo=UTC)  # Monday 4 May is a bank holiday
SATURDAY = datetime(2026, 5, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def child() -> Child:
    return make_child()


@pytest.mark.parametrize(
    ("level", "received", "due"),
    [
        (SIGNIFICANT, THURSDAY, datetime(2026, 5, 5, 16, 0, tzinfo=UTC)),
        (MODERATE, THURSDAY, datetime(2026, 5, 6, 16, 0, tzinfo=UTC)),
        # At a weekend it counts as received on the next working day, here the Tuesday.
        (SIGNIFICANT, SATURDAY, datetime(2026, 5, 7, 16, 0, tzinfo=UTC)),
        (MODERATE, SATURDAY, datetime(2026, 5, 8, 16, 0, tzinfo=UTC)),
    ],
)
def test_due_at_close_of_the_second_or_third_working_day(
    user: User, child: Child, level: RiskLevel, received: datetime, due: datetime
) -> None:
    sent = submit(user, child, level, at=received)
    receipt = Item.objects.get(submission=sent)
    assert (receipt.clock.started_at, receipt.clock.due_at) == (received, due)
    assert receipt.clock.reference == sent.reference
    assert "Early May bank holiday" in receipt.clock.explanation
    assert Matter.objects.filter(child=child, kind=MatterKind.CEVT, closed_at=None).exists()


@pytest.mark.parametrize(
    ("level", "received", "due"),
    [
        # Christmas 2026: Friday; Boxing Day falls on the Saturday, so the Monday is its substitute day.
        (SIGNIFICANT, datetime(2026, 12, 23, 10, tzinfo=UTC), datetime(2026, 12, 29, 17, tzinfo=UTC)),
        (MODERATE, datetime(2026, 12, 23, 10, tzinfo=UTC), datetime(2026, 12, 30, 17, tzinfo=UTC)),
        (SIGNIFICANT, datetime(2026, 12, 24, 17, 1, tzinfo=UTC), datetime(2026, 12, 31, 17, tzinfo=UTC)),
        # New Year's Day lies between.
        (SIGNIFICANT, datetime(2026, 12, 31, 9, tzinfo=UTC), datetime(2027, 1, 5, 17, tzinfo=UTC)),
        # The clocks go forward on 29 March: 17:00 is 16:00 UTC after it.
        (SIGNIFICANT, datetime(2026, 3, 27, 16, 59, tzinfo=UTC), datetime(2026, 3, 31, 16, tzinfo=UTC)),
        # 16:30 UTC is 17:30 in London by then: the next working day is day 0.
        (SIGNIFICANT, datetime(2026, 3, 30, 16, 30, tzinfo=UTC), datetime(2026, 4, 2, 16, tzinfo=UTC)),
        # They go back on 25 October, in the night between the two readings of half past one.
        (SIGNIFICANT, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 28, 17, tzinfo=UTC)),
        (SIGNIFICANT, datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 28, 17, tzinfo=UTC)),
        (MODERATE, datetime(2026, 10, 23, 15, tzinfo=UTC), datetime(2026, 10, 28, 17, tzinfo=UTC)),
    ],
)
def test_cevt_f11_over_christmas_and_both_clock_changes(
    user: User, child: Child, level: RiskLevel, received: datetime, due: datetime
) -> None:
    item = Item.objects.get(submission=submit(user, child, level, at=received))
    assert item.clock is not None
    assert (item.clock.started_at, item.clock.due_at) == (received, due)


@pytest.mark.parametrize("level", [NONE, LOW])
def test_low_and_none_start_no_clock(user: User, child: Child, level: RiskLevel) -> None:
    submit(user, child, level, at=THURSDAY)
    assert not Item.objects.filter(child=child).exists()


def test_a_review_starts_none_and_a_raise_is_a_new_receipt(user: User, child: Child) -> None:
    first = submit(user, child, MODERATE, at=THURSDAY)
    submit(user, child, MODERATE, at=THURSDAY + timedelta(days=7))
    raised = submit(user, child, SIGNIFICANT, at=THURSDAY + timedelta(days=14))
    received = Item.objects.filter(child=child, clock__isnull=False).order_by("pk")
    assert [row.submission_id for row in received] == [first.pk, raised.pk]
    assert Item.objects.get(child=child, clock=None).kind == ItemKind.REVIEW


def test_cevts_desk_is_told_of_a_matrix_once_whichever_way_it_comes() -> None:
    """At once for a child who is eligible; else only when First Contact hands the clock on."""
    known, unknown, sender = make_child(), make_child(), make_user()
    chair = make_user("cevt_chair", team=desk_of(Duty.CEVT, known.area_id))
    notices = Notice.objects.filter(user=chair)
    status_open(sender, child=known, kind=StatusKind.CHILD_IN_NEED, starts_on=today())
    sent = submit(sender, known, SIGNIFICANT)
    notice = notices.get()
    assert notice.reference == sent.reference and "now with you. Due" in notice.text
    assert known.family_name not in notice.text
    submit(sender, unknown, SIGNIFICANT)
    assert notices.count() == 1
    status_open(sender, child=unknown, kind=StatusKind.CHILD_IN_NEED, starts_on=today())
    assert notices.count() == 2
