"""A referral to a provider such as Changing Lives: one line of the form for each row of providers (T4)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cems.children.models import Child
from plans.models import Provider
from plans.rules import provider_ended, provider_refuses
from triage.cevt.outcomes.base import Ask, Case, Offer, OutcomeKind, Plan, Problem, Wish
from triage.models import Outcome

CHILD, PARENTS, BOTH = "child", "parents", "both"


class ProviderReferral(OutcomeKind):
    """The lead practitioner refers the child, the parents, or both, and records whether they are taken."""

    key = "provider"
    label = "Referral to a provider"
    figure = "Referrals to providers"
    columns = frozenset({"for"})
    working_days = 5

    def __init__(self, provider: Provider | None = None) -> None:
        self.provider = provider
        if provider is not None:
            self.label = provider.name

    def offered(self, offer: Offer) -> Sequence[OutcomeKind]:
        """Those that take referrals on the day; one that was ticked before it ended stays, for the check to refuse."""
        kinds = [(provider, ProviderReferral(provider)) for provider in offer.providers]
        return [
            kind
            for provider, kind in kinds
            if kind.slot in offer.chosen or not provider_ended(provider, offer.on)
        ]

    @property
    def slot(self) -> str:
        return f"{self.key}-{self.provider.code}" if self.provider else self.key

    def asks(self, offer: Offer) -> Sequence[Ask]:
        row = self.provider
        why = Ask(
            "why", f"What {row or 'the provider'} is asked to do", hint=_how_to_reach(row) if row else ""
        )
        if row is None or not row.takes_parents:
            return [why]
        whom = [(CHILD, _for_the_child(row)), (PARENTS, "Their parents"), (BOTH, "Both")]
        return [Ask("for", "For whom", choices=whom, empty="", initial=CHILD), why]

    def wishes(self, values: Mapping[str, Any], offer: Offer) -> list[Wish]:
        whom = values.get("for") or CHILD
        parents = {CHILD: [False], PARENTS: [True], BOTH: [False, True]}[whom]
        return [Wish(self, values["why"], for_parents=parent, provider=self.provider) for parent in parents]

    def completed(self, wish: Wish, child: Child, level: object) -> Wish:
        return replace(wish, kind=ProviderReferral(wish.provider))

    def refusal(self, wish: Wish, case: Case) -> Problem | None:
        if wish.provider is None:
            return Problem("Choose the provider.", "provider")
        words = provider_refuses(
            wish.provider,
            level=case.level,
            harms=case.harms,
            age=case.age,
            for_parents=wish.for_parents,
            on=case.on,
        )
        return Problem(words) if words else None

    def plan(self, wish: Wish, child: Child) -> Plan:
        parents = " (the parents)" if wish.for_parents else ""
        title = f"Refer to {wish.provider}, and record whether they take it{parents}"
        return Plan(title, wish.owner or self.owner(child), self.working_days, self.detail(wish))

    def detail(self, wish: Wish) -> str:
        reach = _how_to_reach(wish.provider) if wish.provider else ""
        return "\n".join(filter(None, [super().detail(wish), reach]))

    def named(self, wish: Wish) -> str:
        return str(wish.provider)

    def sentence(self, row: Outcome) -> str:
        return f"{row.label}{', for the parents' if row.for_parents else ''}"

    def figure_of(self, label: str) -> str:
        return f"Referred to {label}"


def _how_to_reach(row: Provider) -> str:
    """The provider's telephone and page."""
    return ", ".join(filter(None, [row.phone, row.page]))


def _for_the_child(row: Provider) -> str:
    if row.age_to is None:
        return f"The young person ({row.age_from} and over)" if row.age_from else "The young person"
    return f"The young person ({row.age_from} to {row.age_to})"
