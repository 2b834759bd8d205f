"""Managers hear in time that somebody is here only to a day: agency staff and students (A2: cover)."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from cems.accounts.roles import SUPERVISED
from cems.base.calendar import add_working_days, say_day
from cems.base.time import local_date, now
from cems.clocks.policy import LEAVING_WARNING_DAYS
from cems.clocks.recipients import current_appointments, managers_of
from cems.notices.messages import Message
from cems.notices.services import notices_send


def tell_of_last_days(at: datetime | None = None) -> int:
    """Tell the team's managers, and a student's supervisor, of roles that end within ten working days (setting).

    Without a manager of the team, those of the agency. Returns how many notices are new; harmless to repeat.
    """
    instant = at or now()
    day = local_date(instant)
    by = add_working_days(day, LEAVING_WARNING_DAYS.at(instant))
    rows = list(
        current_appointments(day)
        .filter(Q(agency_staff=True) | Q(role_key__in=SUPERVISED), ends_on__lte=by)
        .select_related("user")
        .order_by("pk")
    )
    messages: dict[Message, set[int]] = {}
    managers = managers_of([(row.team_id, row.user.agency_id) for row in rows], day)
    for row, people in zip(rows, managers, strict=True):
        last = say_day(row.ends_on or day)
        message = Message(
            kind="accounts.last_day",
            key=f"last-day:{row.public_id}:{row.ends_on}",
            text=f"A role given for a time ends on {last}. Hand the work on, or ask for it to be renewed.",
            url=reverse("account:cover"),
        )
        messages[message] = people | ({row.supervisor_id} if row.supervisor_id else set())
    return notices_send(messages, at=instant) if messages else 0
