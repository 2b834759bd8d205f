"""Administrators made from the command line: the first ones, whom nobody can invite from a page (A1)."""

from datetime import datetime

from cems.accounts.models import Agency, User
from cems.accounts.profile import profile_of
from cems.accounts.roles import RoleKey, Work
from cems.accounts.services import person as services
from cems.accounts.services.appointment import appointment_start
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import local_date, now


@command
def administrator_add(
    actor: User | None, *, email: str, name: str, agency_code: str, at: datetime | None = None
) -> User:
    """Add a person who is an administrator from today; returns them, for the caller to hand on the link (A1).

    `actor` is None for the person who runs the machine. Again, for an administrator who has not signed in yet, adds
    nobody and returns the existing person: their first link may have been lost. Raises Invalid for an unknown
    agency or a bad address, Conflict where the address belongs to anybody else: roles of people who are here
    are given by a colleague, on a page.
    """
    agency = Agency.objects.filter(code=agency_code).first()
    if agency is None:
        known = ", ".join(Agency.objects.order_by("code").values_list("code", flat=True))
        raise Invalid(f"There is no agency with the code {agency_code}. There are: {known}.", field="agency")
    existing = (
        User.objects.get_queryset().filter(email__iexact=email.strip()).select_for_update(no_key=True).first()
    )
    if existing is not None:
        if not _waits_for_first_sign_in(existing, agency, at or now()):
            raise Conflict(
                "Somebody with this e-mail address is here already. An administrator gives them the role under People."
            )
        record(actor, verb=Verb.CHANGED, subject=existing, detail={"fields": ["invitation"]}, at=at)
        return existing
    user = services.user_create(actor, email=email, name=name, agency=agency, invite=False, at=at)
    appointment_start(actor, user=user, role_key=RoleKey.ADMINISTRATOR, at=at)
    return user


def _waits_for_first_sign_in(user: User, agency: Agency, at: datetime) -> bool:
    """Whether the person is an administrator of this agency who has never signed in."""
    administers = profile_of(user, local_date(at)).may(Work.ADMINISTRATION)
    return user.agency_id == agency.pk and user.last_login is None and administers
