"""What people type about who may read a record."""

from django import forms

from cems.base.form_fields import WhyField, WordsField
from cems.base.forms import PlainForm
from cems.children.matching.rules.search import LONGEST
from cems.children.models import EmergencyAccessOutcome


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
    reason = WhyField(
        "Why do you need the record now?",
        "Your manager and an auditor read this. Name nobody who need not be named.",
        wanted="Say why you need the record now.",
        max_length=300,
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
    remark = WordsField(
        rows=3,
        max_length=300,
        required=False,
        label="What did you find, and what follows?",
        help_text="Needed unless it was right.",
    )
