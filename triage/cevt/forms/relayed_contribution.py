"""What is written for CEVT in one's own name: why a child is raised, and what an agency that is away told one."""

from datetime import datetime
from typing import Any

from django import forms

from cems.base.form_fields import DayField, TimeOfDayField, WordsField
from cems.base.forms import OnceForm
from cems.base.time import LONDON, local, now
from cems.meetings.choices import Held, RelayedHow
from cems.meetings.services.contribution import Told


class RaiseForm(OnceForm):
    """Why CEVT should look at a child without a new matrix (T3)."""

    button = "Raise at CEVT"
    why = WordsField(
        rows=6,
        label="Why CEVT should look at this child, and why now",
        help_text="What was seen or said, when, by whom, and what has changed. Everybody at CEVT reads it.",
        error_messages={"required": "Say what CEVT should look at, and why now."},
    )


class RelayedContributionForm(OnceForm):
    """What an agency that is away knows of a child, as somebody of it told the chair (T3)."""

    button = "Write it down"
    held = forms.ChoiceField(
        choices=Held.choices,
        widget=forms.RadioSelect,
        label="What did they answer?",
        error_messages={"required": "Choose what they answered."},
    )
    text = WordsField(
        rows=5,
        required=False,
        label="What they told you",
        help_text="As close to their words as you can. What you think of it belongs in the decision.",
    )
    told_by = forms.CharField(
        max_length=200,
        label="Who told you?",
        help_text="Their name and work.",
        error_messages={"required": "Write who told you."},
    )
    told_how = forms.ChoiceField(
        choices=RelayedHow.choices,
        widget=forms.RadioSelect,
        label="How?",
        error_messages={"required": "Choose how they told you."},
    )
    told_on = DayField(label="On which day?", error_messages={"required": "Write the day they told you."})
    told_time = TimeOfDayField(wanted="Write the time they told you.")
    about = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instant = local(now())
        kwargs["initial"] = {
            "told_on": instant.date(),
            "told_time": instant.time(),
            **kwargs.get("initial", {}),
        }
        super().__init__(*args, **kwargs)

    @property
    def told(self) -> Told:
        """What the service is told; call on a valid form."""
        data = self.cleaned_data
        return Told(
            held=Held(data["held"]),
            text=data["text"],
            by=data["told_by"],
            how=RelayedHow(data["told_how"]),
            at=datetime.combine(data["told_on"], data["told_time"], tzinfo=LONDON),
        )
