"""What people type about an action."""

from django import forms

from cems.base.form_fields import WordsField
from cems.base.forms import OnceForm


class CloseForm(OnceForm):
    """What came of an action, or why it is no longer needed; which of the two is the button pressed."""

    buttons = "act"
    called = {"reason": "outcome"}
    outcome = WordsField(
        rows=4,
        max_length=4000,
        label="What came of it",
        help_text="What was done and what difference it made. If it is no longer needed, say why.",
        error_messages={"required": "Say what came of it."},
    )
    act = forms.ChoiceField(choices=[("complete", "Done"), ("cancel", "No longer needed")])
