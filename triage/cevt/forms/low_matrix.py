"""What CEVT's list of Low and None sends (M5)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from cems.base.form_fields import WordsField
from cems.base.forms import KeyedForm

NOTHING_CHOSEN = "Tick the children CEVT has looked at."


class LookedAtForm(KeyedForm):
    """The matrices that were looked at, with a note where there is something to say."""

    low_matrices = forms.TypedMultipleChoiceField(
        coerce=UUID,
        error_messages={
            "required": NOTHING_CHOSEN,
            "invalid_choice": "Somebody has looked at one of these already, or it is on CEVT’s list. Tick again.",
        },
    )
    note = WordsField(rows=2, max_length=2000, required=False, label="Note, if there is something to say")

    def __init__(self, shown: Iterable[UUID], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_choices("low_matrices", [(str(public_id), str(public_id)) for public_id in shown])
