"""The form by which a practice setting is changed."""

from typing import Any

from django import forms

from cems.accounts.models import Authority
from cems.base.errors import Invalid
from cems.base.form_fields import DayField, VersionField, WhyField
from cems.base.forms import OnceForm
from cems.policy.declared import Policy
from cems.policy.kinds import Choice, Choices, Days, Lines, Number, TimeOfDay, ValueKind, YesOrNo

SOON, ON_A_DAY = "soon", "day"
_HINTS = {Days: "One day a line, such as 24 12 2026.", Lines: "One a line.", TimeOfDay: "For example, 17:00."}


class SettingForm(OnceForm):
    """The new value, from when, and why."""

    button = "Continue"
    starts = forms.ChoiceField(
        widget=forms.RadioSelect,
        label="From when?",
        choices=[
            (SOON, "As soon as possible: within three minutes"),
            (ON_A_DAY, "From the start of a later day"),
        ],
        error_messages={"required": "Choose from when the new value holds."},
    )
    starts_on = DayField(
        label="First day", required=False, help_text="Only for a later day. For example, 27 3 2027."
    )
    why = WhyField(
        "Why, and who decided it",
        "For example: Decided by the partnership's Executive on 4 March. Kept in the history.",
        wanted="Say why, and who decided it.",
        max_length=2000,
    )
    version = VersionField()

    def __init__(self, policy: Policy[Any], authority: Authority | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy
        self.fields["value"] = _field(policy)
        first = ["value"]
        if authority is not None:
            self.fields["inherits"] = forms.BooleanField(
                required=False, label="Go by the value of the whole partnership again"
            )
            first = ["inherits", "value"]
        self.order_fields([*first, "starts", "starts_on", "why", "version", "key"])
        self.helper.layout.fields = [self._laid_out(name) for name in self.fields]

    def clean(self) -> dict[str, Any]:
        """A later day needs its day; the value is one its type allows, unless the partnership's holds."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("starts") == ON_A_DAY and not data.get("starts_on") and "starts_on" not in self.errors:
            self.add_error("starts_on", "Write the first day on which the new value holds.")
        if data.get("starts") == SOON:
            data["starts_on"] = None
        value = data.get("value")
        data["typed"] = "\n".join(value) if isinstance(value, list) else value or ""
        if not data.get("inherits") and "value" not in self.errors:
            try:
                self.policy.kind.parsed(data["typed"])
            except Invalid as refusal:  # beside what else is to be mended
                self.add_error("value", refusal.message)
        return data


def _field(policy: Policy[Any]) -> forms.Field:
    kind: ValueKind[Any] = policy.kind
    label, attrs = policy.title, {"class": "cems-short"}
    hint = next((hint for hinted, hint in _HINTS.items() if isinstance(kind, hinted)), "")
    if isinstance(kind, Number):
        unit = kind.in_words(2).partition(" ")[2]
        hint = f"A number of {unit}, from {kind.least} to {kind.most}."
    if isinstance(kind, Choices):
        return forms.MultipleChoiceField(
            widget=forms.CheckboxSelectMultiple,
            label=label,
            choices=list(kind.options.items()),
            required=False,
        )
    if isinstance(kind, Choice | YesOrNo):
        options = (
            [("yes", kind.yes), ("no", kind.no)] if isinstance(kind, YesOrNo) else list(kind.options.items())
        )
        return forms.ChoiceField(widget=forms.RadioSelect, label=label, choices=options, required=False)
    if isinstance(kind, Lines | Days):
        box = forms.Textarea(attrs={"rows": 6})
        return forms.CharField(widget=box, label=label, help_text=hint, required=False, strip=False)
    numeric = {"inputmode": "numeric"} if isinstance(kind, Number) else {}
    widget = forms.TextInput(attrs={**attrs, **numeric})
    return forms.CharField(widget=widget, label=label, help_text=hint, required=False, max_length=400)


def typed_value(policy: Policy[Any], value: Any) -> Any:
    """A value as its field shows it to be changed."""
    words = policy.kind.typed(value)
    return words.split() if isinstance(policy.kind, Choices) else words
