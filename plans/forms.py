"""What First Contact and children's services answer; what an administrator writes of a provider."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from cems.actions.models import Action
from cems.base.calendar import say_day
from cems.base.form_fields import DayField, TimeOfDayField, VersionField, WhyField, WordsField
from cems.base.forms import OnceForm
from cems.base.time import LONDON, local, local_date, today
from cems.children.choices import RiskLevel
from cems.children.history.forms.note import HappenedForm
from cems.children.practice_lists import HARM_FORMS
from cems.clocks.kinds import shown_kind
from cems.clocks.models import Clock
from plans.choices import MeetingKind, RequestAnswer
from plans.models import Provider, StatutoryMeeting
from plans.services.meeting import CarriedOver
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
    attended = WordsField(rows=3, max_length=1000, required=False, label="If it was held: who was there?")
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

    @property
    def typed(self) -> str:
        """The words typed, for whoever comes second: who was there, and what was decided or why not."""
        return "\n\n".join(words for name in ("attended", "words") if (words := self[name].value()))


class MeetingForm(HappenedForm):
    """A statutory meeting: kind, when, who was there, what it decided, the level it saw, what it takes on (G3)."""

    asks = "When was it held?"
    button = "Record this meeting"
    called = {"held_at": "happened_on"}
    kind = forms.ChoiceField(
        choices=MeetingKind.choices,
        widget=forms.RadioSelect,
        label="What kind of meeting?",
        error_messages={"required": "Choose the kind of meeting."},
    )
    attended = WordsField(
        rows=3,
        max_length=1000,
        label="Who was there?",
        help_text="With role and agency; the child and the family too.",
        error_messages={"required": "Write who was there."},
    )
    outcome = WordsField(
        rows=6, label="What did it decide?", error_messages={"required": "Write what the meeting decided."}
    )
    level_view = forms.TypedChoiceField(
        choices=[("", "It did not say"), *RiskLevel.choices],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        label="Which level of risk did the meeting see?",
        help_text="It is shown beside the agreed level. Only CEVT or CEG agrees a level.",
    )
    review = forms.ChoiceField(
        required=False,
        widget=forms.RadioSelect,
        label="Which review does it belong to?",
        help_text="The review itself stays owed until what it asks for is sent.",
    )
    carry = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Actions the meeting takes on",
        help_text="Each closes where it was and goes on here, with its owner, until the day below.",
    )
    carry_to = DayField(label="Until which day?", required=False)
    field_order = ["kind", "happened_on", "happened_time", "attended", "outcome", "level_view", "review"]

    def __init__(
        self, actions: Sequence[Action], reviews: Sequence[Clock], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actions, self.reviews = actions, reviews
        if reviews:
            due = [(str(row.public_id), _review_words(row)) for row in reviews]
            self.offer_choices("review", [*due, ("", "None of these")])
        else:
            self.leave_out("review")
        if actions:
            labels = [(str(row.public_id), f"{row.title} ({row.owner})") for row in actions]
            self.offer_choices("carry", labels)
        else:
            self.leave_out("carry", "carry_to")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["held_at"] = data.pop("happened_at", None)
        if data.get("carry") and not data.get("carry_to") and "carry_to" not in self.errors:
            self.add_error("carry_to", "Write until which day the meeting takes them on.")
        return data

    @property
    def meeting(self) -> dict[str, Any]:
        """What was typed of the meeting itself, by the name the service takes it under."""
        typed = {name: value for name, value in self.values.items() if name not in {"carry", "carry_to"}}
        return {**typed, "review": self.chosen_review}

    @property
    def chosen_review(self) -> Clock | None:
        """The review it belongs to; None where it belongs to none."""
        chosen = self.cleaned_data.get("review")
        return next((row for row in self.reviews if str(row.public_id) == chosen), None)

    @property
    def carried(self) -> CarriedOver | None:
        """The actions the meeting takes on; None where it takes none."""
        chosen = set(self.cleaned_data.get("carry", ()))
        if not chosen:
            return None
        taken = [row for row in self.actions if str(row.public_id) in chosen]
        return CarriedOver(taken, self.cleaned_data["carry_to"])


def _review_words(review: Clock) -> str:
    """A review in words, by when it is due."""
    return f"{shown_kind(review.kind).label}, due {say_day(local_date(review.due_at), year=True)}"


class MeetingCorrectionForm(MeetingForm):
    """What was recorded of a meeting, corrected, and why."""

    button = "Keep the correction"
    why = WhyField("Why is it corrected?", wanted="Say why it is corrected.")

    @staticmethod
    def begin(row: StatutoryMeeting) -> dict[str, Any]:
        """What a correction begins with."""
        when = local(row.held_at)
        return {
            "kind": row.kind,
            "happened_on": when.date(),
            "happened_time": when.time(),
            "attended": row.attended,
            "outcome": row.outcome,
            "level_view": "" if row.level_view is None else row.level_view,
            "review": str(row.review.public_id) if row.review else "",
        }


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
    return {**terms_of(provider), "version": provider.version}


def terms_of(provider: Provider) -> dict[str, Any]:
    """What the form shows of a provider."""
    return {name: getattr(provider, name) for name in ProviderTerms.__dataclass_fields__}
