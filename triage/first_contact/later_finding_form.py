"""What First Contact types of a result that came after its decision (T1)."""

from typing import Any

from django import forms

from cems.base.form_fields import DayField, WhyField, WordsField
from cems.base.forms import OnceForm
from triage.choices import LaterFindingKind
from triage.first_contact.forms import NO, YES
from triage.first_contact.rules.approach import goes_with

OUTSIDE = {True: YES, False: NO, None: ""}


class LaterFindingForm(OnceForm):
    """A section 47 result, or what an assessment found, once the referral was decided."""

    button = "Record this result"
    kind = forms.ChoiceField(
        choices=LaterFindingKind.choices,
        widget=forms.RadioSelect,
        label="What was found?",
        error_messages={"required": "Choose what was found."},
    )
    found_on = DayField(
        label="On which day?",
        help_text="The day of the result. For example, 27 3 2026.",
        error_messages={"required": "Write the day of the result."},
    )
    text = WordsField(
        rows=6,
        label="What does it say, and who found it?",
        help_text="Who works with the child reads this.",
        error_messages={"required": "Write what was found, and by whom."},
    )
    outside_home = forms.ChoiceField(
        choices=[(YES, "Outside the home"), (NO, "At home"), ("", "Not known yet")],
        required=False,
        widget=forms.RadioSelect,
        label="Where does the main risk lie?",
        help_text="If harm is found outside the home and no CE Matrix was made since the referral, one is due.",
    )
    approach = forms.BooleanField(
        required=False, label="The Harm Outside the Home approach is taken from now on"
    )
    approach_why = WordsField(rows=3, required=False, label="Why the approach")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        begun = dict(kwargs.pop("initial", None) or {})
        if "outside_home" in begun:
            begun["outside_home"] = OUTSIDE[begun["outside_home"]]
        super().__init__(*args, initial=begun, **kwargs)
        self.fields[
            "approach"
        ].help_text = (
            f"With {goes_with()}, where the main risk lies outside the home. Leave it empty and it ends."
        )

    def clean_outside_home(self) -> bool | None:
        """Whether the risk lies outside the home; None where nobody knows yet."""
        return {YES: True, NO: False}.get(self.cleaned_data["outside_home"])


class LaterFindingWithdrawForm(OnceForm):
    """A result was recorded in error, and why."""

    button = "Withdraw this result"
    why = WhyField("What was wrong?", wanted="Say what was wrong.")
