"""Who may look after people, agencies and settings (A1)."""

from cems.accounts.models import User
from cems.accounts.profile import profile_of
from cems.accounts.roles import Work
from cems.base.errors import NotAllowed


def may_administer(actor: User | None, about: User | None = None) -> None:
    """Raises NotAllowed for anybody but an administrator, and for one about themself.

    None is the system itself. Nobody gives or takes their own roles: it needs a second person.
    """
    if actor is None:
        return
    if not profile_of(actor).may(Work.ADMINISTRATION):
        raise NotAllowed("Only an administrator may do this.")
    if about is not None and about.pk == actor.pk:
        raise NotAllowed("You can't change your own roles. Ask another administrator.")
