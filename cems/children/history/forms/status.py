"""What people type about a child."""

from typing import Any

from django import forms

from cems.accounts.form_fields import AuthorityChoice
from cems.base.form_fields import DayField, VersionField, WhyField
from cems.base.forms import OnceForm, PlainForm
from cems.children.choices import LegalBasis, StatusKind
from cems.children.history.services.correction import version_of
from cems.children.history.services.status import MendedStatus
from cems.children.models import Status


class StatusForm(PlainForm):
    """A status from a day on (C2)."""

    button = "Record this status"
    kind = forms.ChoiceField(choices=StatusKind.choices, widget=forms.RadioSelect, label="Status")
    starts_on = DayField(label="First day", error_messages={"required": "Write the first day."})
    ends_on = DayField(label="Last day", required=False, help_text="Leave empty if it goes on.")
    legal_basis = forms.ChoiceField(
        choices=LegalBasis.choices,
        required=False,
        label="Legal authority",
        help_text="For a child in care, on remand, or a care leaver.",
    )
    responsible = AuthorityChoice(
        label="Authority that holds responsibility", empty_label="The authority of the record"
    )


class StatusCorrectForm(OnceForm, StatusForm):
    """What the status says once it is put right, with the version that the user saw."""

    button = "Save the correction"
    why = WhyField(
        "What was wrong, and how do you know?",
        "It is kept with what the status said before.",
        wanted="Say what was wrong, and how you know.",
    )
    version = VersionField()
    parts = frozenset({"why", "version"})

    def __init__(self, row: Status, *args: Any, **kwargs: Any) -> None:
        initial = {name: getattr(row, name) for name in StatusForm.base_fields}
        super().__init__(*args, initial={**initial, "version": version_of(row)}, **kwargs)

    @property
    def mended(self) -> MendedStatus:
        return MendedStatus(**self.values)


class StatusWithdrawForm(PlainForm):
    """Why a status that was recorded never was."""

    button = "Withdraw this status"
    why = WhyField(
        "What was wrong, and how do you know?",
        "For example: it was recorded for another child.",
        wanted="Say what was wrong, and how you know.",
    )


class StatusEndForm(PlainForm):
    """The last day of a status."""

    button = "End this status"
    ends_on = DayField(label="Last day", error_messages={"required": "Write the last day."})
