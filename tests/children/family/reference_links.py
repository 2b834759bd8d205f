"""Which records of other children a page of family may name, written out slowly from the rule (C7)."""

from datetime import datetime

from cems.accounts.models import User
from cems.accounts.roles import Part
from cems.children.models import Child, RecordLink
from tests.children.access.reference_access import parts_of


class PlainRule:
    """What one user may know of the links between records at an instant."""

    def __init__(self, user: User, at: datetime) -> None:
        self.user, self.at = user, at
        self.open: dict[int, frozenset[Part]] = {}
        rows = RecordLink.objects.filter(ended_at=None).select_related(
            "relationship__superseded_by", "relationship__child__merged_into", "record__merged_into"
        )
        # relationship, the record that holds it, the record it names; both as they are read
        self.standing = [
            (link.relationship_id, _read(link.relationship.child), _read(link.record))
            for link in rows
            if link.relationship.ends_on is None and not hasattr(link.relationship, "superseded_by")
        ]

    def own(self, child: Child) -> set[tuple[int, int]]:
        """On this child's page: each relationship with the record of that person."""
        return {
            (relationship, named.pk)
            for relationship, holder, named in self.standing
            if holder == child and self._leads(child, named)
        }

    def named_on(self, child: Child) -> set[int]:
        """The records whose people this child is among, to who reads the family there; not those it names itself."""
        holders = {
            holder.pk
            for _, holder, named in self.standing
            if named == child and self._leads(child, holder) and Part.FAMILY in self.open[holder.pk]
        }
        return holders - {record for _, record in self.own(child)}

    def _leads(self, here: Child, there: Child) -> bool:
        """Two records that are not one child, neither sealed, and the other open to the user in some part."""
        if here == there or here.sealed_at or there.sealed_at:
            return False
        if there.pk not in self.open:
            self.open[there.pk] = parts_of(self.user, there, self.at)
        return bool(self.open[there.pk])


def _read(child: Child) -> Child:
    """The record a child is read under."""
    return child.merged_into or child
