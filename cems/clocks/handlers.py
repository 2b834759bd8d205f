"""What clocks do when something below them happened."""

from django.urls import reverse

from cems.accounts.events import PersonLeft
from cems.accounts.models import Appointment, User
from cems.accounts.roles import Work
from cems.accounts.selectors.hand_over import open_things_count
from cems.base.time import today
from cems.clocks import recipients
from cems.clocks.services import clock
from cems.notices.services import notice_send


def rehome_clocks(event: PersonLeft) -> None:
    """Nothing that a leaver had runs on unseen; who manages them is told, once, how much they left behind."""
    _tell_manager(User.objects.get(pk=event.user_id))
    clock.clocks_rehome(None, leaver_id=event.user_id)


def _tell_manager(leaver: User) -> None:
    things, day = open_things_count([leaver.pk]).get(leaver.pk, 0), today()
    if not things:
        return
    teams: set[int | None] = set(
        Appointment.objects.filter(user=leaver).values_list("team_id", flat=True)
    ) or {None}
    places = [(team, leaver.agency_id) for team in sorted(teams, key=lambda team: team or 0)]
    people: set[int] = set().union(*recipients.managers_of(places, day))
    if not people - {leaver.pk}:
        administer = [
            row for row in recipients.current_appointments(day) if Work.ADMINISTRATION in row.role.writes
        ]
        people = {row.user_id for row in administer}
    notice_send(
        people - {leaver.pk},
        kind="accounts.left_behind",
        key=f"left:{leaver.public_id}:{leaver.ends_on or day}",
        text=f"{leaver} has left with {things} open {'thing' if things == 1 else 'things'}. Hand them over.",
        url=reverse("account:hand-over", args=[leaver.public_id]),
    )
