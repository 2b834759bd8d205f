"""What a chair may choose from when they decide (T3)."""

from collections.abc import Collection
from datetime import date

from cems.accounts.models import Locality
from cems.children.models import Child
from plans.models import Provider
from triage.advice.selectors import advice_for
from triage.cevt.outcomes import Offer


def offer_for(child: Child, *, forms: Collection[str], on: date) -> Offer:
    """The localities of the child's area, advice that suits age and forms of harm, and every provider."""
    return Offer(
        localities=list(Locality.objects.filter(authority=child.area_id).order_by("name")),
        advice=advice_for(age=child.age_on(on), forms=forms, level=None),
        providers=list(Provider.objects.order_by("name", "pk")),
        on=on,
    )
