"""Whether CEVT may discuss the children of these items (T1)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from cems.base.time import today
from cems.children.choices import OPEN_TO_CHILDRENS_SERVICES, RiskLevel
from cems.children.models import AgreedLevel, Status
from cems.children.querysets import cluster_ids, root_of
from plans.choices import ReferralState
from plans.models import Referral
from triage.models import Inquiry, Item
from triage.returns import roots_of
from triage.rules.gate import Passed, gate


def gates(items: Sequence[Item], on: date | None = None) -> dict[int, list[Passed]]:
    """For each item the reasons why its gate is open on a day (today); none while it waits for First Contact.

    Five queries for all, where their children are read already.

    Processed means: a referral was decided after the matrix had come, or the one it came with is decided.
    """
    roots = roots_of(items)
    whole = list(cluster_ids(set(roots.values())))
    day = on or today()
    running = Status.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), child__in=whole, starts_on__lte=day
    )
    open_now = set(
        running.filter(kind__in=OPEN_TO_CHILDRENS_SERVICES)
        .annotate(root=root_of())
        .values_list("root", flat=True)
    )
    newest = AgreedLevel.objects.filter(child__in=whole).annotate(root=root_of())
    newest = newest.order_by("root", "-happened_at", "-pk").distinct("root")
    followed = {root for root, level in newest.values_list("root", "level") if level >= RiskLevel.MODERATE}
    stepped = set(
        Inquiry.objects.filter(child__in=whole, stepped_up=True, referral__state=ReferralState.DECIDED)
        .annotate(root=root_of())
        .values_list("root", flat=True)
    )
    decided = defaultdict(list)
    rows = Referral.objects.filter(child__in=whole, state=ReferralState.DECIDED).annotate(root=root_of())
    for root, at in rows.values_list("root", "decided_at"):
        decided[root].append(at)
    return {
        item.pk: gate(
            open_to_childrens_services=roots[item.pk] in open_now,
            stepped_up=roots[item.pk] in stepped,
            processed=any(at and at >= item.received_at for at in decided[roots[item.pk]]),
            followed=roots[item.pk] in followed,
        )
        for item in items
    }
