"""What people type about where a child is placed (C2), and what the child and the family say (C6)."""

from django import forms

from cems.base.form_fields import WordsField
from cems.children.history.forms.note import HappenedForm


class OrientationForm(HappenedForm):
    """What a child says about their own orientation, if they want it kept."""

    button = "Keep these words"
    asks = "When did the child say it?"
    words = WordsField(
        rows=3,
        max_length=300,
        remembered=False,
        label="What did the child say?",
        help_text="In their own words. No list of terms, and no guess of yours.",
        error_messages={"required": "Write it in the child's own words."},
    )
    asked_by = forms.CharField(
        max_length=120,
        label="Who asked, or listened?",
        error_messages={"required": "Write who asked."},
    )
    agreed = forms.BooleanField(
        label="The child agrees that this is kept, and knows who will see it",
        error_messages={"required": "Keep it only if the child agrees."},
    )
