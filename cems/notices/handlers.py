"""What people are told when something below notices happened."""

from django.urls import reverse

from cems.accounts.events import DelegationChanged
from cems.base.calendar import say_day
from cems.notices.services import notice_send


def tell_of_cover(event: DelegationChanged) -> None:
    """The holder and the deputy hear of a cover, of its shortening and of its end (A2)."""
    first, last = say_day(event.starts_on), say_day(event.ends_on)
    days = "It has ended." if event.ended else f"From {first} to {last}."
    words = {
        event.deputy_id: "You stand in for a colleague.",
        event.holder_id: "A deputy stands in for you.",
    }
    state = "ended" if event.ended else str(event.ends_on)
    for user_id, sentence in words.items():
        notice_send(
            [user_id],
            kind="accounts.cover",
            key=f"cover:{event.delegation}:{state}",
            text=f"{sentence} {days}",
            url=reverse("account:cover"),
        )
