"""Compares what is kept for speed with what it follows from (`manage.py check_derived`)."""

from django.db.models import F, OuterRef, Q, Subquery

from cems.children.models import AgreedLevel, Child


def current_levels() -> list[str]:
    """A sentence for each child whose pointer is not at the newest agreed level; one query."""
    levels = AgreedLevel.objects.filter(child=OuterRef("pk")).order_by("-happened_at", "-pk")
    rows = Child.objects.unscoped("check_derived compares every record").annotate(
        newest=Subquery(levels.values("pk")[:1])
    )
    wrong = rows.filter(
        Q(newest__isnull=True, current_level__isnull=False)
        | Q(newest__isnull=False, current_level__isnull=True)
        | (Q(newest__isnull=False, current_level__isnull=False) & ~Q(current_level=F("newest")))
    )
    return [
        f"The level of {reference} is not its newest agreed one."
        for reference in wrong.values_list("reference", flat=True)
    ]
