"""Where what triage promises is done, for this person: the sheet, the check page, the choice of a worker (K1)."""

from collections.abc import Mapping, Sequence

from django.urls import reverse

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.clocks.models import Clock
from triage.cevt.selectors.seats import has_seat
from triage.models import AllocationDeclined, AllocationWait


def level_to_agree(user: User, clocks: Sequence[Clock]) -> Mapping[int, tuple[str, str]]:
    """CEVT's people agree a level on the child's sheet."""
    if not has_seat(profile_of(user)):
        return {}
    return {
        clock.pk: ("Open the sheet", reverse("cevt:sheet", args=[clock.child]))
        for clock in clocks
        if clock.child
    }


def decision_to_confirm(user: User, clocks: Sequence[Clock]) -> Mapping[int, tuple[str, str]]:
    """Those who decide confirm a provisional decision on its own page."""
    if not profile_of(user).may(Work.DECISIONS):
        return {}
    return {
        clock.pk: ("Confirm", reverse("cevt:decision_confirm", args=[clock.child]))
        for clock in clocks
        if clock.child
    }


def worker_to_give(user: User, clocks: Sequence[Clock]) -> Mapping[int, tuple[str, str]]:
    """Those who allocate choose among the workers who have room."""
    if not profile_of(user).may(Work.ALLOCATION):
        return {}
    child_of = {clock.pk: clock.child for clock in clocks if clock.child}
    waits = AllocationWait.objects.filter(clock__in=child_of).values_list("clock_id", "kind")
    declined = AllocationDeclined.objects.filter(clock__in=child_of).values_list("clock_id", "kind")
    return {
        clock_id: ("Allocate", reverse("allocation:candidates", args=[child_of[clock_id], kind]))
        for clock_id, kind in waits.union(declined, all=True)
    }
