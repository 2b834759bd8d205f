"""What clocks do when something below them happened."""

from cems.accounts.events import PersonLeft
from cems.clocks.services import clock


def rehome_clocks(event: PersonLeft) -> None:
    """Nothing that a leaver had runs on unseen."""
    clock.clocks_rehome(None, leaver_id=event.user_id)
