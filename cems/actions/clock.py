"""The clock of an action: due at the day it was promised for."""

from collections.abc import Mapping, Sequence

from cems.accounts.models import User
from cems.actions.choices import Status
from cems.actions.models import Action
from cems.actions.selectors import doing
from cems.actions.services import CLOCK_KIND
from cems.clocks.choices import Measure, Stage
from cems.clocks.kinds import ClockKind, Finding, Morning
from cems.clocks.models import Clock


def closed_meanwhile(clocks: Sequence[Clock]) -> Mapping[int, Finding]:
    """Whose action is closed already: an action, not its clock, is the truth."""
    rows = Action.objects.closed().filter(clock__in=[clock.pk for clock in clocks])
    return {
        clock_id: Finding(Stage.MET, closed_at)
        if status == Status.DONE
        else Finding(Stage.CANCELLED, closed_at, "The action is no longer needed")
        for clock_id, status, closed_at in rows.values_list("clock_id", "status", "closed_at")
    }


def words(clocks: Sequence[Clock]) -> Mapping[int, str]:
    """What is to be done, for pages: the action's own title."""
    rows = Action.objects.filter(clock__in=[clock.pk for clock in clocks])
    return {row.clock_id: row.title for row in rows if row.clock_id}


def places(user: User, clocks: Sequence[Clock]) -> Mapping[int, tuple[str, str]]:
    """What is done about each, and where: the page that meets the action, if it has one."""
    rows = Action.objects.filter(clock__in=[clock.pk for clock in clocks])
    return {row.clock_id: doing(row) for row in rows if row.clock_id}


ACTION_DUE = ClockKind(
    key=CLOCK_KIND,
    label="Action",
    measure=Measure.DATE,
    warnings=(Morning(1),),
    reminders=2,
    check=closed_meanwhile,
    say=words,
    places=places,
)
