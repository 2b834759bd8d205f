"""What the list of reviews where nothing was new sends (M6)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from cems.base.forms import KeyedForm

NOTHING_CHOSEN = "Tick the reviews that CEVT has noted."


class NoteReviewsForm(KeyedForm):
    """The reviews that were ticked, noted once for the lot; or the one that is to be discussed."""

    reviews = forms.TypedMultipleChoiceField(coerce=UUID, required=False)
    discuss = forms.TypedChoiceField(coerce=UUID, required=False, empty_value=None)

    def __init__(self, shown: Iterable[UUID], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(public_id), str(public_id)) for public_id in shown]
        self.offer_choices("reviews", choices)
        self.offer_choices("discuss", choices)

    def clean(self) -> dict[str, Any]:
        """Something was ticked, or one is to be discussed."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not data.get("reviews") and not data.get("discuss"):
            self.add_error("reviews", NOTHING_CHOSEN)
        return data
