"""What triage adds to a person's first page and to the header."""

from collections.abc import Iterable
from datetime import datetime

from cems.accounts.models import User
from cems.accounts.roles import Work
from cems.base.registries import HomeContent, Place, StartButton, WorkItem
from triage import home_allocation


def _items(user: User, at: datetime) -> Iterable[WorkItem]:
    """Triage's promises are clocks and actions, which the first page lists already; the rest is here."""
    return home_allocation.items(user, at)


CONTENT = HomeContent(
    app="triage",
    items=_items,
    buttons=(
        StartButton("Open First Contact's queue", "triage:first_contact", Work.REFERRALS, order=5),
        *home_allocation.BUTTONS,
    ),
    places=(
        Place("First Contact", "triage:first_contact", (Work.REFERRALS,), 20),
        *home_allocation.PLACES,
        Place("CEVT in figures", "triage:figures", (Work.FIGURES,), 55),
        Place("Advice", "triage:advice_log", (Work.ADVICE, Work.ADVICE_LIBRARY, Work.DIRECT_WORK), 60),
    ),
)
