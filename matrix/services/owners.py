"""Who a step belongs to: the person or desk that has it now (M5)."""

from datetime import date

from django.db.models import Q, QuerySet

from cems.accounts.desks import desk_of
from cems.accounts.models import Duty, Team, User
from cems.accounts.roles import ROLES, Work
from cems.base.time import now
from cems.children.access.selectors.restriction import closed_to
from cems.children.choices import LEADS, CaseRole
from cems.children.history.models.involvement import InvolvementState
from cems.children.models import Child, Involvement
from cems.children.querysets import rows_of_clusters
from cems.clocks.recipients import current_appointments
from matrix.rules import Owner

CHAMPIONS = 8  # named with the action that asks for advice; the directory has all


def lead_of(child: Child) -> User | None:
    """The child's lead practitioner, or social worker, or early help worker; None where nobody is recorded.

    Nobody whom the record shuts out: what they were given would tell them of the child.
    """
    # Of two in one role the newest counts: written last.
    involvements = list(_current(child).filter(user__isnull=False, case_role__in=LEADS).reverse())
    ids = {row.user_id for row in involvements if row.user_id}
    whole = list(rows_of_clusters([child.pk])) if ids else []
    shut = {user_id for _, user_id in closed_to(whole, ids, now())} if ids else set()
    rows = {row.case_role: row.user for row in involvements if row.user_id not in shut}
    return next((rows[role] for role in LEADS if role in rows), None)


def team_of_worker(child: Child) -> Team | None:
    """The team of the allocated social worker, whose manager is told of a matrix."""
    row = _current(child).filter(case_role=CaseRole.SOCIAL_WORKER, team__isnull=False).first()
    return row.team if row else None


def has_ce_worker(child: Child) -> bool:
    """Whether a child exploitation worker works with the child."""
    return _current(child).filter(case_role=CaseRole.CE_WORKER).exists()


def desk(duty: Duty, child: Child) -> Team:
    """The duty desk of the area the child lives or is placed in; far away, of the authority responsible."""
    return desk_of(duty, child.area_id, child.authority_id)


def champions_of(child: Child, on: date) -> list[str]:
    """The Practice Champions of the area the child lives in, each with how to reach them: who gives advice (T8)."""
    advising = [key for key, role in ROLES.items() if Work.ADVICE in role.writes]
    appointments = current_appointments(on).filter(
        role_key__in=advising, user__agency__authorities=child.area_id
    )
    rows = appointments.select_related("user__agency").order_by("user__agency__name", "user__name", "pk")
    people = dict.fromkeys(row.user for row in rows)
    return [
        f"{person}, {person.agency}, {person.phone or 'no number recorded'}"
        for person in [*people][:CHAMPIONS]
    ]


def owner_of(step: str, owner: Owner, *, user: User | Team, child: Child) -> User | Team:
    """Who has this step of M5: a step of the submitter is theirs, a telling goes to who must read it."""
    if step == "tell-manager":
        return team_of_worker(child) or desk(Duty.FRONT_DOOR, child)
    if step == "tell-edt":
        return desk(Duty.OUT_OF_HOURS, child)
    if owner is Owner.LEAD_PRACTITIONER:
        return lead_of(child) or user
    if owner in {Owner.FIRST_CONTACT, Owner.CHILDRENS_SERVICES}:
        return team_of_worker(child) or desk(Duty.FRONT_DOOR, child)
    if owner in {Owner.ERASE_MANAGER, Owner.CEVT}:
        return desk(Duty.ERASE, child)
    return user


def _current(child: Child) -> QuerySet[Involvement]:
    return (
        Involvement.objects.of(child)
        .filter(Q(ended_at__isnull=True), state=InvolvementState.CONFIRMED)
        .select_related("user__agency", "team")
        .order_by("-started_at")
    )
