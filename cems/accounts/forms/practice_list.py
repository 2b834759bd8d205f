"""The form by which an entry of a list of the partnership is added or changed."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cems.accounts.services.practice_list import EntryTerms
from cems.base.form_fields import DayField, VersionField
from cems.base.forms import OnceForm
from cems.policy.lists import Entry, PracticeList

FIRST = "first"


class EntryForm(OnceForm):
    """The words of an entry, its place, and from when to when it is offered."""

    label = forms.CharField(
        max_length=120,
        label="Words",
        help_text="What people choose, and read wherever it was recorded. Another meaning is another entry.",
        error_messages={"required": "Write the words of the entry."},
    )
    marks = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label="What holds for it?"
    )
    after = forms.ChoiceField(required=False, label="Where does it stand?")
    active_from = DayField(
        label="First day on which it is offered", required=False, help_text="Leave empty for at once."
    )
    active_until = DayField(
        label="Last day on which it is offered",
        required=False,
        help_text="Leave empty while it is offered. What was recorded with it stays readable.",
    )
    version = VersionField(initial=0)

    def __init__(
        self,
        listing: PracticeList,
        others: Sequence[Entry],
        *args: Any,
        entry: Entry | None = None,
        **kwargs: Any,
    ) -> None:
        initial = begins(entry, others) if entry else {"after": others[-1].key if others else FIRST}
        super().__init__(*args, initial=initial, **kwargs)
        places = [(FIRST, "First"), *((other.key, f"After “{other.label}”") for other in others)]
        self.offer_choices("after", places)
        marks = [(mark.key, mark.label) for mark in listing.marks]
        self.offer_choices("marks", marks)
        self.kept_marks = sorted(entry.marks) if entry else []
        fixed = ["marks", "active_from", "active_until"] if entry and entry.fixed else []
        for name in fixed or ([] if marks else ["marks"]):
            del self.fields[name]
        self.helper.layout.fields = [self._laid_out(name) for name in self.fields]

    @property
    def terms(self) -> EntryTerms:
        """What the service keeps; call on a valid form."""
        data = self.cleaned_data
        return EntryTerms(
            label=data["label"],
            marks=data.get("marks", self.kept_marks),
            after="" if data["after"] == FIRST else data["after"] or None,
            active_from=data.get("active_from"),
            active_until=data.get("active_until"),
        )


def begins(entry: Entry, others: Sequence[Entry]) -> dict[str, Any]:
    """What the form begins with for an entry that is there."""
    before = [other.key for other in others if other.position < entry.position]
    return {
        "label": entry.label,
        "marks": sorted(entry.marks),
        "after": before[-1] if before else FIRST,
        "active_from": entry.active_from,
        "active_until": entry.active_until,
        "version": entry.version,
    }
