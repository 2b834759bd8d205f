"""An administrator gives back all clocks that one fault parked, by one act (K1)."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cems.base.time import now
from cems.clocks.models import Clock
from tests.factories.clocks import make_clock
from tests.factories.people import make_user
from tests.journeys.browser import PASSWORD
from tests.journeys.conftest import Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.requirement("K1")]


def test_all_that_one_fault_parked_is_given_back_by_one_act(person: Person) -> None:
    # Given a fault that parked every clock that was due
    owner = make_user()
    clocks = [make_clock(owner) for _ in range(3)]
    Clock.objects.update(failed_at=now(), failed_why="ValueError", attempts=5)
    visitor = person(user=make_user("administrator", password=PASSWORD))
    page = visitor.page
    # When the administrator opens the page, once the fault is mended
    visitor.open(reverse("clocks:failed"))
    expect(page.get_by_text("Where one fault made them fail, mend it first")).to_be_visible()
    visitor.looks_right()
    page.get_by_role("button", name="Try all 3 again").click()
    # Then every clock goes on as if it had not failed
    expect(page.get_by_text("3 clocks are tried again at the next sweep.")).to_be_visible()
    expect(page.get_by_text("No clock was given up.")).to_be_visible()
    visitor.looks_right()
    assert set(Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).values_list("failed_at")) == {
        (None,)
    }
