"""What people type about where a child is placed (C2), and what the child and the family say (C6)."""

from datetime import datetime
from typing import Any

from django import forms

from cems.accounts.form_fields import AuthorityChoice, LocalityChoice
from cems.accounts.models import Team, TeamKind
from cems.base.form_fields import DayField, VersionField, WhyField, WordsField
from cems.base.forms import KEY, OnceForm, PlainForm
from cems.children.choices import PlacementKind
from cems.children.history.forms.feedback import _not_to_come, middle_of
from cems.children.history.services.correction import version_of
from cems.children.models import Placement
from cems.children.placements.services.placement import Mended, Place

HIDDEN_PLACE = "What is recorded is confidential and not shown. It stays as it is if you leave both empty."


class PlacementForm(PlainForm):
    """A placement from a day on."""

    button = "Record this placement"
    kind = forms.ChoiceField(
        choices=PlacementKind.choices,
        widget=forms.RadioSelect,
        label="What kind of place?",
        error_messages={"required": "Choose the kind of place."},
    )
    placed_by = AuthorityChoice(
        label="Authority that placed the child and is responsible", wanted="Choose who placed the child."
    )
    area = AuthorityChoice(label="Authority the place lies in", wanted="Choose where the place lies.")
    locality = LocalityChoice(empty_label="Not known")
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
    starts_on = DayField(
        label="First day",
        help_text="It may be a day to come: the record follows the place on that day.",
        error_messages={"required": "Write the first day."},
    )
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
    ends_on = DayField(
        label="Last day",
        help_text="It may be a day to come. On it the child's area and locality go back to the home.",
        error_messages={"required": "Write the last day."},
    )
    reason = forms.CharField(
        max_length=200, label="Why did it end?", error_messages={"required": "Say why it ended."}
    )


class PlacementCorrectForm(OnceForm, PlacementForm):
    """What the placement says once it is put right, with the version that the user saw; no confidential place."""

    button = "Save the correction"
    ends_on = DayField(label="Last day", required=False, help_text="Leave empty if it goes on.")
    end_reason = forms.CharField(max_length=200, required=False, label="Why did it end?")
    why = WhyField(
        "What was wrong, and how do you know?",
        "It is kept with what the placement said before.",
        wanted="Say what was wrong, and how you know.",
    )
    version = VersionField()
    parts = frozenset({"why", "version"})
    field_order = (
        *("kind", "placed_by", "area", "locality", "provider", "provider_name", "address_confidential"),
        *("starts_on", "ends_on", "end_reason"),
    )

    def __init__(self, row: Placement, *args: Any, **kwargs: Any) -> None:
        initial = {name: getattr(row, name) for name in self.base_fields.keys() - self.parts - {KEY}}
        initial |= {"provider": row.provider.public_id if row.provider else None, "version": version_of(row)}
        if row.address_confidential:
            initial |= {"provider": None, "provider_name": ""}
        super().__init__(*args, initial=initial, **kwargs)
        if row.address_confidential:
            self.fields["provider_name"].help_text = HIDDEN_PLACE

    @property
    def mended(self) -> Mended:
        return Mended(**self.values)


class PlacementWithdrawForm(PlainForm):
    """Why a placement that was recorded never was."""

    button = "Withdraw this placement"
    why = WhyField(
        "What was wrong, and how do you know?",
        "For example: it was recorded for another child.",
        wanted="Say what was wrong, and how you know.",
    )


class PlacementConcernForm(OnceForm):
    """A worry about a child who is placed."""

    button = "Send to First Contact"
    parts = frozenset({"happened_on"})
    happened_on = DayField(label="When did it happen?", error_messages={"required": "Write the day."})
    text = WordsField(
        rows=6, label="What worries you?", error_messages={"required": "Write what worries you."}
    )

    @property
    def happened_at(self) -> datetime:
        return middle_of(self.cleaned_data["happened_on"])

    def clean_happened_on(self) -> Any:
        return _not_to_come(self.cleaned_data["happened_on"])
