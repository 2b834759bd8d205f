"""What follows from a decision, as the chair ticks it: each kind of outcome with what it asks (T4)."""

from dataclasses import replace
from typing import Any

from django import forms

from cems.base.form_fields import WordsField
from cems.base.forms import HandledForm
from triage.cevt.outcomes import OUTCOMES, Ask, Offer, Wish


def short(**kw: Any) -> forms.CharField:
    """A text of some lines."""
    return WordsField(**{"rows": 2, "required": False, **kw})


class OutcomesForm(HandledForm):
    """The lines of the outcomes on offer, made from the kinds there are; the rules check what was answered."""

    outcomes = forms.MultipleChoiceField(
        required=False,
        label="What follows",
        help_text="At Significant the board and a worker follow by themselves.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "One of these outcomes is not offered any more. Choose again."},
    )

    def __init__(self, *args: Any, offer: Offer, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.offer = replace(offer, chosen=frozenset(str(value) for value in self["outcomes"].value() or ()))
        self.kinds = {
            kind.slot: kind for registered in OUTCOMES.values() for kind in registered.offered(self.offer)
        }
        self.asks = {slot: kind.asks(self.offer) for slot, kind in self.kinds.items()}
        self.offer_choices("outcomes", [(slot, kind.label) for slot, kind in self.kinds.items()])
        for slot, asks in self.asks.items():
            for ask in asks:
                self.fields[f"{slot}_{ask.name}"] = _field(ask)

    @property
    def outcome_rows(self) -> list[dict[str, Any]]:
        """Each outcome with the fields it asks for; one with an error is shown open, asked for or not."""
        rows = []
        for slot, kind in self.kinds.items():
            fields = [self[f"{slot}_{ask.name}"] for ask in self.asks[slot]]
            checked = slot in self.offer.chosen or any(field.errors for field in fields)
            rows.append({"value": slot, "label": kind.label, "checked": checked, "fields": fields})
        return rows

    def wishes(self) -> list[Wish]:
        """What was asked for."""
        data = self.cleaned_data
        wishes: list[Wish] = []
        for slot, kind in self.kinds.items():
            if slot in data["outcomes"]:
                values = {ask.name: data[f"{slot}_{ask.name}"] for ask in self.asks[slot]}
                wishes += kind.wishes(values, self.offer)
        return wishes

    def field_of(self, name: str | None) -> str | None:
        """The field beside which a refusal about this name is said; None where the form has none."""
        if name in self.kinds:
            chosen = name in self.cleaned_data.get("outcomes", ())
            return f"{name}_why" if chosen and f"{name}_why" in self.fields else "outcomes"
        return name if name in self.fields else None

    @staticmethod
    def of_several() -> set[str]:
        """The names of the fields with several values."""
        return {"outcomes", *(f"{kind.key}_{name}" for kind in OUTCOMES.values() for name in kind.many)}


def _field(ask: Ask) -> forms.Field:
    if ask.choices is None:
        return short(label=ask.label, help_text=ask.hint)
    if ask.many:
        return forms.MultipleChoiceField(
            choices=ask.choices, required=False, label=ask.label, widget=forms.CheckboxSelectMultiple
        )
    empty = [("", ask.empty)] if ask.empty else []
    return forms.ChoiceField(
        choices=[*empty, *ask.choices],
        required=False,
        label=ask.label,
        help_text=ask.hint,
        initial=ask.initial,
    )
