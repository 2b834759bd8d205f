"""What people type about who may read a record."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from cems.accounts.forms.person import PlainForm
from cems.accounts.models import User
from cems.children.access.models.access import NamedReaderKind


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
