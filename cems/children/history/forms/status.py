"""What people type about a child."""

from django import forms

from cems.accounts.form_fields import AuthorityChoice
from cems.base.form_fields import DayField
from cems.base.forms import PlainForm
from cems.children.choices import LegalBasis, StatusKind


class StatusForm(PlainForm):
    """A status from a day on (C2)."""

    button = "Record this status"
    kind = forms.ChoiceField(choices=StatusKind.choices, widget=forms.RadioSelect, label="Status")
    starts_on = DayField(label="First day", error_messages={"required": "Write the first day."})
    ends_on = DayField(label="Last day", required=False, help_text="Leave empty if it goes on.")
    legal_basis = forms.ChoiceField(
        choices=LegalBasis.choices, required=False, label="Legal authority", help_text="For a child in care."
    )
    responsible = AuthorityChoice(
        label="Authority that holds responsibility", empty_label="The authority of the record"
    )


class StatusEndForm(PlainForm):
    """The last day of a status."""

    button = "End this status"
    ends_on = DayField(label="Last day", error_messages={"required": "Write the last day."})
