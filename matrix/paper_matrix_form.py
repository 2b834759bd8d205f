"""What a desk types of a matrix that came by mail or on paper, before it enters the answers (T2)."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms

from cems.accounts.form_fields import AgencyChoice, WorkEmailField
from cems.base.form_fields import DayField, TimeOfDayField, WhyField
from cems.base.forms import OnceForm
from cems.base.time import LONDON, now
from matrix.choices import CameBy
from matrix.practice_lists import OCCASIONS
from matrix.services.paper_matrix import PaperGiven


class PaperMatrixForm(OnceForm):
    """Who made it and how to reach them, when it was received and how, why it was made."""

    button = "Go on to the answers"
    called = {"received_at": "received_on"}
    parts = frozenset({"received_on", "received_time"})
    author_name = forms.CharField(
        max_length=200, label="Who made it?", error_messages={"required": "Write the name of who made it."}
    )
    author_role = forms.CharField(
        max_length=200,
        label="Their role",
        help_text="For example, school nurse.",
        error_messages={"required": "Write their role, such as school nurse."},
    )
    agency = AgencyChoice(label="Their agency", empty_label="None of these")
    agency_name = forms.CharField(max_length=200, required=False, label="Another agency: its name")
    author_email = WorkEmailField(
        label="Their e-mail address at work",
        required=False,
        help_text="If they have an account here, they are told and can follow what happens.",
    )
    author_contact = forms.CharField(
        max_length=300,
        required=False,
        label="How else to reach them",
        help_text="A telephone number or an address for a letter.",
    )
    came_by = forms.ChoiceField(
        choices=CameBy.choices,
        label="How did it come?",
        widget=forms.RadioSelect,
        error_messages={"required": "Say how it came."},
    )
    received_on = DayField(
        label="On which day was it received?",
        help_text="The day it reached the partnership. Its clocks run from then.",
        error_messages={"required": "Write the day it was received."},
    )
    received_time = TimeOfDayField(wanted="Write the time it was received.")
    occasion = forms.ChoiceField(
        choices=partial(OCCASIONS.choices),
        label="Why was it made?",
        error_messages={"required": "Choose why it was made."},
    )

    def clean(self) -> dict[str, Any]:
        """The day and the time make one instant, which has passed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("received_on") and data.get("received_time"):
            data["received_at"] = datetime.combine(data["received_on"], data["received_time"], tzinfo=LONDON)
            if data["received_at"] > now():
                self.add_error("received_on", "This is still to come. Write when it was received.")
        return data

    @property
    def paper(self) -> PaperGiven:
        """What was typed, for the service; call on a valid form."""
        names = PaperGiven.__dataclass_fields__
        return PaperGiven(**{name: self.cleaned_data[name] for name in names})


class AuthorToldForm(OnceForm):
    """How an author without an account was told."""

    button = "The author has been told"
    how = WhyField(
        "How were they told?",
        "For example, by letter to the school. No names, please.",
        wanted="Say how the author was told, such as a letter to which address.",
        max_length=300,
        rows=2,
    )
