"""Whether CEVT may discuss the children of these items (T1)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from cems.base.time import today
from cems.children.choices import OPEN_TO_CHILDRENS_SERVICES, RiskLevel
from cems.children.models import Status
from plans.choices import ReferralState
from plans.models import Referral
from triage.cevt.rules.eligibility import Passed, eligibility
from triage.cevt.selectors.rereferrals import Histories
from triage.models import Item, ReferralAssessment


def eligibility_of(
    items: Sequence[Item], on: date | None = None, *, told: Histories | None = None
) -> dict[int, list[Passed]]:
    """For each item the reasons why its child is eligible on a day (today); none while it waits for First Contact.

    Five queries for all; `told`, where the caller has it, is the history of these items.

    Processed means: a referral was decided after the matrix had come, or the one it came with is decided.
    """
    histories = told or Histories(items)
    primaries, day = histories.primaries, on or today()
    running = Status.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), child__in=primaries, starts_on__lte=day
    )
    serving = running.filter(kind__in=OPEN_TO_CHILDRENS_SERVICES).values_list("child", flat=True)
    open_now = {primaries[child] for child in serving}
    followed = {
        primary for primary, levels in histories.levels.items() if levels[-1][1] >= RiskLevel.MODERATE
    }
    up = ReferralAssessment.objects.filter(
        child__in=primaries, stepped_up=True, referral__state=ReferralState.DECIDED
    )
    stepped = {primaries[child] for child in up.values_list("child", flat=True)}
    decided = defaultdict(list)
    rows = Referral.objects.filter(child__in=primaries, state=ReferralState.DECIDED)
    for child, at in rows.values_list("child", "decided_at"):
        decided[primaries[child]].append(at)
    return {
        item.pk: eligibility(
            open_to_childrens_services=histories.primary_of(item) in open_now,
            stepped_up=histories.primary_of(item) in stepped,
            processed=any(at and at >= item.received_at for at in decided[histories.primary_of(item)]),
            followed=histories.primary_of(item) in followed,
        )
        for item in items
    }
