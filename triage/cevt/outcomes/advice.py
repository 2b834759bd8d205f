"""Advice to the lead practitioner, from the library or in the chair's own words, or why there is none (T4)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cems.children.choices import RiskLevel
from cems.children.models import Child
from triage.cevt.outcomes.base import Ask, Case, Effect, Offer, OutcomeKind, Problem, Wish
from triage.models import Outcome

NO_ADVICE = "No advice to the lead practitioner"


class Advice(OutcomeKind):
    """What the lead practitioner reads on the child's page; at Moderate and Low advice, or why there is none."""

    key = "advice"
    label = "Advice to the lead practitioner"
    figure = "Advice given"
    asks_why = "Advice in your own words"
    always_at = frozenset({RiskLevel.LOW, RiskLevel.MODERATE})
    stands = True
    columns = frozenset({"library"})
    many = frozenset({"library"})
    referrer_reads = frozenset({"why", "none", "support"})

    def asks(self, offer: Offer) -> Sequence[Ask]:
        titles = [(str(entry.pk), entry.title) for entry in offer.advice]
        library = [Ask("library", "Advice from the library", choices=titles, many=True)] if titles else []
        return [
            *library,
            Ask("why", self.asks_why),
            Ask("support", "Support there is for a child no service knows"),
            Ask("none", "No advice, because"),
        ]

    def wishes(self, values: Mapping[str, Any], offer: Offer) -> list[Wish]:
        suited = {str(entry.pk): entry for entry in offer.advice}
        details = {name: values.get(name, "") for name in ("support", "none")}
        chosen = [suited[key] for key in values.get("library", ())]
        return [Wish(self, values["why"], advice=chosen, details=details)]

    def refusal(self, wish: Wish, case: Case) -> Problem | None:
        given, none = bool(wish.advice or wish.why), bool(wish.value("none"))
        if given and none:
            return Problem("Either give advice, or say why there is none.", "none")
        if not (given or none):
            return Problem("Choose advice from the library, write it, or say why there is none.", "why")
        if not case.known and not wish.value("support"):
            return Problem("No service knows this child. Say what support there is.", "support")
        return None

    def effects(self, wish: Wish, child: Child, level: RiskLevel, at: datetime) -> Iterator[Effect]:
        if wish.value("none"):
            yield Effect(f"{NO_ADVICE}: {wish.value('none')}")
            return
        titles = ", ".join(entry.title for entry in wish.advice)
        yield Effect(f"Advice for the lead practitioner{f': {titles}' if titles else ''}")

    def named(self, wish: Wish) -> str:
        return NO_ADVICE if wish.value("none") else self.label

    def figure_of(self, label: str) -> str:
        return "No advice, with the reason" if label == NO_ADVICE else self.figure

    def minute(self, row: Outcome) -> str:
        return " – ".join([super().minute(row), *(version.title for version in row.advice.all())])
