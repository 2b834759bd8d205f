"""What people type about who may read a record."""

from django import forms

from cems.accounts.form_fields import PeopleForm
from cems.accounts.models import User
from cems.base.form_fields import WhyField, WordsField
from cems.base.forms import OnceForm


class AddressForm(OnceForm, PeopleForm):
    """A confidential address, for those who may know it."""

    button = "Keep this address"
    address = WordsField(
        rows=3,
        max_length=500,
        remembered=False,
        label="Address",
        error_messages={"required": "Write the address."},
    )
    postcode = forms.CharField(max_length=10, required=False, label="Postcode")
    reason = WhyField("Why is it confidential?")
    people = forms.ModelMultipleChoiceField(
        User.objects.none(),
        to_field_name="public_id",
        label="Who may know it?",
        help_text="People who could read the record. Everybody else sees that there is nothing here for them.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose who may know the address."},
    )
