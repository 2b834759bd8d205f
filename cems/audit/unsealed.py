"""Where sealing stands: what no seal covers yet. Read by the sealer and by the health page."""

from dataclasses import dataclass

from django.db.backends.utils import CursorWrapper

# The servers the entries were written on: one, and one more for each restore from a dump. Steps from one to
# the next along the index, where DISTINCT would read every entry.
_CLUSTERS = """
WITH RECURSIVE known (cluster) AS (
    SELECT min(cluster) FROM audit_entry
    UNION ALL
    SELECT (SELECT min(cluster) FROM audit_entry WHERE cluster > known.cluster)
    FROM known WHERE known.cluster IS NOT NULL
)
SELECT cluster, coalesce((SELECT max(to_xid) FROM audit_seal WHERE audit_seal.cluster = known.cluster), 0),
       cluster = (pg_control_system()).system_identifier
FROM known WHERE cluster IS NOT NULL
ORDER BY 3, 1
"""


@dataclass(frozen=True)
class Frontier:
    """How far the entries of one server are sealed: all below `from_xid`. `here` is this server."""

    cluster: int
    from_xid: int
    here: bool


def frontiers(cursor: CursorWrapper) -> list[Frontier]:
    """The frontier of each server that entries were written on, this one last."""
    cursor.execute(_CLUSTERS)
    return [Frontier(*row) for row in cursor.fetchall()]
