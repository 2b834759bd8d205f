"""What somebody types who takes a document away, or does not share it (A4)."""

from typing import Any

from django import forms

from cems.audit.choices import LawfulBasis
from cems.base.form_fields import WhyField, WordsField
from cems.base.forms import OnceForm

OWN, OUTSIDE = "own", "outside"


class DocumentForm(OnceForm):
    """For one's own work within the partnership, or for whom outside it, what for and on which lawful basis."""

    button = "Go on to the document"
    whose = forms.ChoiceField(
        choices=[
            (OWN, "For me or a colleague of the partnership, for work with this child"),
            (OUTSIDE, "For somebody outside the partnership"),
        ],
        widget=forms.RadioSelect,
        label="Who is this document for?",
        error_messages={"required": "Say who the document is for."},
    )
    to = forms.CharField(
        max_length=200,
        required=False,
        label="If it goes outside: to whom?",
        help_text="The organisation and the post, for example Example Council, children’s home manager.",
    )
    purpose = WordsField(
        rows=3,
        max_length=500,
        required=False,
        label="What is it for?",
        help_text="Needed where it goes outside.",
    )
    lawful_basis = forms.ChoiceField(
        choices=[("", "Choose"), *LawfulBasis.choices],
        required=False,
        label="If it goes outside: on which lawful basis?",
        help_text="Sharing rests on the law, never on consent.",
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("whose") == OUTSIDE:
            for name, words in (
                ("to", "Say who it goes to."),
                ("purpose", "Say what it is for."),
                ("lawful_basis", "Choose the lawful basis this rests on."),
            ):
                if not str(data.get(name, "")).strip() and name not in self.errors:
                    self.add_error(name, words)
        return data


class NotSharedForm(OnceForm):
    """With whom something was not shared, and why not."""

    button = "Record this"
    to = forms.CharField(
        max_length=200,
        label="Who was it not shared with?",
        help_text="The organisation and the post, or the relation to the child.",
        error_messages={"required": "Say who it was not shared with."},
    )
    why = WhyField(
        "What was not shared, and why?", wanted="Say why it was not shared.", max_length=1000, rows=5
    )
