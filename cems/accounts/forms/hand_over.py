"""The form by which what somebody holds goes to a colleague."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from cems.accounts.form_fields import PersonChoice
from cems.accounts.models import User
from cems.accounts.selectors.hand_over import Held
from cems.base.calendar import say
from cems.base.forms import OnceForm


class KeepForm(OnceForm):
    """Who has changed team keeps what they hold."""

    button = "They keep it"
    keep = forms.BooleanField(widget=forms.HiddenInput, initial=True)


class LinesField(forms.MultipleChoiceField):
    """Lines of what somebody holds. One that is gone by now is for the service to refuse."""

    def valid_value(self, value: Any) -> bool:
        return True


class HandOverForm(OnceForm):
    """Who gets it, and which lines: all of them unless some are unticked."""

    button = "Hand over"
    owner = PersonChoice(label="Who takes it?", help_text="They are told of each line.")
    things = LinesField(
        widget=forms.CheckboxSelectMultiple,
        label="What do they take?",
        error_messages={"required": "Choose at least one line."},
    )

    def __init__(self, kinds: Sequence[Held], people: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = [(kind, thing) for kind in kinds if kind.is_given for thing in kind.things]
        choices = [
            (
                f"{kind.key}:{thing.key}",
                f"{thing.reference}, {thing.label}" + (f", due {say(thing.due_at)}" if thing.due_at else ""),
            )
            for kind, thing in given
        ]
        self.offer_choices("things", choices)
        self.fields["things"].initial = [key for key, _ in choices]
        self.offer_rows("owner", people)
