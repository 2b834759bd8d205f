"""What an administrator types about an authority (C2)."""

from django import forms

from cems.accounts.form_fields import AuthorityChoice
from cems.base.form_fields import DayField
from cems.base.forms import PlainForm


class AuthorityReachForm(PlainForm):
    """How the authority is reached."""

    phone = forms.CharField(max_length=30, required=False, label="Telephone of the front door, by day")
    night_phone = forms.CharField(
        max_length=30,
        required=False,
        label="Telephone out of hours",
        help_text="Nights, weekends, bank holidays.",
    )
    mail = forms.EmailField(
        required=False,
        label="Secure e-mail",
        error_messages={"invalid": "Write an e-mail address like name@example.org."},
    )


class AuthorityFollowForm(PlainForm):
    """Which authority answers for one that is reorganised."""

    button = "Save the successor"
    successor = AuthorityChoice(
        label="Which authority answers from then on?", wanted="Write which authority answers from then on."
    )
    last_day = DayField(
        label="Last day of this authority",
        help_text="For example, 31 3 2027. On a day to come it is so from the day after.",
        error_messages={"required": "Write the last day."},
    )
