"""What people type about an action."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms_gds.layout import Field, Layout, Size
from django import forms


class CloseForm(forms.Form):
    """What came of an action, or why it is no longer needed; which of the two is the button pressed.

    `save_key` makes a form sent twice count once.
    """

    save_key = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.CharField(
        label="What came of it",
        help_text="What was done and what difference it made. If it is no longer needed, say why.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what came of it."},
    )
    act = forms.ChoiceField(choices=[("complete", "Done"), ("cancel", "No longer needed")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.label_size = Size.SMALL
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.show_error_summary = False
        self.helper.layout = Layout("save_key", Field("outcome"))

    @classmethod
    def empty(cls) -> "CloseForm":
        """A fresh form with a key of its own."""
        return cls(initial={"save_key": uuid.uuid4()})

    def body(self) -> dict[str, Any]:
        """What was said, for telling a repeated form from a different one."""
        return {"outcome": self.cleaned_data["outcome"], "act": self.cleaned_data["act"]}
