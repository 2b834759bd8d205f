"""What people type about the people in a child's life (C7)."""

from typing import Any

from django import forms

from cems.base.form_fields import DayField, WordsField
from cems.base.forms import OnceForm, PlainForm
from cems.base.time import today
from cems.children.choices import NamedBy, Relation, SafeToRing, YesNoNotKnown
from cems.children.models import Relationship


class RelationshipForm(OnceForm):
    """Somebody in the child's life, and what must be known to speak with them."""

    button = "Save this person"
    name = forms.CharField(
        max_length=120,
        label="Name",
        help_text="Or what the child calls them, such as Nana.",
        error_messages={"required": "Write the name, or what the child calls them."},
    )
    relation = forms.ChoiceField(
        choices=Relation.choices,
        widget=forms.RadioSelect,
        label="Who are they to the child?",
        error_messages={"required": "Choose who they are to the child."},
    )
    must_not_be_told = WordsField(
        rows=3,
        max_length=2000,
        required=False,
        label="What must they not be told?",
        help_text="It stands in red wherever a call or a letter is made. Leave empty if nothing.",
    )
    must_not_why = WordsField(rows=2, max_length=2000, required=False, label="Why must they not be told?")
    may_be_told = WordsField(rows=2, max_length=2000, required=False, label="What may they be told?")
    phone = forms.CharField(max_length=40, required=False, label="Telephone")
    safe_to_ring = forms.ChoiceField(
        choices=SafeToRing.choices,
        widget=forms.RadioSelect,
        label="Is it safe to ring them?",
        initial=SafeToRing.NOT_KNOWN,
        error_messages={"required": "Choose whether it is safe to ring."},
    )
    safe_when = forms.CharField(max_length=200, required=False, label="If only at times: when, or how?")
    parental_responsibility = forms.ChoiceField(
        choices=YesNoNotKnown.choices,
        widget=forms.RadioSelect,
        label="Do they hold parental responsibility?",
        initial=YesNoNotKnown.NOT_KNOWN,
        error_messages={"required": "Choose whether they hold parental responsibility."},
    )
    lives_with = forms.ChoiceField(
        choices=YesNoNotKnown.choices,
        widget=forms.RadioSelect,
        label="Do they live with the child?",
        initial=YesNoNotKnown.NOT_KNOWN,
        error_messages={"required": "Choose whether they live with the child."},
    )
    date_of_birth = DayField(label="Date of birth, if it is known", required=False)
    language = forms.CharField(max_length=60, required=False, label="Language, if it is not English")
    interpreter = forms.BooleanField(required=False, label="They need an interpreter")
    named_by = forms.ChoiceField(
        choices=NamedBy.choices,
        widget=forms.RadioSelect,
        label="Who named them?",
        error_messages={"required": "Choose who named them."},
    )
    named_on = DayField(label="On which day?", error_messages={"required": "Write the day."})
    starts_on = DayField(
        label="Since when, if not always",
        required=False,
        help_text="Such as the first day with a carer.",
    )

    @classmethod
    def begin(cls, row: Relationship | None = None) -> dict[str, Any]:
        """What the form begins with: what a correction corrects, or today."""
        if row is None:
            return {"named_on": today()}
        return {name: getattr(row, name) for name in cls.base_fields if name != "key"}


class RelationshipEndForm(PlainForm):
    """The last day, and why."""

    button = "End this"
    ends_on = DayField(label="Last day", error_messages={"required": "Write the last day."})
    reason = forms.CharField(
        max_length=200,
        label="Why?",
        help_text="Such as: moved out; entered twice; was not the child’s father.",
        error_messages={"required": "Say why."},
    )


class RecordForm(PlainForm):
    """The record of that person, by its reference."""

    button = "Look at this record"
    reference = forms.CharField(
        max_length=20,
        label="Reference of their record",
        help_text="Such as CHD-2026-00042.",
        error_messages={"required": "Write the reference."},
    )


class RecordLinkForm(OnceForm):
    """How one knows that the two are one person."""

    button = "Link this record"
    why = forms.CharField(
        max_length=200,
        label="How do you know that this is the same person?",
        help_text="Such as: same birth date and address, confirmed by the mother.",
        error_messages={"required": "Say how you know that this is the same person."},
    )


class RecordUnlinkForm(PlainForm):
    """Why the record is somebody else's."""

    button = "Part the two"
    reason = forms.CharField(max_length=200, label="Why?", error_messages={"required": "Say why."})
