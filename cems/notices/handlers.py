"""What people are told when something below notices happened."""

from django.urls import reverse

from cems.accounts.events import AccountChangeMoved, DelegationChanged
from cems.accounts.models import AccountChange
from cems.accounts.selectors.account_change import told_of
from cems.base.calendar import say_day
from cems.base.time import local_date
from cems.notices.services import notice_send, notices_settle


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


def tell_of_account_change(event: AccountChangeMoved) -> None:
    """The person, the other administrators and information governance hear of what is asked of an account, and of how
    it ended (A1)."""
    change = AccountChange.objects.select_related("user__agency", "asked_by").get(pk=event.change_id)
    at, day = change.ended_at or change.asked_at, local_date(change.asked_at)
    ended = f" It has ended: {change.get_outcome_display().lower()}." if change.ended_at else ""
    if change.ended_at:
        notices_settle(None, about=[f"account_change:{change.public_id}:asked"], at=at)
    others = told_of(change, day) | {change.asked_by_id}
    administer = reverse("people:account-change", args=[change.public_id])
    for people, whose, url in (
        ({change.user_id}, "your account", reverse("account:sessions")),
        (others - {change.user_id}, f"the account of {change.user}", administer),
    ):
        notice_send(
            people - {event.user_id or 0},
            kind="accounts.change",
            key=f"account_change:{change.public_id}:{change.outcome or 'asked'}",
            text=f"{change.asked_by} asked for a change of {whose}: {change.what}.{ended}",
            url=url,
            at=at,
        )
