"""The form by which a second administrator decides."""

from django import forms

from cems.base.forms import OnceForm


class AccountChangeForm(OnceForm):
    """Yes or no to what another administrator asked for."""

    button = "Save"
    act = forms.ChoiceField(
        choices=[("confirm", "Yes, do it now"), ("refuse", "No, nothing changes")],
        widget=forms.RadioSelect,
        label="Do you agree?",
        help_text="Make sure yourself that it is them who want it: ring them on a number you know.",
        error_messages={"required": "Choose yes or no."},
    )


class TakeBackForm(OnceForm):
    """Who asked, or whose yes does not count, can still say that nothing changes."""

    button = "Take it back: nothing changes"
    act = forms.CharField(widget=forms.HiddenInput, initial="refuse")
