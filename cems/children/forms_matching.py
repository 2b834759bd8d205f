"""What people type when they join two records, or take them apart (C1)."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cems.accounts.forms import PlainForm
from cems.children.selectors.merging import Choice


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
    why = forms.CharField(
        max_length=500,
        label="Why are these one child?",
        help_text="For example: same birth date and address, confirmed by the school.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why these are one child."},
    )

    def __init__(self, choices: Sequence[Choice], *args: Any, **kwargs: Any) -> None:
        asked = {
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


class UndoForm(PlainForm):
    """Why two records are of two children after all."""

    button = "Take them apart"
    why = forms.CharField(
        max_length=500,
        label="Why are these two children after all?",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why these are two children."},
    )
