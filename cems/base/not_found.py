"""What a page answers where its selector finds nothing."""

from typing import TypeVar

from django.http import Http404

Row = TypeVar("Row")


def or_404(row: Row | None) -> Row:
    """What a selector returned. Raises Http404 where that is None: no such thing, or none open to this user."""
    if row is None:
        raise Http404
    return row
