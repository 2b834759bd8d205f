"""What people type about who may read a record."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from cems.accounts.models import User
from cems.children.access.forms.restriction import PeopleForm, _says_why


class AddressForm(PeopleForm):
    """A confidential address, for those who may know it."""

    button = "Keep this address"
    address = forms.CharField(
        max_length=500,
        label="Address",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": "Write the address."},
    )
    postcode = forms.CharField(max_length=10, required=False, label="Postcode")
    reason = _says_why("Why is it confidential?")
    people = forms.ModelMultipleChoiceField(
        User.objects.none(),
        to_field_name="public_id",
        label="Who may know it?",
        help_text="People who could read the record. Everybody else sees that there is nothing here for them.",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose who may know the address."},
    )

    def __init__(self, people: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(people, *args, **kwargs)
        field = self.fields["people"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - tells the type checker only
        field.queryset = people
