"""What people type about a clock."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms_gds.layout import Field, Layout, Size
from django import forms


class ByHandForm(forms.Form):
    """Why somebody acts on a clock; which act is the button pressed."""

    act = forms.CharField(max_length=10)
    reason = forms.CharField(
        label="Reason",
        help_text="Shown in the clock’s history to everybody who may see it. Don’t name the child.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.label_size = Size.SMALL
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.show_error_summary = False
        self.helper.layout = Layout(Field("reason"))
