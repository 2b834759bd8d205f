"""What the record itself keeps about a child, by subject; the order is that of the child's own copy."""

from cems.base.kept import Kept
from cems.children.child_content import access, family, history, identity, matching, placements

ROWS: tuple[Kept, ...] = (
    *identity.ROWS,
    *history.ROWS,
    *family.ROWS,
    *placements.ROWS,
    *matching.ROWS,
    *access.ROWS,
)
