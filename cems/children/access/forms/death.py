"""What people type about who may read a record."""

from django import forms

from cems.accounts.form_fields import PeopleForm, PersonChoice
from cems.base.form_fields import DayField, WhyField
from cems.base.forms import PlainForm


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
    reason = WhyField("How did the mistake come about?")
