"""Compares what is kept for speed with what it follows from (`manage.py check_derived`)."""

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from cems.children.models import AgreedLevel, Child


def current_levels() -> list[str]:
    """A sentence for each child whose pointer is not at the newest agreed level of the cluster."""
    levels = AgreedLevel.objects.order_by("-happened_at", "-pk")
    of_cluster = levels.filter(Q(child=OuterRef("pk")) | Q(child__merged_into=OuterRef("pk")))
    primaries = _all().filter(merged_into__isnull=True)
    wrong = [
        *_not_at(primaries.filter(joined_authorities__isnull=True), levels.filter(child=OuterRef("pk"))),
        *_not_at(primaries.filter(joined_authorities__isnull=False), of_cluster),
        *_all()
        .filter(merged_into__isnull=False, current_level__isnull=False)
        .values_list("reference", flat=True),
    ]
    return [f"The level of {reference} is not its newest agreed one." for reference in sorted(wrong)]


def _not_at(rows: QuerySet[Child], levels: QuerySet[AgreedLevel]) -> list[str]:
    """Records whose pointer is not at the first of these levels."""
    annotated = rows.annotate(newest=Subquery(levels.values("pk")[:1]))
    wrong = annotated.filter(
        Q(newest__isnull=True, current_level__isnull=False)
        | Q(newest__isnull=False, current_level__isnull=True)
        | (Q(newest__isnull=False, current_level__isnull=False) & ~Q(current_level=F("newest")))
    )
    return list(wrong.values_list("reference", flat=True))


def joined_authorities() -> list[str]:
    """A sentence for each record that does not name the authorities of those merged into it, or lies too deep."""
    wanted: dict[int, set[int]] = {}
    deep = []
    aliases = _all().filter(merged_into__isnull=False)
    for primary, authority, area, above, reference in aliases.values_list(
        "merged_into", "authority", "area", "merged_into__merged_into", "reference"
    ):
        wanted.setdefault(primary or 0, set()).update({authority, area})
        deep += [f"{reference} is merged into a record that is merged itself."] if above else []
    named = _all().filter(joined_authorities__isnull=False) | _all().filter(pk__in=wanted)
    rows = named.values_list("pk", "reference", "joined_authorities")
    wrong = [reference for pk, reference, kept in rows if set(kept or ()) != wanted.get(pk, set())]
    return deep + [f"{reference} does not name the authorities of the whole." for reference in sorted(wrong)]


def _all() -> QuerySet[Child]:
    return Child.objects.unscoped("check_derived compares every record")
