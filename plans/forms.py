"""What First Contact and children's services answer."""

from datetime import datetime
from typing import Any

from django import forms

from cems.base.form_fields import DayField, TimeOfDayField, WordsField
from cems.base.forms import PlainForm
from cems.base.time import LONDON
from plans.choices import RequestAnswer


class RequestForm(PlainForm):
    """A strategy meeting was held, with what it decided; or the threshold is not met, and why (M5)."""

    button = "Record the answer"
    called = {"held_at": "held_on", "outcome": "words", "why": "words"}
    answer = forms.ChoiceField(
        choices=RequestAnswer.choices,
        label="What became of the request?",
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the meeting was held."},
    )
    held_on = DayField(
        label="If it was held: on which day?", required=False, help_text="For example, 27 3 2026."
    )
    held_time = TimeOfDayField(help_text="For example, 14:30. Your best guess will do.")
    words = WordsField(
        rows=6,
        label="What the meeting decided, or why the threshold is not met",
        help_text="Whoever asked for the meeting reads why a threshold is not met.",
        error_messages={"required": "Write what the meeting decided, or why the threshold is not met."},
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("answer") == RequestAnswer.HELD:
            if not data.get("held_on") and "held_on" not in self.errors:
                self.add_error("held_on", "Write the day the meeting was held.")
            if not data.get("held_time") and "held_time" not in self.errors:
                self.add_error("held_time", "Write the time the meeting was held.")
            if data.get("held_on") and data.get("held_time"):
                data["held_at"] = datetime.combine(data["held_on"], data["held_time"], tzinfo=LONDON)
        return data
