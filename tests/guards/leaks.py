"""What a page must not say of a child that its reader does not reach."""

from cems.accounts.roles import Part, Reach, Role, Work
from tests.factories.world import CLOSED, Story
from tests.matrix.story import MatrixRows

# Managers and auditors look at each emergency opening afterwards: by reference, without opening the record.
BY_REFERENCE = {"home", "children:emergency_access_reviews", "children:emergency_access_review"}
LOOKS_AFTERWARDS = {Work.TEAM, Work.AUDIT_FINDINGS}
# Of a child who has left the list, CEVT keeps the decision, by reference (docs/access.md, the reach "forum").
MINUTES = {"cevt:minutes", "cevt:minutes_pdf"}
MINUTED = {Part.MINUTES, Part.DECISIONS}


def hint_of(said: str, story: Story, *, address: str = "", role: Role | None = None) -> str:
    """The first thing on a page that tells of this child, or ""."""
    child = story.child
    hints = [child.family_name, str(child.public_id), story.of(MatrixRows).submission.reference]
    if not (role and _by_reference(address, role, story)):
        hints.append(child.reference)
    return next((hint for hint in hints if hint in said), "")


def _by_reference(address: str, role: Role, story: Story) -> bool:
    """Whether this page tells this role of the child by reference, without opening the record."""
    if address in MINUTES:
        sat_there = not role.of_locality and role.sees.get(Reach.FORUM, frozenset()) & MINUTED
        return bool(sat_there) and story.key not in CLOSED
    return address in BY_REFERENCE and bool(role.writes & LOOKS_AFTERWARDS)
