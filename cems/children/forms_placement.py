"""What people type about where a child is placed (C2), and what the child and the family say (C6)."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms

from cems.accounts.forms.person import DayField, PlainForm
from cems.accounts.models import Authority, Locality, Team, TeamKind
from cems.base.time import LONDON, now, today
from cems.children.choices import FeedbackAbout, FeedbackFrom, PlacementKind, Route
from cems.children.forms import HappenedForm, WordsField
from cems.children.services.placements import Place


class PlacementForm(PlainForm):
    """A placement from a day on."""

    button = "Record this placement"
    kind = forms.ChoiceField(
        choices=PlacementKind.choices,
        widget=forms.RadioSelect,
        label="What kind of place?",
        error_messages={"required": "Choose the kind of place."},
    )
    placed_by = forms.ModelChoiceField(
        Authority.objects.order_by("name"),
        to_field_name="code",
        label="Authority that placed the child and is responsible",
        empty_label="Choose",
        error_messages={"required": "Choose who placed the child."},
    )
    area = forms.ModelChoiceField(
        Authority.objects.order_by("name"),
        to_field_name="code",
        label="Authority the place lies in",
        empty_label="Choose",
        error_messages={"required": "Choose where the place lies."},
    )
    locality = forms.ModelChoiceField(
        Locality.objects.select_related("authority").order_by("authority__name", "name"),
        required=False,
        label="Locality",
        empty_label="Not known",
    )
    provider = forms.ModelChoiceField(
        Team.objects.filter(kind=TeamKind.HOME).order_by("name"),
        to_field_name="public_id",
        required=False,
        label="Home, if it is one CEMS knows",
        empty_label="Another place",
    )
    provider_name = forms.CharField(
        max_length=120, required=False, label="Otherwise, the name of the place or provider"
    )
    address_confidential = forms.BooleanField(
        required=False, label="The address is confidential: the name of the place is shown to nobody"
    )
    starts_on = DayField(label="First day", error_messages={"required": "Write the first day."})
    long_stay = forms.BooleanField(
        required=False, label="Health or education: three months or more, or meant to be"
    )
    notified_by = forms.CharField(
        max_length=120,
        label="Who notified us?",
        help_text="The authority or the home, and the person.",
        error_messages={"required": "Write who notified us."},
    )
    notified_on = DayField(label="On which day?", error_messages={"required": "Write the day."})

    @property
    def place(self) -> Place:
        return Place(**self.cleaned_data)


class PlacementEndForm(PlainForm):
    """The last day of a placement, and why it ended."""

    button = "End this placement"
    ends_on = DayField(label="Last day", error_messages={"required": "Write the last day."})
    reason = forms.CharField(
        max_length=200, label="Why did it end?", error_messages={"required": "Say why it ended."}
    )


class PlacementConcernForm(PlainForm):
    """A worry about a child who is placed."""

    button = "Send to First Contact"
    happened_on = DayField(label="When did it happen?", error_messages={"required": "Write the day."})
    text = WordsField(
        rows=6, label="What worries you?", error_messages={"required": "Write what worries you."}
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    @property
    def happened_at(self) -> datetime:
        return middle_of(self.cleaned_data["happened_on"])

    def clean_happened_on(self) -> Any:
        return _not_to_come(self.cleaned_data["happened_on"])


class ToldForm(HappenedForm):
    """Who was told at the responsible authority, when and how."""

    button = "Record that they were told"
    asks = "When were they told?"
    whom = forms.CharField(
        max_length=120,
        label="Who was told?",
        help_text="The name and post, such as a duty social worker or team manager.",
        error_messages={"required": "Write who was told: the name and post."},
    )
    route = forms.ChoiceField(
        choices=Route.choices,
        widget=forms.RadioSelect,
        label="How were they told?",
        error_messages={"required": "Choose how they were told."},
    )
    text = WordsField(rows=4, required=False, label="What was said?")


class AnsweredForm(HappenedForm):
    """What the responsible authority answered."""

    button = "Record the answer"
    asks = "When did they answer?"
    text = WordsField(
        rows=5,
        label="What do they do about it, and by when?",
        error_messages={"required": "Write what the authority answered."},
    )
    adequate = forms.TypedChoiceField(
        choices=[("yes", "Yes"), ("no", "No: it must be taken up with them")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        label="Does this keep the child safe?",
        error_messages={"required": "Say whether the answer keeps the child safe."},
    )


class EscalatedForm(PlainForm):
    """The responsible authority does not act, or not enough."""

    button = "Escalate to the safeguarding lead"
    text = WordsField(
        rows=5,
        label="What have they not done, and what does the child need?",
        error_messages={"required": "Say what the authority has not done, and what the child needs."},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class ClosedForm(HappenedForm):
    """What came of the escalation."""

    button = "Close the escalation"
    text = WordsField(rows=5, label="What came of it?", error_messages={"required": "Write what came of it."})


class OrientationForm(HappenedForm):
    """What a child says about their own orientation, if they want it kept."""

    button = "Keep these words"
    asks = "When did the child say it?"
    words = forms.CharField(
        max_length=300,
        label="What did the child say?",
        help_text="In their own words. No list of terms, and no guess of yours.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": "Write it in the child's own words."},
    )
    asked_by = forms.CharField(
        max_length=120,
        label="Who asked, or listened?",
        error_messages={"required": "Write who asked."},
    )
    agreed = forms.BooleanField(
        label="The child agrees that this is kept, and knows who will see it",
        error_messages={"required": "Keep it only if the child agrees."},
    )


class FeedbackForm(PlainForm):
    """Words of the child or the family, typed by a colleague."""

    button = "Keep these words"
    whose = forms.ChoiceField(
        choices=FeedbackFrom.choices,
        widget=forms.RadioSelect,
        label="Whose words are they?",
        error_messages={"required": "Choose whose words they are."},
    )
    about = forms.ChoiceField(
        choices=FeedbackAbout.choices,
        widget=forms.RadioSelect,
        label="What are they about?",
        error_messages={"required": "Choose what they are about."},
    )
    words = WordsField(
        rows=6,
        label="What did they say?",
        help_text="In their own words, not in yours.",
        error_messages={"required": "Write what they said, in their words."},
    )
    changed = WordsField(rows=3, required=False, label="What changed because of it?")
    happened_on = DayField(label="When did they say it?", error_messages={"required": "Write the day."})

    @property
    def happened_at(self) -> datetime:
        return middle_of(self.cleaned_data["happened_on"])

    def clean_happened_on(self) -> Any:
        return _not_to_come(self.cleaned_data["happened_on"])


def middle_of(day: Any) -> datetime:
    """Noon of the day, or now where noon is still to come."""
    return min(datetime.combine(day, datetime.min.time().replace(hour=12), tzinfo=LONDON), now())


def _not_to_come(day: Any) -> Any:
    if day > today():
        raise forms.ValidationError("This day is in the future. Check the date.")
    return day
