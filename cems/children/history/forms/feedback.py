"""What people type about where a child is placed (C2), and what the child and the family say (C6)."""

from datetime import datetime
from typing import Any

from django import forms

from cems.base.form_fields import DayField, WordsField
from cems.base.forms import OnceForm
from cems.base.time import LONDON, now, today
from cems.children.choices import FeedbackAbout, FeedbackFrom


class FeedbackForm(OnceForm):
    """Words of the child or the family, typed by a colleague."""

    button = "Keep these words"
    parts = frozenset({"happened_on"})
    whose = forms.ChoiceField(
        choices=FeedbackFrom.choices,
        widget=forms.RadioSelect,
        label="Whose words are they?",
        error_messages={"required": "Choose whose words they are."},
    )
    about = forms.ChoiceField(
        choices=FeedbackAbout.choices,
        widget=forms.RadioSelect,
        label="What are they about?",
        error_messages={"required": "Choose what they are about."},
    )
    words = WordsField(
        rows=6,
        label="What did they say?",
        help_text="In their own words, not in yours.",
        error_messages={"required": "Write what they said, in their words."},
    )
    changed = WordsField(rows=3, required=False, label="What changed because of it?")
    happened_on = DayField(label="When did they say it?", error_messages={"required": "Write the day."})

    @property
    def happened_at(self) -> datetime:
        return middle_of(self.cleaned_data["happened_on"])

    def clean_happened_on(self) -> Any:
        return _not_to_come(self.cleaned_data["happened_on"])


def middle_of(day: Any) -> datetime:
    """Noon of the day, or now where noon is still to come."""
    return min(datetime.combine(day, datetime.min.time().replace(hour=12), tzinfo=LONDON), now())


def _not_to_come(day: Any) -> Any:
    if day > today():
        raise forms.ValidationError("This day is in the future. Check the date.")
    return day
