"""The fields that forms of every app ask for again and again; those that choose a row stand with the app of the row."""

from datetime import date
from typing import Any
from uuid import uuid4

from crispy_forms_gds.fields import DateInputField
from django import forms

INCOMPLETE = "This page is incomplete. Reload it and try again."


class DayField(DateInputField):
    """Day, month and year in three boxes; empty is None when not required."""

    def __init__(self, *, error_messages: dict[str, str] | None = None, **kwargs: Any) -> None:
        # The parent hands its own messages up and would collide with ours.
        super().__init__(require_all_fields=False, **kwargs)
        self.error_messages |= error_messages or {}
        for box in self.widget.widgets:
            box.attrs["inputmode"] = "numeric"  # a phone shows its figures

    def compress(self, data_list: list[str | None]) -> date | None:
        day, month, year = data_list or (None, None, None)
        if not (day and month and year):
            return None
        try:
            return date(int(year), int(month), int(day))
        except (ValueError, OverflowError):
            raise forms.ValidationError("There is no such day. Write it like 27 3 2026.") from None


class TimeOfDayField(forms.TimeField):
    """A time of day in one box, such as 14:30; `wanted` is what to say where it is left empty."""

    def __init__(self, *, label: str = "At what time?", wanted: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "For example, 14:30.")
        super().__init__(
            label=label,
            required=bool(wanted),
            widget=forms.TimeInput(format="%H:%M", attrs={"class": "govuk-input govuk-input--width-5"}),
            error_messages={"required": wanted, "invalid": "Write the time like 14:30."},
            **kwargs,
        )


class WordsField(forms.CharField):
    """Longer text; keeps its lines. A browser offers nothing typed before where it is not `remembered`."""

    def __init__(
        self, *, rows: int = 5, max_length: int = 10_000, remembered: bool = True, **kwargs: Any
    ) -> None:
        attrs = {"rows": rows} if remembered else {"rows": rows, "autocomplete": "off"}
        super().__init__(widget=forms.Textarea(attrs=attrs), max_length=max_length, **kwargs)


class WhyField(WordsField):
    """The reason somebody has to give; `wanted` is what to say where it is left empty."""

    def __init__(
        self,
        label: str,
        help_text: str = "",
        *,
        wanted: str = "Say why.",
        max_length: int = 200,
        rows: int = 3,
    ) -> None:
        super().__init__(
            rows=rows,
            max_length=max_length,
            label=label,
            help_text=help_text,
            error_messages={"required": wanted},
        )


class YesNoField(forms.TypedChoiceField):
    """A question answered with yes or no, true or false once it is clean; neither is chosen to begin with."""

    def __init__(self, *, wanted: str, yes: str = "Yes", no: str = "No", **kwargs: Any) -> None:
        super().__init__(
            choices=[("yes", yes), ("no", no)],
            coerce=lambda value: value == "yes",
            widget=forms.RadioSelect,
            error_messages={"required": wanted},
            **kwargs,
        )


class VersionField(forms.IntegerField):
    """The version of what the page showed, hidden in its form: a colleague who was quicker is not overwritten."""

    widget = forms.HiddenInput


class OnceKeyField(forms.UUIDField):
    """The key of a form that counts once, hidden in it; each page drawn anew has one of its own."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(initial=uuid4, error_messages={"required": INCOMPLETE, "invalid": INCOMPLETE})
