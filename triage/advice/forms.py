"""Forms of the advice library and the log."""

from datetime import datetime, time
from typing import Any

from django import forms

from cems.accounts.form_fields import AgencyChoice
from cems.base.form_fields import DayField, VersionField, WordsField
from cems.base.forms import OnceForm
from cems.base.time import LONDON
from cems.children.choices import RiskLevel
from cems.children.practice_lists import HARM_FORMS
from triage.advice.selectors import library
from triage.advice.services import OLDEST, Words
from triage.models import AdviceVersion

PLAIN = ("title", "text", "link", "contact", "phone", "hours", "age_from", "age_to", "levels")


class AdviceForm(OnceForm):
    """The words of a piece of advice, and whom it suits (T4)."""

    button = "Save this advice"
    title = forms.CharField(max_length=120, label="Title", error_messages={"required": "Write a title."})
    text = WordsField(
        rows=8,
        label="The advice",
        help_text="As you would say it to a colleague on the phone. No names.",
        error_messages={"required": "Write the advice."},
    )
    link = forms.URLField(
        required=False,
        label="Link",
        assume_scheme="https",
        help_text="A page a practitioner or family can open, if there is one.",
        error_messages={"invalid": "Write the whole address, beginning with https://"},
    )
    contact = forms.CharField(
        max_length=120,
        required=False,
        label="Who to ring",
        help_text="A service or role, such as “School nurses of the town”. No name of a person.",
    )
    phone = forms.CharField(max_length=40, required=False, label="Their telephone number")
    hours = forms.CharField(
        max_length=120,
        required=False,
        label="When they answer",
        help_text="Such as “Monday to Friday, 9:00 to 17:00”.",
    )
    age_from = forms.IntegerField(
        min_value=0,
        max_value=OLDEST,
        initial=0,
        label="From age",
        error_messages={"required": "Write an age."},
    )
    age_to = forms.IntegerField(
        min_value=0,
        max_value=OLDEST,
        initial=OLDEST,
        label="To age",
        error_messages={"required": "Write an age."},
    )
    forms_of_harm = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="For which forms of harm?",
        help_text="Leave all empty if it suits any.",
    )
    levels = forms.TypedMultipleChoiceField(
        choices=RiskLevel.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="For which levels?",
        help_text="Leave all empty if it suits any.",
    )
    version = VersionField(initial=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = HARM_FORMS.choices(also=self.initial.get("forms_of_harm", ()))
        self.offer_choices("forms_of_harm", offered)

    @staticmethod
    def of(version: AdviceVersion) -> dict[str, Any]:
        """What the form shows of a version."""
        names = PLAIN
        shown = {name: getattr(version, name) for name in names}
        return {**shown, "forms_of_harm": version.forms, "version": version.number}

    @property
    def words(self) -> Words:
        data = self.cleaned_data
        names = PLAIN
        return Words(forms=data["forms_of_harm"], **{name: data[name] for name in names})


class ConsultationForm(OnceForm):
    """Who asked, what, and what was advised (T8)."""

    button = "Keep it in the log"
    asked_by_name = forms.CharField(
        max_length=120, label="Who asked?", error_messages={"required": "Say who asked."}
    )
    asked_by_agency = AgencyChoice(label="From which agency?", empty_label="Not one of these")
    child = forms.CharField(
        max_length=20,
        required=False,
        label="About which child?",
        help_text="The reference, which begins with CHD. Leave it empty where no child was named.",
    )
    happened_on = DayField(label="On which day?", error_messages={"required": "Write the day."})
    about = WordsField(rows=4, label="What was asked?", error_messages={"required": "Write what was asked."})
    given = WordsField(
        rows=4, label="What did you advise?", error_messages={"required": "Write what was advised."}
    )
    advice = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="From the library", choices=()
    )
    minutes = forms.IntegerField(
        min_value=1, max_value=600, required=False, label="How many minutes did it take?"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(row.current.public_id): row.current for row in library() if row.current}
        self.offer_choices("advice", [(key, row.title) for key, row in self.offered.items()])

    @property
    def happened_at(self) -> datetime:
        """Noon of the day: the hour is not asked."""
        return datetime.combine(self.cleaned_data["happened_on"], time(12), tzinfo=LONDON)
