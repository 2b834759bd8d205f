"""What First Contact and children's services answer; what an administrator writes of a provider."""

from datetime import datetime
from typing import Any

from django import forms

from cems.base.form_fields import DayField, TimeOfDayField, VersionField, WordsField
from cems.base.forms import OnceForm
from cems.base.time import LONDON, today
from cems.children.choices import RiskLevel
from cems.children.practice_lists import HARM_FORMS
from plans.choices import RequestAnswer
from plans.models import Provider
from plans.services.provider import ProviderTerms


class RequestForm(OnceForm):
    """A strategy meeting was held, with what it decided; or the threshold is not met, and why (M5)."""

    button = "Record the answer"
    called = {"held_at": "held_on", "outcome": "words", "why": "words"}
    answer = forms.ChoiceField(
        choices=RequestAnswer.choices,
        label="What became of the request?",
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the meeting was held."},
    )
    held_on = DayField(
        label="If it was held: on which day?", required=False, help_text="For example, 27 3 2026."
    )
    held_time = TimeOfDayField(help_text="For example, 14:30. Your best guess will do.")
    words = WordsField(
        rows=6,
        label="What the meeting decided, or why the threshold is not met",
        help_text="The person who asked for the meeting reads why a threshold is not met.",
        error_messages={"required": "Write what the meeting decided, or why the threshold is not met."},
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("answer") == RequestAnswer.HELD:
            if not data.get("held_on") and "held_on" not in self.errors:
                self.add_error("held_on", "Write the day the meeting was held.")
            if not data.get("held_time") and "held_time" not in self.errors:
                self.add_error("held_time", "Write the time the meeting was held.")
            if data.get("held_on") and data.get("held_time"):
                data["held_at"] = datetime.combine(data["held_on"], data["held_time"], tzinfo=LONDON)
        return data


_AGE = {
    "invalid": "Write an age in years.",
    "min_value": "Write an age from 0.",
    "max_value": "Write an age up to 25.",
}


class ProviderForm(OnceForm):
    """Who a provider is, how to reach it, whom it takes, from when to when (T4)."""

    name = forms.CharField(
        max_length=120, label="Name", error_messages={"required": "Write the provider's name."}
    )
    code = forms.SlugField(
        max_length=30,
        label="Short name",
        help_text="Small letters and hyphens, such as changing-lives. Other systems use it; it does not change later.",
        error_messages={
            "required": "Write a short name.",
            "invalid": "Use small letters, figures and hyphens only.",
        },
    )
    phone = forms.CharField(max_length=30, required=False, label="Telephone")
    page = forms.URLField(
        required=False,
        label="Page",
        assume_scheme="https",
        error_messages={"invalid": "Write the whole address, beginning with https://"},
    )
    age_from = forms.IntegerField(
        min_value=0,
        max_value=25,
        initial=0,
        label="Takes young people from age",
        error_messages={"required": "Write an age; 0 for any.", **_AGE},
    )
    age_to = forms.IntegerField(
        min_value=0,
        max_value=25,
        required=False,
        label="To age",
        help_text="Leave empty if there is no oldest age.",
        error_messages=_AGE,
    )
    harms = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="For which forms of harm?",
        help_text="Leave all empty if it takes any.",
    )
    levels = forms.TypedMultipleChoiceField(
        choices=RiskLevel.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="At which levels?",
        help_text="Leave all empty if it takes any.",
    )
    takes_parents = forms.BooleanField(required=False, label="It works with parents too")
    active_from = DayField(
        label="First day on which it takes referrals", error_messages={"required": "Write the first day."}
    )
    active_until = DayField(
        label="Last day on which it takes referrals",
        required=False,
        help_text="Leave empty while it goes on. What was referred to it stays readable.",
    )
    version = VersionField(initial=0)

    def __init__(self, *args: Any, provider: Provider | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_begins(provider), **kwargs)
        harms = HARM_FORMS.choices(also=provider.harms if provider else ())
        self.offer_choices("harms", harms)
        if provider is not None:
            del self.fields["code"]
            self.helper.layout.fields = [self._laid_out(name) for name in self.fields]

    @property
    def terms(self) -> ProviderTerms:
        """What the service keeps; call on a valid form."""
        return ProviderTerms(**{name: self.cleaned_data[name] for name in ProviderTerms.__dataclass_fields__})


def _begins(provider: Provider | None) -> dict[str, Any]:
    if provider is None:
        return {"active_from": today()}
    return {name: getattr(provider, name) for name in (*ProviderTerms.__dataclass_fields__, "version")}
