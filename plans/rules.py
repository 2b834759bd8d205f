"""What an outcome of a referral says of itself (T1); whom a provider takes (T4, TR1). Pure."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Protocol

from cems.base.calendar import say_day
from cems.children.choices import RiskLevel
from cems.children.practice_lists import HARM_FORMS


class ReferralOutcome(Protocol):
    """What a referral keeps of its outcome, whose kinds stand with those who decide it."""

    @property
    def key(self) -> str:
        """What the database keeps."""

    @property
    def label(self) -> str:
        """What it is called in all that is written of it."""


class Takes(Protocol):
    """What the rules look at of a provider."""

    name: str
    age_from: int
    age_to: int | None
    harms: list[str]
    levels: list[int]
    takes_parents: bool
    active_from: date
    active_until: date | None


def provider_ended(provider: Takes, on: date) -> str:
    """Why the provider takes no referral on this day, in a sentence; "" while it does."""
    if on < provider.active_from:
        return f"{provider.name} takes referrals from {say_day(provider.active_from, year=True)} on."
    if provider.active_until is not None and on > provider.active_until:
        last = say_day(provider.active_until, year=True)
        return f"{provider.name} takes no referrals any more: the last day was {last}. Leave it out."
    return ""


def provider_refuses(
    provider: Takes, *, level: RiskLevel, harms: Collection[str], age: int, for_parents: bool, on: date
) -> str:
    """Why the provider does not take this child, or the parents, in a sentence; "" when it does.

    Parents are taken at any age of the child and whatever the form of harm (ERASE Annual Report 2023-24,
    paragraph 40), where the provider works with parents at all.
    """
    if ended := provider_ended(provider, on):
        return ended
    if for_parents and not provider.takes_parents:
        return f"{provider.name} does not work with parents."
    wrong_harm = bool(provider.harms) and not for_parents and not set(provider.harms) & set(harms)
    if wrong_harm or (provider.levels and level not in provider.levels):
        return f"{provider.name} takes {takes(provider)}."
    oldest = provider.age_to if provider.age_to is not None else age
    if not for_parents and not provider.age_from <= age <= oldest:
        parents = "; their parents at any age" if provider.takes_parents else ""
        return f"{provider.name} takes young people {ages(provider)}{parents}."
    return ""


def takes(provider: Takes) -> str:
    """The levels and forms of harm a provider takes, in words: "moderate or significant risk of ..."."""
    levels = _either(RiskLevel(level).label.lower() for level in sorted(provider.levels)) or "any"
    harms = _either(HARM_FORMS.label(harm).lower() for harm in provider.harms)
    return f"{levels} risk{f' of {harms}' if harms else ''}"


def ages(provider: Takes) -> str:
    """The ages a provider takes, in words."""
    if provider.age_to is None:
        return f"from {provider.age_from}" if provider.age_from else "of any age"
    return f"from {provider.age_from} to {provider.age_to}"


def _either(words: Iterable[str]) -> str:
    """One or the other: "a, b or c"."""
    options = list(words)
    return " or ".join([", ".join(options[:-1]), options[-1]] if len(options) > 1 else options)
