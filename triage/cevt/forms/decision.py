"""What people type at CEVT: a decision, a question, why something is taken off, who is at the table."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict

from cems.accounts.form_fields import AgencyChoice
from cems.accounts.models import Agency, Team, User
from cems.base.form_fields import WordsField
from cems.base.forms import KeyedForm, OnceForm, PlainForm
from cems.children.choices import HarmContext, RiskLevel
from cems.children.practice_lists import HARM_FORMS
from triage.cevt.forms.outcome import OutcomesForm, short
from triage.cevt.services.decision import Ruling, Task, UnseenLevel
from triage.models import Decision
from triage.practice_lists import RETURN_REASONS

ACTIONS = 4  # rows for actions on the form; more are added from the list of actions
BOTH = "both"
MANY = {"harms", "contexts"}  # fields of several values, beside those of the outcomes
LEVELS = [
    (RiskLevel.SIGNIFICANT.value, "Significant (high)"),
    (RiskLevel.MODERATE.value, "Moderate (medium)"),
    (RiskLevel.LOW.value, "Low"),
    (RiskLevel.NONE.value, "None: no exploitation concern found"),
]


class DecisionForm(KeyedForm, OutcomesForm):
    """Everything a chair decides of one child; which fields an outcome asks for is checked by the rules (T4).

    `named` are the forms of harm that matrix or earlier decision name: they may stay though the list has ended one.
    """

    seen = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen_level = forms.UUIDField(required=False, widget=forms.HiddenInput)
    level = forms.TypedChoiceField(
        choices=LEVELS,
        coerce=lambda value: RiskLevel(int(value)),
        label="Agreed level",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the level that is agreed."},
    )
    rationale = WordsField(
        rows=4,
        label="Why this level",
        help_text="The lead practitioner, social worker, their manager and the team read this on the child’s page.",
        error_messages={"required": "Say why this level is agreed."},
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
    feedback = short(
        label="What the person who sent the matrix or raised the child reads",
        help_text="Why this level, what was clear, what would have helped. Left empty, it is proposed on the next page"
        " from the reasons above.",
    )

    def __init__(
        self,
        *args: Any,
        owners: Sequence[User | Team] = (),
        agencies: Sequence[Agency] = (),
        confirms: bool = False,
        returned: bool = False,
        named: Collection[str] = (),
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self.offer_choices("harms", HARM_FORMS.choices(also=named))
        self.owners = {_owner_key(owner): owner for owner in owners}
        self.agencies = {f"dissent_{agency.public_id}": agency for agency in agencies}
        for number in range(1, ACTIONS + 1):
            self._add_action(number)
        for name, agency in self.agencies.items():
            self.fields[name] = short(label=f"{agency} does not agree, because")
        if returned:
            self.fields["returned_because"] = forms.ChoiceField(
                choices=[("", "Choose"), *RETURN_REASONS.choices()],
                label="A re-referral: why did the child come back?",
                error_messages={"required": "Say why the child came back."},
            )
        if confirms:
            self.fields["agreed_with"] = short(
                label="Who of the police and children’s services agreed",
                help_text="Name, how and when, such as “Team manager, by phone at 15:10”. "
                "Leave it empty where both are at the table.",
            )

    def _add_action(self, number: int) -> None:
        name = f"action{number}"
        self.fields[f"{name}_title"] = forms.CharField(
            max_length=200, required=False, label=f"Action {number}"
        )
        people = [(key, _owner_label(owner)) for key, owner in self.owners.items()]
        self.fields[f"{name}_owner"] = forms.ChoiceField(
            choices=[("", "Choose"), *people], required=False, label=f"Who has action {number}"
        )
        self.fields[f"{name}_days"] = forms.IntegerField(
            min_value=1,
            max_value=60,
            initial=5,
            required=False,
            label="Working days",
            widget=forms.NumberInput(attrs={"class": "govuk-input--width-2", "inputmode": "numeric"}),
            error_messages={
                "invalid": "Write a number of working days, such as 5.",
                "min_value": "An action has at least 1 working day.",
                "max_value": "An action has at most 60 working days.",
            },
        )

    # --- for the template -------------------------------------------------------------------------

    @property
    def action_rows(self) -> list[list[forms.BoundField]]:
        return [
            [self[f"action{number}_{name}"] for name in ("title", "owner", "days")]
            for number in range(1, ACTIONS + 1)
        ]

    @property
    def dissent_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.agencies]

    # --- what is meant ------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(1, ACTIONS + 1):
            title, owner = data.get(f"action{number}_title"), data.get(f"action{number}_owner")
            if title and not owner and f"action{number}_owner" not in self.errors:
                self.add_error(f"action{number}_owner", f"Choose who has action {number}.")
            if owner and not title:
                self.add_error(
                    f"action{number}_title", f"Write what is to be done, or leave action {number} empty."
                )
        return data

    def ruling(self) -> Ruling:
        """What the form says, for the rules and the service."""
        data = self.cleaned_data
        return Ruling(
            level=data["level"],
            rationale=data["rationale"],
            forms=data["harms"],
            contexts=[HarmContext(context) for context in data["contexts"]],
            outcomes=self.wishes(),
            tasks=[
                Task(title, self.owners[data[f"action{number}_owner"]], data[f"action{number}_days"] or 5)
                for number in range(1, ACTIONS + 1)
                if (title := data[f"action{number}_title"])
            ],
            dissents=[
                (agency, text) for name, agency in self.agencies.items() if (text := data[name].strip())
            ],
            feedback=data["feedback"],
            seen=data["seen"],
            seen_level=data["seen_level"] if "seen_level" in self.data else UnseenLevel.NOT_SAID,
            agreed_with=data.get("agreed_with", ""),
            returned_because=data.get("returned_because", ""),
        )

    @classmethod
    def told(cls, post: QueryDict) -> dict[str, Any]:
        """What was typed, to begin a form with again without judging it."""
        many = MANY | cls.of_several()
        return {name: post.getlist(name) if name in many else post.get(name) for name in post}

    @staticmethod
    def begins(
        seen: UUID | None,
        seen_level: UUID | None,
        before: Decision | None,
        named: Sequence[str],
        where: Sequence[str],
    ) -> dict[str, Any]:
        """What an empty form begins with: matrix and agreed level in view, and the forms and contexts it names."""
        start: dict[str, Any] = {"key": uuid4(), "seen": seen, "seen_level": seen_level}
        start |= {"harms": list(named), "contexts": list(where)}
        if before:
            agreed = before.agreed
            start |= {"level": agreed.level, "harms": agreed.forms, "contexts": agreed.contexts}
        return start


def _owner_key(owner: User | Team) -> str:
    return f"{'team' if isinstance(owner, Team) else 'user'}:{owner.public_id}"


def _owner_label(owner: User | Team) -> str:
    return f"{owner} (desk or team)" if isinstance(owner, Team) else f"{owner}, {owner.agency}"


class AskForm(OnceForm):
    """More information CEVT wants before it decides (T2)."""

    button = "Ask, and pause the clock"
    agency = AgencyChoice(label="Which agency should find out?", wanted="Choose the agency.")
    owner = forms.ChoiceField(label="Who does it?", error_messages={"required": "Choose who finds out."})
    what = WordsField(
        rows=3,
        label="What does CEVT want to know, and why can’t it decide without?",
        error_messages={"required": "Say what CEVT wants to know."},
    )
    days = forms.IntegerField(
        min_value=1,
        max_value=10,
        initial=2,
        label="Working days",
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-2", "inputmode": "numeric"}),
        error_messages={
            "required": "Write a number of working days, such as 2.",
            "invalid": "Write a number of working days, such as 2.",
            "min_value": "They need at least 1 working day.",
            "max_value": "At most 10 working days: the clock stands still meanwhile.",
        },
    )

    def __init__(self, *args: Any, agencies: Iterable[int], owners: Sequence[User | Team], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.owners = {_owner_key(owner): owner for owner in owners}
        self.offer_rows("agency", Agency.objects.filter(pk__in=agencies).order_by("name"))
        people = [(key, _owner_label(owner)) for key, owner in self.owners.items()]
        self.offer_choices("owner", [("", "Choose"), *people])


class WhyForm(PlainForm):
    """Why an item is taken off the list."""

    button = "Take it off the list"
    why = WordsField(
        rows=3,
        label="Why does it not belong on the list?",
        help_text="The person who sent the matrix or raised the child is told that it was taken off, and reads why.",
        error_messages={"required": "Say why it does not belong on the list."},
    )


class AnswerForm(PlainForm):
    """What CEVT wanted to know."""

    button = "Give the answer"
    answer = WordsField(
        rows=4, label="What CEVT should know", error_messages={"required": "Write what CEVT should know."}
    )
