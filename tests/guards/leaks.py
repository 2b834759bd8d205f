"""What a page must not say of a child that its reader does not reach."""

from tests.factories.world import Story


def hint_of(said: str, story: Story) -> str:
    """The first thing on a page that tells of this child, or ""."""
    child = story.child
    for hint in (child.reference, child.family_name, str(child.public_id), story.submission.reference):
        if hint in said:
            return hint
    return ""
