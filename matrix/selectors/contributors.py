"""Who fills a matrix in (M6)."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models.functions import Lower

from matrix.models import Contributor, Matrix


def contributors_now(matrix: Matrix) -> Sequence[Contributor]:
    """Who is asked to fill this matrix in now and by whom, by name."""
    rows = matrix.contributors.filter(ended_at__isnull=True).select_related("user__agency", "added_by")
    return list(rows.order_by(Lower("user__name")))


def contributor_at(matrix: Matrix, public_id: UUID) -> Contributor | None:
    """Somebody who fills this matrix in, or did, by the address; or None."""
    rows = Contributor.objects.select_related("matrix", "user")
    return rows.filter(matrix=matrix, public_id=public_id).first()
