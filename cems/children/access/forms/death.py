"""What people type about who may read a record."""

from django import forms

from cems.accounts.forms.person import DayField, PlainForm
from cems.children.access.forms.restriction import PeopleForm, PersonChoice, _says_why


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
