"""What a page must not say of a child that its reader does not reach."""

from cems.accounts.roles import Role, Work
from tests.factories.world import Story
from tests.matrix.story import MatrixRows

# Managers and auditors look at each emergency opening afterwards: by reference, without opening the record.
BY_REFERENCE = {"home", "children:emergency_access_reviews", "children:emergency_access_review"}
LOOKS_AFTERWARDS = {Work.TEAM, Work.AUDIT_FINDINGS}


def hint_of(said: str, story: Story, *, address: str = "", role: Role | None = None) -> str:
    """The first thing on a page that tells of this child, or ""."""
    child = story.child
    hints = [child.family_name, str(child.public_id), story.of(MatrixRows).submission.reference]
    if not (address in BY_REFERENCE and role and role.writes & LOOKS_AFTERWARDS):
        hints.append(child.reference)
    return next((hint for hint in hints if hint in said), "")
