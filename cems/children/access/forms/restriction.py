"""What people type about who may read a record."""

from django import forms

from cems.accounts.form_fields import PeopleForm, PersonChoice
from cems.base.form_fields import WhyField
from cems.base.forms import OnceForm, PlainForm
from cems.children.access.models.access import NamedReaderKind


class RestrictForm(PeopleForm):
    """Only named people read the record from now on (A2)."""

    button = "Restrict the record"
    owner = PersonChoice(label="Who owns the record?", help_text="Names who reads it, and reviews that.")
    deputy = PersonChoice(label="Who stands in for them?", required=False)
    reason = WhyField("Why must only named people read it?")


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
    reason = WhyField("Why?", "For example, works in the home, knows the family, is a party.")


class ReaderEndForm(OnceForm):
    """A person is taken off a restricted record."""

    button = "Take this person off the record"


class BarEndForm(OnceForm):
    """A bar ends."""

    button = "End the bar"
    reason = WhyField("Why may they read it again?", "It is kept with the record of use.", max_length=200)


class LiftForm(PlainForm):
    """The restriction ends."""

    button = "Open the record again"
    reason = WhyField("Why does the restriction end?")


class KeepForm(OnceForm):
    """The restriction was looked at again and stays."""

    button = "Keep it restricted until the next review"
    reason = WhyField("Why must it stay restricted?")


class ConflictForm(PlainForm):
    """Somebody should not read this record themselves."""

    button = "Close the record to me"
    reason = WhyField("Why should you not read this record?", "For example, you know the family.")
