"""Advice to the lead practitioner, from the library or in the chair's own words (T4)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cems.accounts.models import User
from cems.children.choices import RiskLevel
from cems.children.models import Child
from matrix.services.owners import lead_of
from triage.cevt.outcomes.base import Ask, Case, Effect, Offer, OutcomeKind, Problem, Wish
from triage.cevt.services.decision_notice import tell_lead
from triage.models import Outcome


class Advice(OutcomeKind):
    """The lead practitioner is told that there is advice."""

    key = "advice"
    label = "Advice to the lead practitioner"
    figure = "Advice given"
    asks_why = "Advice in your own words"
    tells = "the lead practitioner, of the advice"
    columns = frozenset({"library"})
    many = frozenset({"library"})

    def asks(self, offer: Offer) -> Sequence[Ask]:
        words = Ask("why", self.asks_why)
        titles = [(str(entry.pk), entry.title) for entry in offer.advice]
        return (
            [Ask("library", "Advice from the library", choices=titles, many=True), words]
            if titles
            else [words]
        )

    def wishes(self, values: Mapping[str, Any], offer: Offer) -> list[Wish]:
        suited = {str(entry.pk): entry for entry in offer.advice}
        return [Wish(self, values["why"], advice=[suited[key] for key in values.get("library", ())])]

    def refusal(self, wish: Wish, case: Case) -> Problem | None:
        return (
            None
            if wish.advice or wish.why
            else Problem("Choose advice from the library, or write it.", "why")
        )

    def effects(self, wish: Wish, child: Child, level: RiskLevel, at: datetime) -> Iterator[Effect]:
        titles = ", ".join(entry.title for entry in wish.advice)
        yield Effect(f"Advice for the lead practitioner{f': {titles}' if titles else ''}")

    def start(self, user: User, row: Outcome, wish: Wish, at: datetime) -> None:
        tell_lead(user, row.decision, at)

    def told(self, user: User, child: Child) -> str:
        lead = lead_of(child)
        return f"{lead}, lead practitioner, of the advice" if lead and lead.pk != user.pk else ""

    def minute(self, row: Outcome) -> str:
        return " – ".join([super().minute(row), *(version.title for version in row.advice.all())])
