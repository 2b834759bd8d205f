"""Case notes of a child (C5)."""

from uuid import UUID

from cems.base.keyset import Keyset, Page
from cems.children.models import CaseNote, Child

ORDER = Keyset("-happened_at", "-pk", size=50)


def notes_page(child: Child, *, after: str) -> Page[CaseNote]:
    """A page of the child's notes by when it happened, newest first; corrected ones too.

    Raises Invalid for a place that is none.
    """
    return ORDER.page(CaseNote.objects.of(child).select_related("author__agency", "superseded_by"), after)


def note_at(child: Child, public_id: UUID) -> CaseNote | None:
    """The note about this child at this address, or None."""
    row: CaseNote | None = CaseNote.objects.of(child).filter(public_id=public_id).first()
    return row
