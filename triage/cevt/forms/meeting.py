"""What people note in CEVT's meeting (T3)."""

from django import forms

from cems.base.form_fields import WordsField
from cems.base.forms import KeyedForm
from cems.meetings.choices import NoteKind


class NoteForm(KeyedForm):
    """A theme or a place as it appears, for the minutes."""

    kind = forms.TypedChoiceField(
        choices=NoteKind.choices,
        coerce=NoteKind,
        error_messages={
            "required": "Say whether it is a theme or a place.",
            "invalid_choice": "Say whether it is a theme or a place.",
        },
    )
    text = WordsField(rows=2, error_messages={"required": "Write what was noticed."})
