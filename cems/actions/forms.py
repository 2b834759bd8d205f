"""What people type about an action."""

from typing import Any

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

    def __init__(self, *args: Any, done_elsewhere: bool = False, **kw: Any) -> None:
        """One that is `done_elsewhere` is met by that, so it is closed here only as no longer needed (K1)."""
        super().__init__(*args, **kw)
        if done_elsewhere:
            self.offer_choices("act", [("cancel", "No longer needed")])
            self.fields["act"].error_messages["invalid_choice"] = "This closes by itself when it is done."
            words = self.fields["outcome"]
            words.label, words.help_text = "Why is it no longer needed?", ""
            words.error_messages["required"] = "Say why it is no longer needed."

    @property
    def typed(self) -> str:
        """The words typed, for whoever comes second."""
        return str(self["outcome"].value() or "")
