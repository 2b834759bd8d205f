"""Who is here and who has left: the one definition, asked by sign-in, notices, mail, choosers, counts and the API."""

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from cems.base.time import today

if TYPE_CHECKING:
    from cems.accounts.models import User


def has_left(user: "User", on: date | None = None) -> bool:
    """Whether the person's rights are over: switched off, or past the last day (access.md: rights end)."""
    return not user.is_active or (user.ends_on is not None and user.ends_on < (on or today()))


def here(on: date, who: str = "") -> Q:
    """People who may sign in on this day; `who` leads to them, such as "user__"."""
    working = Q(**{f"{who}ends_on__isnull": True}) | Q(**{f"{who}ends_on__gte": on})
    return working & Q(**{f"{who}is_active": True})


def gone(on: date, who: str = "") -> Q:
    """People who may not any more on this day; `who` leads to them."""
    return Q(**{f"{who}is_active": False}) | Q(**{f"{who}ends_on__lt": on})
