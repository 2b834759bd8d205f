"""What the page of a review where nothing is new sends (M6)."""

from collections.abc import Sequence
from typing import Any

from django import forms

from cems.base.form_fields import INCOMPLETE, DayField, WhyField, WordsField
from cems.base.forms import OnceForm
from matrix.choices import AskedKind, Managed
from matrix.rules.short_review import Asked

ROWS = (AskedKind.CHILD, AskedKind.FAMILY, *(AskedKind.PROFESSIONAL,) * 3)
_WORDS = {AskedKind.CHILD: "child_views", AskedKind.FAMILY: "family_views", AskedKind.PROFESSIONAL: "reasons"}
_LABELS = {
    AskedKind.CHILD: "What did the child say?",
    AskedKind.FAMILY: "What did they say?",
    AskedKind.PROFESSIONAL: "What did they say?",
}


class ShortReviewForm(OnceForm):
    """Whom somebody asked and what they said, how it is managed now; nothing is new."""

    buttons = "step"
    step = forms.CharField(required=False, widget=forms.HiddenInput)
    review = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": INCOMPLETE, "invalid": INCOMPLETE}
    )
    managed = forms.ChoiceField(
        choices=Managed.choices,
        label="How well are these concerns managed now?",
        widget=forms.RadioSelect,
        error_messages={"required": "Say how well it is managed now."},
    )
    managed_words = WhyField(
        "What keeps the child safe now, or what is missing?",
        wanted="Say what keeps the child safe now, or what is missing.",
        max_length=10_000,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {name: self.fields.pop(name) for name in ("managed", "managed_words")}
        for place, kind in enumerate(ROWS):
            self.fields.update(_person(place, kind))
        self.fields["not_asked_why"] = WordsField(
            rows=3,
            required=False,
            label="If nobody could be asked: who tried, when, and why not?",
        )
        self.fields.update(own)
        self.helper.layout.fields[:] = [
            self._laid_out(name) for name in self.fields if name not in {self.buttons}
        ]

    @property
    def asked(self) -> Sequence[Asked]:
        """Who was asked, each at the place of its fields; call on a valid form."""
        data = self.cleaned_data
        return [
            Asked(kind, data.get(f"who-{place}", ""), data[f"on-{place}"], data[f"words-{place}"])
            for place, kind in enumerate(ROWS)
        ]

    @property
    def for_update(self) -> dict[str, str]:
        """What was typed so far, checked or not, by the field of the matrix it belongs to."""
        parts: dict[str, list[str]] = {}
        for place, kind in enumerate(ROWS):
            who, words = (self.data.get(f"{name}-{place}", "").strip() for name in ("who", "words"))
            if words:
                parts.setdefault(_WORDS[kind], []).append(f"{who}: {words}" if who else words)
        return {name: "\n\n".join(lines) for name, lines in parts.items()}


def _person(place: int, kind: AskedKind) -> dict[str, forms.Field]:
    first = place == ROWS.index(kind)
    who = "Parent or carer: who was asked?" if kind is AskedKind.FAMILY else "Professional: name and role"
    fields: dict[str, forms.Field] = {}
    if kind is not AskedKind.CHILD:
        fields[f"who-{place}"] = forms.CharField(required=False, max_length=200, label=who)
    fields[f"on-{place}"] = DayField(
        required=False,
        label="When was the child asked?" if kind is AskedKind.CHILD else "When?",
        help_text="For example, 27 3 2026." if first else "",
    )
    fields[f"words-{place}"] = WordsField(rows=3, required=False, label=_LABELS[kind])
    return fields
