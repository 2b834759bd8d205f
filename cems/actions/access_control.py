"""Who opens an action, on its page and by the API: those who have it, or see the child's actions."""

from uuid import UUID

from django.http import HttpRequest

from cems.accounts.access_control import acting_user
from cems.accounts.roles import Part
from cems.actions.selectors import Opened, open_for
from cems.audit.services import read
from cems.base.errors import NotAllowed
from cems.base.not_found import or_404

OWN = "everybody sees the actions they or their teams have, or of children open to them"


def opened_action(request: HttpRequest, public_id: UUID) -> Opened:
    """The action at this address for this person. Raises Http404 for a stranger's."""
    return or_404(open_for(acting_user(request), public_id))


def log_action_read(request: HttpRequest, opened: Opened) -> None:
    """Write that the words of an action about a child were read."""
    about = opened.child or opened.action.child
    if about:
        read(
            acting_user(request),
            child=about.public_id,
            part=Part.ACTIONS,
            subject=opened.action,
            reason=opened.why,
        )


def must_act(opened: Opened) -> None:
    """Raise NotAllowed where an open action is another's to do; of a closed one the service tells who was quicker."""
    if not opened.may_act and opened.action.is_open:
        raise NotAllowed("Only those who have this action can close it.")
