"""What people type about who has which child (T6)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms_gds.layout import Layout
from django import forms

from cems.accounts.models import User
from cems.base.form_fields import DayField, WordsField
from cems.base.forms import OnceForm
from triage.choices import WorkerKind


class GiveForm(OnceForm):
    """Give a child to a worker. Whether a reason is needed the service says; `wanted` is how it is asked for.

    `moves`: the allocation the child is moved from, as the page showed it; empty where the child had no worker.
    """

    button = "Give the child to this worker"
    moves = forms.UUIDField(widget=forms.HiddenInput, required=False)
    why = WordsField(
        rows=4,
        label="Why?",
        help_text="Kept with the allocation, for people who read it later.",
        required=False,
    )

    def __init__(self, *args: Any, wanted: bool, button: str = "", **kwargs: Any) -> None:
        self.button = button or self.button
        super().__init__(*args, **kwargs)
        if not wanted:
            self.fields["why"].label = "Anything to say about it? (optional)"
            self.fields["why"].help_text = ""


class NoWorkerForm(OnceForm):
    """No worker is given for now, and why."""

    button = "Record it"
    why = WordsField(
        label="Why is no worker given?",
        help_text="And who supports the child meanwhile. It stands on the exception list.",
        error_messages={"required": "Say why no worker is given, and who supports the child meanwhile."},
    )


class EndForm(OnceForm):
    """The work with a child ends."""

    button = "End it now"
    why = WordsField(label="Why does it end?", error_messages={"required": "Say why the work ends."})


class UndoForm(OnceForm):
    """A child was given to a worker in error."""

    button = "Undo: the child was given in error"
    why = WordsField(
        rows=3,
        label="What was wrong with it?",
        help_text="It stays readable in the chronology, marked as undone.",
        error_messages={"required": "Say what was wrong with it."},
    )


class WeekendCoverForm(OnceForm):
    """Who holds a waiting child over days off."""

    button = "Record who holds the child"
    held_by = forms.ModelChoiceField(
        User.objects.none(),
        to_field_name="public_id",
        label="Who holds the child?",
        empty_label="Choose",
        error_messages={"required": "Choose who holds the child until then."},
    )
    plan = WordsField(
        rows=5,
        label="What is in force meanwhile?",
        help_text="What keeps the child safe, and what the Emergency Duty Team does if something happens."
        " No names: the sheet leaves the building.",
        error_messages={"required": "Say what keeps the child safe meanwhile."},
    )
    duty_team_told = forms.BooleanField(required=False, label="The Emergency Duty Team has been briefed")

    def __init__(self, people: Sequence[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_rows(
            "held_by", User.objects.filter(pk__in=[user.pk for user in people]).order_by("name", "pk")
        )


class AskForm(OnceForm):
    """A child waits for a worker from now on."""

    button = "Put on the waiting list"
    kind = forms.ChoiceField(
        choices=WorkerKind.choices,
        label="Whom does the child need?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whom the child needs."},
    )
    why = WordsField(
        rows=4, label="Why?", error_messages={"required": "Say why the child needs a worker, and why now."}
    )


class TakeUpForm(OnceForm):
    """The worker accepts, says when the first visit is, and that the social worker knows."""

    button = "Accept and save"
    first_visit_on = DayField(
        label="First visit",
        required=False,
        help_text="For example, 27 3 2026. Leave empty if it is not planned yet.",
    )
    social_worker_told = forms.BooleanField(
        required=False, label="I have spoken with the social worker about who does what"
    )


class CapacityForm(OnceForm):
    """How many children a worker has room for."""

    button = "Save"
    children = forms.IntegerField(
        label="Children at full time",
        help_text="About 7.",
        widget=forms.NumberInput(attrs={"class": "govuk-input govuk-input--width-3"}),
        error_messages={"required": "Write how many children.", "invalid": "Write a whole number."},
    )
    share = forms.IntegerField(
        label="Per cent of full time worked",
        initial=100,
        widget=forms.NumberInput(attrs={"class": "govuk-input govuk-input--width-3"}),
        error_messages={"required": "Write the per cent worked.", "invalid": "Write a whole number."},
    )
    starts_on = DayField(label="From", required=False, help_text="Leave empty for today.")


class AbsenceForm(OnceForm):
    """A worker is away."""

    button = "Record the absence"
    starts_on = DayField(label="First day away", error_messages={"required": "Write the first day."})
    ends_on = DayField(
        label="Last day away", required=False, help_text="Leave empty if nobody knows yet. No reason is kept."
    )


class LastDayForm(OnceForm):
    """The last day of an absence or a vacancy."""

    button = "Save"
    last_day = DayField(label="Last day", error_messages={"required": "Write the last day."})

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"last_day": day}, **kwargs)


class VacancyForm(OnceForm):
    """A post that nobody holds."""

    button = "Record the vacancy"
    title = forms.CharField(
        max_length=120, label="Post", error_messages={"required": "Write what the post is called."}
    )
    kind = forms.ChoiceField(
        choices=WorkerKind.choices,
        label="Works as",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the post is."},
    )
    children = forms.IntegerField(
        label="Children it has room for",
        initial=7,
        widget=forms.NumberInput(attrs={"class": "govuk-input govuk-input--width-3"}),
        error_messages={"required": "Write how many children.", "invalid": "Write a whole number."},
    )
    starts_on = DayField(label="Vacant since", required=False, help_text="Leave empty for today.")


class ReassignForm(OnceForm):
    """For each child of one worker who takes over; those left open stay where they are for now."""

    button = "Look at what would happen"
    why = WordsField(
        rows=3, label="Why do they move?", error_messages={"required": "Say why the children move."}
    )

    def __init__(
        self,
        rows: Sequence[tuple[str, str, Sequence[tuple[str, str]], str]],
        *args: Any,
        button: str = "",
        **kwargs: Any,
    ) -> None:
        """`rows`: for each child the field's name, its label, the colleagues to choose from, the one suggested."""
        self.button = button or self.button
        chosen = {
            name: forms.ChoiceField(
                choices=[("", "Nobody yet"), *colleagues], label=label, required=False, initial=first
            )
            for name, label, colleagues, first in rows
        }
        self.names = list(chosen)
        super().__init__(*args, **kwargs)
        self.fields = {**chosen, **self.fields}
        self.helper.layout = Layout(*(self._laid_out(name) for name in self.fields))

    @property
    def chosen(self) -> dict[str, str]:
        """Field → the public id of who takes over, where somebody was chosen; call on a valid form."""
        return {name: self.cleaned_data[name] for name in self.names if self.cleaned_data[name]}
