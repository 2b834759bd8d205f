"""Whether the Harm Outside the Home approach is taken for a child: what was found last of the newest decided
referral (T1)."""

from typing import Any

from django.db.models import BooleanField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from cems.accounts.roles import Part
from cems.children.identity.slots import BarFlag
from cems.children.querysets import first_of_cluster
from plans.choices import ReferralState
from triage.models import LaterFinding, ReferralAssessment

TAKEN = "approach_taken"


def approach_taken() -> Any:
    """A column of a child: whether the approach is taken, by what was found last. Of a merged record by the newest
    referral of the primary one, else of those merged into it; each by its index."""
    later = LaterFinding.objects.filter(referral=OuterRef("referral"), withdrawn_at__isnull=True).order_by(
        "-found_on", "-pk"
    )
    decided = ReferralAssessment.objects.filter(referral__state=ReferralState.DECIDED)
    newest = decided.annotate(
        by_now=Coalesce(Subquery(later.values("approach")[:1]), "approach", output_field=BooleanField())
    ).order_by("-referral__decided_at", "-pk")
    return Coalesce(*first_of_cluster(newest, "by_now"), Value(False), output_field=BooleanField())


FLAG = BarFlag(TAKEN, "Harm Outside the Home approach", Part.STATUS, approach_taken)
