"""What somebody types who assigns a record to an auditor or to information governance (A2)."""

from django import forms

from cems.accounts.form_fields import PeopleForm, PersonChoice
from cems.base.form_fields import DayField
from cems.base.forms import OnceForm
from cems.children.models import AssignmentKind


class AssignmentForm(OnceForm, PeopleForm):
    """To whom, for what, to which day."""

    button = "Assign this record"
    person = PersonChoice(label="To whom?")
    kind = forms.ChoiceField(
        choices=AssignmentKind.choices,
        widget=forms.RadioSelect,
        label="For what?",
        error_messages={"required": "Choose what it is for."},
    )
    reference = forms.CharField(
        max_length=60,
        label="What is it called?",
        help_text="For example, Audit sample autumn 2026, or the number of the request. Name no child.",
        error_messages={"required": "Write what the sample, request or incident is called."},
    )
    ends_on = DayField(label="Last day", error_messages={"required": "Write the last day."})
