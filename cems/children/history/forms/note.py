"""What people type about a child."""

from datetime import datetime
from typing import Any

from django import forms

from cems.base.form_fields import DayField, TimeOfDayField, WordsField
from cems.base.forms import OnceForm
from cems.base.time import LONDON, local, now
from cems.children.models import CaseNote


class HappenedForm(OnceForm):
    """Something that happened at a time of its own; sent twice, it is kept once."""

    asks = "When did it happen?"
    parts = frozenset({"happened_on", "happened_time"})
    called = {"happened_at": "happened_on"}
    happened_on = DayField(
        label="When did it happen?", error_messages={"required": "Write the day it happened."}
    )
    happened_time = TimeOfDayField(
        help_text="For example, 14:30. Your best guess will do.", wanted="Write the time."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_on"].label = self.asks

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("happened_on") and data.get("happened_time"):
            when = datetime.combine(data["happened_on"], data["happened_time"], tzinfo=LONDON)
            if when > now():
                self.add_error("happened_on", "This tells what has happened. This time is in the future.")
            data["happened_at"] = when
        return data


class NoteForm(HappenedForm):
    """A case note (C5)."""

    button = "Save this note"
    who = forms.CharField(max_length=300, required=False, label="Who was involved?")
    text = WordsField(rows=8, label="What happened?", error_messages={"required": "Write what happened."})
    done = WordsField(rows=4, required=False, label="What was done about it?")

    @staticmethod
    def told(note: CaseNote) -> dict[str, Any]:
        """What a correction begins with."""
        when = local(note.happened_at)
        return {
            "happened_on": when.date(),
            "happened_time": when.time(),
            "who": note.who,
            "text": note.text,
            "done": note.done,
        }
