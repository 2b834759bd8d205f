"""What an administrator writes of a helpline (K3)."""

from typing import Any

from django import forms

from cems.accounts.directory.models import HelplineFor
from cems.accounts.directory.services import HelplineTerms
from cems.accounts.models import Helpline
from cems.base.form_fields import DayField, VersionField
from cems.base.forms import OnceForm


class HelplineForm(OnceForm):
    """Who a helpline is for, and how it is reached."""

    name = forms.CharField(max_length=120, label="Name", error_messages={"required": "Write its name."})
    helps = forms.ChoiceField(
        choices=HelplineFor.choices,
        widget=forms.RadioSelect,
        label="Whom is it for?",
        error_messages={"required": "Choose whom it is for."},
    )
    purpose = forms.CharField(
        max_length=200,
        label="What does it help with?",
        help_text="One line, such as: any worry, free and in confidence.",
        error_messages={"required": "Write what it helps with."},
    )
    phone = forms.CharField(max_length=30, required=False, label="Telephone")
    hours = forms.CharField(
        max_length=120, required=False, label="When is it open?", help_text="Such as: day and night."
    )
    page = forms.URLField(
        required=False,
        label="Page",
        assume_scheme="https",
        error_messages={"invalid": "Write the whole address, beginning with https://"},
    )
    last_day = DayField(
        label="Last day",
        required=False,
        help_text="Leave empty while it goes on. After it the directory is without it.",
    )
    version = VersionField(initial=0)

    def __init__(self, *args: Any, helpline: Helpline | None = None, **kwargs: Any) -> None:
        initial = {**terms_of(helpline), "version": helpline.version} if helpline else {}
        super().__init__(*args, initial=initial, **kwargs)

    @property
    def terms(self) -> HelplineTerms:
        """What the service keeps; call on a valid form."""
        return HelplineTerms(**{name: self.cleaned_data[name] for name in HelplineTerms.__dataclass_fields__})


def terms_of(helpline: Helpline) -> dict[str, Any]:
    """What the form shows of a helpline."""
    return {name: getattr(helpline, name) for name in HelplineTerms.__dataclass_fields__}
