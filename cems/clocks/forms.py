"""What people type about a clock."""

from django import forms

from cems.base.form_fields import WhyField
from cems.base.forms import PlainForm


class ByHandForm(PlainForm):
    """Why somebody acts on a clock; which act is the button pressed."""

    buttons = "act"
    act = forms.CharField(max_length=10)
    reason = WhyField(
        "Reason",
        "Shown in the clock’s history to everybody who may see it. Don’t name the child.",
        max_length=500,
    )
