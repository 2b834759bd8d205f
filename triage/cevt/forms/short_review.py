"""What the list of reviews where nothing was new sends (M6)."""

from typing import Any
from uuid import UUID

from django import forms

from cems.base.forms import KeyedForm

NOTHING_CHOSEN = "Tick the reviews that CEVT has noted."


class PublicIdsField(forms.TypedMultipleChoiceField):
    """Public ids of rows, whichever: the service leaves out those that are no longer there for the user."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=UUID, **kwargs)

    def valid_value(self, value: Any) -> bool:
        """Any value: what is no public id is refused when it is read as one."""
        return True


class NoteReviewsForm(KeyedForm):
    """The reviews that were ticked, noted once for the lot; or the one that is to be discussed."""

    reviews = PublicIdsField(required=False)
    discuss = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        """Something was ticked, or one is to be discussed."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not data.get("reviews") and not data.get("discuss"):
            self.add_error("reviews", NOTHING_CHOSEN)
        return data
