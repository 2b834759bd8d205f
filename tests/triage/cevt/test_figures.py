"""CEVT in figures: a year worked by hand (T7)."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from cems.accounts.models import User
from cems.base.errors import Invalid
from cems.children.choices import RiskLevel
from cems.children.models import Child
from tests.factories.children import make_child
from tests.factories.matrices import submit
from tests.factories.people import DARLINGTON, make_authority, make_locality, make_user, sign_in
from tests.factories.triage import make_chair, ruling, waiting_child
from triage.cevt.rules.figures import Before, Return, befores
from triage.cevt.selectors.figures import days_taken, figures, of
from triage.cevt.selectors.rereferrals import rereferrals_of
from triage.cevt.services.decision import decision_make
from triage.cevt.services.item import item_withdraw
from triage.choices import ItemKind, ReturnReason
from triage.models import Decision, Item

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("T7")]
NONE, LOW, MODERATE, SIGNIFICANT = RiskLevel


def on(day: int, month: int, year: int = 2024, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def child(authority: str | None = None) -> Child:
    place = make_authority(authority) if authority else make_authority()
    return make_child(locality=make_locality("east", place), authority=place)


def decided(chair: User, item: Item, level: RiskLevel, at: datetime, because: str = "") -> Decision:
    return decision_make(chair, child=item.child, ruling=ruling(item, level, returned_because=because), at=at)


def test_a_year_worked_by_hand() -> None:
    """Seven items of five children from April 2024 to March 2025; each figure below is counted from this list.

    A  Wed 3 Apr, Significant, decided Thu 4 Apr at Moderate, Low on Mon 3 Jun (a review).
       Back on Mon 10 Mar 2025 at Moderate: re-referral, decided Thu 13 Mar, on the last day.
    B  Tue 7 May, Moderate, decided Wed 15 May: six working days, late. Raised to Significant on
       Mon 3 Jun while open: a repeat, decided Wed 5 Jun.
    C  Fri 28 Mar 2025, Moderate, not decided yet.
    D  Mon 6 Jan 2025, Moderate, withdrawn: no receipt.
    E  In Darlington, where the person's agency does not work.
    """
    chair, user = make_chair(), make_user()
    a, b, c, d, e = child(), child(), child(), child(), child(DARLINGTON)
    decided(chair, waiting_child(a, by=user, at=on(3, 4)), MODERATE, on(4, 4))
    review = Item.objects.get(submission=submit(user, a, LOW, at=on(31, 5)))
    assert review.kind == ItemKind.REVIEW
    decided(chair, review, LOW, on(3, 6))
    back = Item.objects.get(submission=submit(user, a, MODERATE, at=on(10, 3, 2025)))
    with pytest.raises(Invalid) as refused:
        decided(chair, back, MODERATE, on(13, 3, 2025))
    assert refused.value.field == "returned_because"
    decided(chair, back, MODERATE, on(13, 3, 2025), ReturnReason.HELP_ENDED)

    decided(chair, waiting_child(b, level=MODERATE, by=user, at=on(7, 5)), MODERATE, on(15, 5))
    raised = Item.objects.get(submission=submit(user, b, SIGNIFICANT, at=on(3, 6)))
    decided(chair, raised, SIGNIFICANT, on(5, 6))

    waiting_child(c, level=MODERATE, by=user, at=on(28, 3, 2025))
    item_withdraw(
        chair, item=waiting_child(d, level=MODERATE, by=user, at=on(6, 1, 2025)), why="Wrong child."
    )
    waiting_child(e, level=MODERATE, by=user, at=on(28, 3, 2025))

    year = figures(user, starts=date(2024, 4, 1), ends=date(2025, 3, 31))
    significant, moderate = year.rows
    assert (significant.level, significant.received, significant.first, significant.repeats) == (
        SIGNIFICANT,
        2,
        1,
        1,
    )
    assert (significant.decided, significant.in_time, significant.median_days) == (2, 2, 1.5)
    assert (moderate.received, moderate.first, moderate.rereferrals, moderate.repeats) == (3, 2, 1, 0)
    assert (moderate.decided, moderate.in_time, moderate.longest_days) == (2, 1, 6)
    assert (year.received, year.decided, year.in_time) == (5, 4, 3)
    assert (year.reviews, year.withdrawn) == (1, 1)
    assert year.reasons == [("The help ended, or was not taken up", 1)]
    assert rereferrals_of([back, raised]) == {back.pk: Return.REREFERRAL, raised.pk: Return.REPEAT}
    # The day before and the day after the period belong to others.
    assert figures(user, starts=date(2024, 4, 4), ends=date(2024, 5, 6)).received == 0
    assert figures(user, starts=date(2024, 4, 3), ends=date(2024, 4, 3)).received == 1


def test_a_concern_ends_with_the_first_lower_level_after_it() -> None:
    levels = [(on(1, 1), 3), (on(1, 2), 2), (on(1, 3), 1), (on(1, 4), 2), (on(1, 5), 0)]
    assert befores(levels) == [
        Before(on(1, 1), on(1, 3)),
        Before(on(1, 2), on(1, 3)),
        Before(on(1, 3), on(1, 3)),
        Before(on(1, 4), on(1, 5)),
        Before(on(1, 5), on(1, 5)),
    ]


@pytest.mark.parametrize(
    ("received", "decided_at", "days"),
    [
        (on(3, 4), on(3, 4, hour=15), 0),
        (on(3, 4), on(4, 4), 1),
        (on(3, 4), on(4, 4, hour=18), 2),  # after close of business: the next day's
        (on(5, 4, hour=20), on(9, 4), 1),  # a Friday evening counts as Monday
        (on(24, 12), on(27, 12), 1),  # Christmas and Boxing Day
        (datetime(2025, 3, 28, 17, 30, tzinfo=UTC), on(1, 4, 2025), 1),  # the night the clocks go forward
    ],
)
def test_days_are_working_days_from_receipt(received: datetime, decided_at: datetime, days: int) -> None:
    assert days_taken(received, decided_at) == days


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(3, 7, "3 of 7 (42.9 %)"), (1, 16, "1 of 16 (6.3 %)"), (0, 0, "0 of 0"), (2, 2, "2 of 2 (100.0 %)")],
)
def test_a_share_names_its_denominator_and_is_rounded_half_up(part: int, whole: int, words: str) -> None:
    assert of(part, whole) == words


def test_the_page_shows_a_period_and_says_what_is_wrong_with_one(client: Client) -> None:
    user = make_user("erase_manager")
    waiting_child(child(), level=MODERATE, at=on(28, 3, 2025))
    sign_in(user, client)
    address = reverse("cevt:figures")
    period = {"starts_0": 1, "starts_1": 4, "starts_2": 2024, "ends_0": 31, "ends_1": 3, "ends_2": 2025}
    page = client.get(address, period).content.decode()
    assert "1 April 2024 to 31 March 2025: 1 matrix received" in page and "Moderate" in page
    wrong = client.get(address, {**period, "ends_2": 2023})
    assert wrong.status_code == 400 and "The last day is before the first." in wrong.content.decode()
    assert client.get(address).status_code == 200
    sign_in(make_user("practitioner"), client)
    assert client.get(address).status_code == 403
