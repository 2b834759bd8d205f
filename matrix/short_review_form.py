"""What the page of a review where nothing is new sends (M6)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from cems.base.form_fields import INCOMPLETE, DayField, WhyField, WordsField
from cems.base.forms import KEY, OnceForm
from matrix.choices import AskedKind, Managed
from matrix.rules.short_review import Asked

UPDATE = "update"  # the button "Something is new"
ROWS = (AskedKind.CHILD, AskedKind.FAMILY, *(AskedKind.PROFESSIONAL,) * 3)
_WORDS = {AskedKind.CHILD: "child_views", AskedKind.FAMILY: "family_views", AskedKind.PROFESSIONAL: "reasons"}
_LABELS = {
    AskedKind.CHILD: "What did the child say?",
    AskedKind.FAMILY: "What did they say?",
    AskedKind.PROFESSIONAL: "What did they say?",
}


class ShortReviewForm(OnceForm):
    """Whom somebody asked and what they said, how it is managed now; nothing is new.

    Where something is new after all, it is taken as far as it was typed, and nothing of it is checked.
    """

    buttons = "step"
    beside = OnceForm.beside - {"step"}  # the same words sent as a review are no update, nor the other way
    called: ClassVar[Mapping[str, str]] = {
        "child_views": f"words-{ROWS.index(AskedKind.CHILD)}",
        "family_views": f"words-{ROWS.index(AskedKind.FAMILY)}",
        "reasons": f"words-{ROWS.index(AskedKind.PROFESSIONAL)}",
    }
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
    def begins_update(self) -> bool:
        """Whether "Something is new" was pressed."""
        return self.data.get("step") == UPDATE

    def clean(self) -> dict[str, Any]:
        """What is not finished goes into the update as it is."""
        if self.begins_update:
            for name in self.errors.keys() - {KEY}:
                del self.errors[name]
        return self.cleaned_data

    @property
    def for_update(self) -> Mapping[str, Sequence[str]]:
        """What was typed so far, checked or not: paragraphs by the field of the matrix they belong to.

        What somebody said stands among their words. The rest goes to the reasons: the matrix has no field for who
        could not be asked, nor for how well all of it is managed now.
        """
        parts: dict[str, list[str]] = defaultdict(list)
        for place, kind in enumerate(ROWS):
            who, words, day = self._typed(f"who-{place}"), self._typed(f"words-{place}"), self._day(place)
            who_and_when = ", ".join(filter(None, (who, day)))
            if words:
                parts[_WORDS[kind]].append(f"{who_and_when}: {words}" if who_and_when else words)
            elif who_and_when:
                parts["reasons"].append(f"{kind.label}, {who_and_when}: nothing written of what they said.")
        if why := self._typed("not_asked_why"):
            parts["reasons"].append(f"Nobody could be asked: {why}")
        managed, words = self._typed("managed"), self._typed("managed_words")
        if managed in Managed.values:
            parts["reasons"].append(f"Managed now: {Managed(managed).label.lower()}. {words}".strip())
        elif words:
            parts["reasons"].append(f"Managed now: {words}")
        return parts

    @property
    def typed(self) -> str:
        """All that was typed, for a page that has no place for the form."""
        return "\n\n".join(line for lines in self.for_update.values() for line in lines)

    def _typed(self, name: str) -> str:
        return str(self.data.get(name, "")).strip()

    def _day(self, place: int) -> str:
        """The day at this place as people read it; as it was typed where there is no such day."""
        name = f"on-{place}"
        boxes = self[name].data or []
        try:
            day = self.fields[name].clean(boxes)
        except forms.ValidationError:
            day = None
        return f"{day:%-d %B %Y}" if day else " ".join(filter(None, boxes))


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
