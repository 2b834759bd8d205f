"""What a board's chair types: what was agreed of a child, or which other board takes them (G2)."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict

from ceg.models import BoardEntry
from ceg.selectors.chair import boards_served
from ceg.services.review import Agreement
from cems.accounts.models import Locality, User
from cems.base.form_fields import DayField, WordsField
from cems.base.forms import OnceForm
from cems.children.choices import HarmContext, RiskLevel
from cems.children.models import AgreedLevel
from cems.children.practice_lists import HARM_FORMS
from triage.cevt.forms.decision import LEVELS

STAYS, LEAVES = "stays", "leaves"


class ReviewForm(OnceForm):
    """What the board agreed; the rules of it are the service's.

    `named` are the forms of harm that are agreed now: they may stay though the list has ended one.
    """

    button = "See what this does"
    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen_level = forms.UUIDField(required=False, widget=forms.HiddenInput)
    level = forms.TypedChoiceField(
        choices=LEVELS,
        coerce=lambda value: RiskLevel(int(value)),
        label="Level the board agreed",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the level that was agreed."},
    )
    rationale = WordsField(
        rows=4,
        label="Why this level",
        help_text="Read by everybody who works with the child.",
        error_messages={"required": "Say why this level."},
    )
    harms = forms.MultipleChoiceField(
        required=False, label="Forms of harm", widget=forms.CheckboxSelectMultiple
    )
    contexts = forms.MultipleChoiceField(
        choices=HarmContext.choices,
        required=False,
        label="Where it happens",
        widget=forms.CheckboxSelectMultiple,
    )
    stays = forms.ChoiceField(
        choices=[(STAYS, "The child stays on the board"), (LEAVES, "The child is stepped out")],
        label="Does the child stay?",
        help_text="At Significant a child stays. Below Moderate a child is stepped out.",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether the child stays on the board."},
    )
    next_on = DayField(
        label="Next review, where the child stays", required=False, help_text="For example, 27 3 2026."
    )
    stays_why = WordsField(rows=3, required=False, label="Why the child stays, where the level is Moderate")
    note = WordsField(
        rows=5,
        required=False,
        label="Note to the lead practitioner",
        help_text="What the plan holds from now on, and when to come back. Needed where the child is stepped out.",
    )

    def __init__(self, *args: Any, named: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_choices("harms", HARM_FORMS.choices(also=named))

    @classmethod
    def begin(cls, seen: UUID | None, level: AgreedLevel | None) -> "ReviewForm":
        """An empty form, with the forms of harm that are agreed now."""
        return cls(
            initial={
                "key": uuid4(),
                "seen": seen,
                "seen_level": level.public_id if level else None,
                "harms": level.forms if level else [],
                "contexts": level.contexts if level else [],
            },
            named=level.forms if level else (),
        )

    def agreement(self) -> Agreement:
        """What was typed, as the service takes it; call on a valid form."""
        data = self.cleaned_data
        stays = data["stays"] == STAYS
        return Agreement(
            level=data["level"],
            rationale=data["rationale"],
            stays=stays,
            stays_why=data["stays_why"],
            next_on=data["next_on"] if stays else None,
            note=data["note"],
            forms=data["harms"],
            contexts=[HarmContext(context) for context in data["contexts"]],
            seen=data["seen"],
            seen_level=data["seen_level"],
        )

    @classmethod
    def seeing(cls, typed: QueryDict, seen: UUID | None, level: AgreedLevel | None) -> QueryDict:
        """What was typed, by somebody who now has this matrix and this level before them."""
        data = typed.copy()
        data["seen"] = str(seen or "")
        data["seen_level"] = str(level.public_id if level else "")
        return data


class BoardField(forms.ModelChoiceField):
    """A locality, with its authority: several have an East."""

    def label_from_instance(self, obj: Locality) -> str:
        return f"{obj}, {obj.authority}"


class HandOverForm(OnceForm):
    """Another board takes the child."""

    button = "Hand the child over"
    locality = BoardField(
        Locality.objects.none(),
        label="Which board takes the child?",
        empty_label="Choose",
        error_messages={"required": "Choose the board that takes the child."},
    )
    why = WordsField(
        rows=3,
        label="Why?",
        help_text="The chairs of both boards are told. The day of the next review stays as it is.",
        error_messages={"required": "Say why the other board takes the child."},
    )

    def __init__(self, user: User, entry: BoardEntry, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = boards_served(user).exclude(pk=entry.locality_id).select_related("authority")
        self.offer_rows("locality", others.order_by("authority__name", "name"))


def next_day(form: ReviewForm) -> date | None:
    """The day of the next review, where the child stays; call on a valid form."""
    return form.agreement().next_on


def hidden(data: QueryDict, without: Sequence[str]) -> list[tuple[str, str]]:
    """All that was sent, to be sent again by the page that checks it."""
    return [(name, value) for name, values in data.lists() for value in values if name not in without]
