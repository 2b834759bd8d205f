"""Which meeting a child is on the agenda of, and when that agenda closes (T3)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cems.base.calendar import add_working_days, next_working_day, say, say_day
from cems.base.time import LONDON, local_date
from triage.policy import CEVT_AGENDA_CLOSES


def closes_at(day: date) -> datetime:
    """When the agenda of the meeting on `day` closes: the working day before, at a time that is a setting."""
    before = add_working_days(day, -1)
    return datetime.combine(before, CEVT_AGENDA_CLOSES.on(before), tzinfo=LONDON)


def meeting_of(received_at: datetime) -> date:
    """The working day whose meeting has a child on its agenda who was received then."""
    day = next_working_day(local_date(received_at))
    while closes_at(day) < received_at:
        day = next_working_day(day + timedelta(days=1))
    return day


@dataclass(frozen=True)
class Agenda:
    """The agenda that agencies prepare now: that of the next working day's meeting."""

    day: date
    closes_at: datetime
    closed: bool

    @property
    def words(self) -> str:
        """In words, for the top of a list."""
        verb = "closed" if self.closed else "closes"
        return f"The agenda for {say_day(self.day)} {verb} on {say(self.closes_at)}."


def agenda_at(at: datetime) -> Agenda:
    """The agenda of the next meeting after today's."""
    day = next_working_day(local_date(at) + timedelta(days=1))
    return Agenda(day, closes_at(day), at >= closes_at(day))
