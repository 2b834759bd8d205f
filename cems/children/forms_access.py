"""What people type about who may read a record."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from cems.accounts.forms.person import DayField, PlainForm
from cems.accounts.models import User
from cems.children.models import EmergencyAccessOutcome
from cems.children.models.access import NamedReaderKind
from cems.children.rules.search import LONGEST


class EmergencyAccessForm(PlainForm):
    """Which record is needed now, and why (A2)."""

    button = "Open the record now"
    child = forms.CharField(
        max_length=LONGEST,
        label="Which child, exactly?",
        help_text="The reference, a number such as the NHS number, or the full name with the birth date:"
        " Amy Jones 3/4/2011.",
        error_messages={"required": "Name the child exactly."},
    )
    reason = forms.CharField(
        max_length=300,
        label="Why do you need the record now?",
        help_text="Your manager and an auditor read this. Name nobody who need not be named.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why you need the record now."},
    )


class EmergencyAccessReviewForm(PlainForm):
    """What a manager or auditor found of an emergency opening (A2)."""

    button = "Record what you found"
    outcome = forms.ChoiceField(
        choices=EmergencyAccessOutcome.choices,
        widget=forms.RadioSelect,
        label="Was it right to open the record?",
        error_messages={"required": "Choose what you found."},
    )
    remark = forms.CharField(
        max_length=300,
        required=False,
        label="What did you find, and what follows?",
        help_text="Needed unless it was right.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _says_why(label: str, help_text: str = "", max_length: int = 200) -> forms.CharField:
    return forms.CharField(
        max_length=max_length,
        label=label,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why."},
    )


class PersonChoice(forms.ModelChoiceField):
    """A colleague, with job and agency, so that two of one name are told apart."""

    def __init__(self, *, label: str, required: bool = True, help_text: str = "") -> None:
        super().__init__(
            User.objects.none(),
            to_field_name="public_id",
            required=required,
            label=label,
            help_text=help_text,
            empty_label="Choose",
            error_messages={"required": "Choose who."},
        )

    def label_from_instance(self, obj: Any) -> str:
        return ", ".join(word for word in (obj.name, obj.job_title, obj.agency.name) if word)


class PeopleForm(PlainForm):
    """A form that chooses among the people who could read this record."""

    def __init__(self, people: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, PersonChoice):
                field.queryset = people


class RestrictForm(PeopleForm):
    """Only named people read the record from now on (A2)."""

    button = "Restrict the record"
    owner = PersonChoice(label="Who owns the record?", help_text="Names who reads it, and reviews that.")
    deputy = PersonChoice(label="Who stands in for them?", required=False)
    reason = _says_why("Why must only named people read it?")


class ReaderForm(PeopleForm):
    """Another person is named on a restricted record."""

    button = "Name this person"
    person = PersonChoice(label="Who may read the record?")
    kind = forms.ChoiceField(
        choices=NamedReaderKind.choices, initial=NamedReaderKind.NAMED, widget=forms.RadioSelect, label="As"
    )


class BarForm(PeopleForm):
    """A person who must not read the record."""

    button = "Bar this person"
    person = PersonChoice(label="Who must not read the record?")
    reason = _says_why("Why?", "For example, works in the home, knows the family, is a party.")


class LiftForm(PlainForm):
    """The restriction ends."""

    button = "Open the record again"
    reason = _says_why("Why does the restriction end?")


class KeepForm(PlainForm):
    """The restriction was looked at again and stays."""

    button = "Keep it restricted until the next review"
    reason = _says_why("Why must it stay restricted?")


class ConflictForm(PlainForm):
    """Somebody should not read this record themselves."""

    button = "Close the record to me"
    reason = _says_why("Why should you not read this record?", "For example, you know the family.")


class DeathForm(PeopleForm):
    """A child has died (access rules)."""

    button = "Record that the child has died"
    died_on = DayField(label="When did the child die?", error_messages={"required": "Write the day."})
    owner = PersonChoice(label="Who owns the record from now on?")
    confirmed = forms.BooleanField(
        label="I have checked that this is the right child",
        error_messages={"required": "Check that this is the right child, and say so."},
    )


class DeathUndoForm(PlainForm):
    """A death was recorded in error."""

    button = "Open the record again"
    reason = _says_why("How did the mistake come about?")


class SealForm(PlainForm):
    """The identity is sealed, or was in error."""

    button = "Seal this identity"
    reason = _says_why("Why?", "For example, an adoption order.")


class UnsealForm(PlainForm):
    """The seal was set in error."""

    button = "Take the seal off"
    reason = _says_why("How did the mistake come about?")


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
