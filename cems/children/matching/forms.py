"""What people type when they join two records, or take them apart (C1)."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cems.base.form_fields import WhyField, YesNoField
from cems.base.forms import OnceForm, PlainForm
from cems.children.matching.selectors.merge import Choice
from cems.children.matching.selectors.merge_facts import FactChoice
from cems.children.models import Identifier


class ReferenceForm(PlainForm):
    """Another record, by its reference."""

    button = "Compare with this record"
    reference = forms.CharField(
        max_length=20,
        label="Reference of the other record",
        help_text="Such as CHD-2026-00042.",
        error_messages={"required": "Write the reference."},
    )


class MergeForm(PlainForm):
    """One question for each thing that runs on both records, and why they are one child."""

    button = "Join these records"
    why = WhyField(
        "Why are these one child?",
        "For example: same birth date and address, confirmed by the school.",
        wanted="Say why these are one child.",
        max_length=500,
    )

    def __init__(
        self, choices: Sequence[Choice], facts: Sequence[FactChoice], *args: Any, **kwargs: Any
    ) -> None:
        asked = {
            fact.key: forms.ChoiceField(
                choices=fact.options,
                widget=forms.RadioSelect,
                required=False,
                initial=fact.default,
                label=fact.question,
                help_text="The other stays on the record as said before, and search finds the child by it.",
            )
            for fact in facts
        } | {
            choice.key: forms.ChoiceField(
                choices=choice.options,
                widget=forms.RadioSelect,
                label=choice.question,
                help_text="The other one ends today, and stays in the history.",
                error_messages={"required": "Choose which one goes on."},
            )
            for choice in choices
        }
        # A form of its own for each merge: the class keeps only what every merge asks.
        self.base_fields = {**asked, **type(self).base_fields}  # type: ignore[misc]
        super().__init__(*args, **kwargs)
        self.asked = list(asked)

    @property
    def decisions(self) -> dict[str, str]:
        return {key: self.cleaned_data[key] for key in self.asked}


class ApartForm(OnceForm):
    """Two records are of two children."""

    button = "These are two children"


class ConfirmForm(OnceForm):
    """A record is of a child who was not known."""

    button = "Keep this record as a new child’s"


class SettleForm(PlainForm):
    """Whose a number is that two records hold, and how one knows."""

    button = "Settle the number"
    kind = forms.ChoiceField(
        widget=forms.RadioSelect, label="Which number?", error_messages={"required": "Choose the number."}
    )
    belongs = YesNoField(
        yes="Yes, it is this child’s",
        no="No, it was recorded in error",
        label="Is it this child’s number?",
        help_text="The other record keeps it as it is: somebody who may open that one settles it there.",
        wanted="Say whether it is this child’s number.",
    )
    why = WhyField(
        "How do you know?",
        "For example: confirmed by the school, or by the general practice.",
        wanted="Say how you know.",
        max_length=500,
    )

    def __init__(self, numbers: Sequence[Identifier], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_choices("kind", [(row.kind, f"{row.get_kind_display()} {row.value}") for row in numbers])
        if len(numbers) == 1:
            self.fields["kind"].initial = numbers[0].kind


class UndoForm(PlainForm):
    """Why two records are of two children after all."""

    button = "Take them apart"
    why = WhyField(
        "Why are these two children after all?", wanted="Say why these are two children.", max_length=500
    )
