"""What people type when an age is decided (C1)."""

from django import forms

from cems.base.form_fields import DayField, WhyField
from cems.base.forms import PlainForm
from cems.children.choices import AgeOutcome
from cems.children.identity.services.age import Decided


class AgeDecisionForm(PlainForm):
    """What was decided, by whom, when, and which birth date holds."""

    button = "Record the decision"
    outcome = forms.ChoiceField(
        choices=AgeOutcome.choices,
        widget=forms.RadioSelect,
        label="What was decided?",
        error_messages={"required": "Choose what was decided."},
    )
    born = DayField(label="Birth date decided", error_messages={"required": "Write the birth date decided."})
    decided_by = forms.CharField(
        max_length=120,
        label="Who decided?",
        help_text="The name and post, such as two social workers of the authority, or the court.",
        error_messages={"required": "Write who decided."},
    )
    decided_on = DayField(label="On which day?", error_messages={"required": "Write the day."})
    why = WhyField(
        "What does the decision rest on?", wanted="Write what the decision rests on.", max_length=2000, rows=5
    )

    @property
    def decided(self) -> Decided:
        return Decided(**self.values)
