"""Which record links stand: the reads of the rows that lead from one child's record to another's (C7)."""

from collections.abc import Collection
from typing import Any, Self

from django.db.models import QuerySet

from cems.children.access.visibility import primary_of


class RecordLinkQuerySet(QuerySet[Any]):
    """Links of relationships, chained in English. Who may know of one is asked of both records, by `visible_to`."""

    def standing(self) -> Self:
        """Those that have not ended, of relationships that have not ended and were not corrected by another row."""
        return self.filter(
            ended_at__isnull=True,
            relationship__ends_on__isnull=True,
            relationship__superseded_by__isnull=True,
        )

    def held_by(self, child_ids: Collection[int]) -> Self:
        """Links of the relationships of these records."""
        return self.filter(relationship__child__in=list(child_ids))

    def naming(self, child_ids: Collection[int]) -> Self:
        """Links of other children's relationships to these records."""
        return self.filter(record__in=list(child_ids))

    def between_records(self) -> list[tuple[Any, int, int]]:
        """Each link with the record that holds it and the one it names, both as they are read (`primary_of`)."""
        both = self.annotate(holder=primary_of("relationship__child"), named=primary_of("record"))
        return [(row, row.holder, row.named) for row in both.select_related("relationship").order_by("pk")]
