"""What the pages of a matrix send, and the same fields filled in again for the page.

Written by hand and not as Django forms: a page has up to nine questions of eight fields each, every one
with its own version, and what was typed must come back exactly, even where it can't be right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict

from cems.accounts.form_fields import WorkEmailField
from cems.accounts.models import Agency
from cems.base.autosave import text_from
from cems.base.errors import CommandError, Invalid
from cems.base.form_fields import DayField
from cems.base.forms import KeyedForm, PlainForm
from cems.policy.lists import PracticeList
from matrix.choices import Managed, Seen, WhenKind
from matrix.instrument import Indicator
from matrix.models import Answer, Matrix
from matrix.practice_lists import OCCASIONS, REQUIRES
from matrix.rules import when_words
from matrix.services.answers import AnswerGiven, answer_values, answer_version
from matrix.services.judgement import FIELDS, LISTS, field_version
from matrix.services.overtaken import Overtaken
from matrix.shown_values import answer_text, digest, field_shown, field_text

ANSWER_FIELDS = ("seen", "when", "day", "month", "year", "what", "source", "agency", "managed")


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


_EARLIEST_YEAR = 1900


@dataclass
class AnswerFields:
    """One question on the page: its fields as text, and what is to be said beside them."""

    indicator: Indicator
    values: dict[str, str]
    version: int
    was: str
    copied: bool = False
    before: Answer | None = None
    before_words: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    theirs: str = ""
    theirs_by: str = ""
    hints: list[Any] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.indicator.code

    @property
    def what_label(self) -> str:
        """What the text is called, which tells of what is usual as well where the question asks for it."""
        return "What was seen, or what is usual" if self.indicator.baseline else "What was seen"

    @property
    def day_kept(self) -> list[tuple[str, str]]:
        """The fields of a day that an older version asked of what is a standing fact now: kept as they are."""
        return [(name, self.values[name]) for name in ("when", "day", "month", "year")]

    @property
    def answers(self) -> list[tuple[str, str]]:
        """The answers to choose from: a sign is a change for this child, or usual for them (M1)."""
        if self.indicator.baseline:
            return [
                (value, "Yes, a change" if value == Seen.SEEN else label) for value, label in Seen.choices
            ]
        return [(value, label) for value, label in Seen.choices if value != Seen.USUAL]


def answer_fields(indicator: Indicator, matrix: Matrix, answer: Answer | None, today: date) -> AnswerFields:
    """A question as it is saved."""
    values = answer_text(answer_values(answer), today)
    return AnswerFields(indicator, values, answer_version(matrix, indicator.code, answer), digest(values))


def answer_typed(post: QueryDict, code: str) -> dict[str, str]:
    """A question's fields as they were sent."""
    return {name: text_from(post, f"{code}-{name}") for name in ANSWER_FIELDS}


def answer_given(values: Mapping[str, str], agencies: Mapping[str, Agency], *, whole: bool) -> AnswerGiven:
    """What was typed, for the service. Half a date is let pass while somebody types (`whole` False).

    Raises Invalid naming the field.
    """
    agency = values["agency"]
    if agency and agency not in agencies:
        raise Invalid("Choose an agency from the list.", field="agency")
    kind, day = values["when"], None
    if values["seen"] == Seen.SEEN:
        kind, day = _when(values, whole=whole)
    return AnswerGiven(
        values["seen"],
        kind,
        day,
        values["what"],
        values["source"],
        agencies[agency] if agency else None,
        values["managed"],
    )


def _when(values: Mapping[str, str], *, whole: bool) -> tuple[str, date | None]:
    parts = [values[name].strip() for name in ("day", "month", "year")]
    kind = values["when"]
    if kind in {WhenKind.THIS_WEEK, WhenKind.THIS_MONTH} or not any(parts):
        return kind, None
    kind = kind or (WhenKind.EXACT if parts[0] else WhenKind.MONTH)
    try:
        return kind, _date("1" if kind == WhenKind.MONTH else parts[0], parts[1], parts[2])
    except (ValueError, OverflowError):
        if whole:
            wanted = (
                "a month and year, such as 5 2026"
                if kind == WhenKind.MONTH
                else "a real date, such as 3 5 2026"
            )
            raise Invalid(f"Enter when it was seen as {wanted}.", field="when") from None
    return kind, None


def date_left(values: Mapping[str, str]) -> str:
    """Why the day that was typed cannot be kept yet: "partly" typed, "no_such" day; "" where it is kept."""
    try:
        _when(values, whole=True)
    except Invalid:
        parts = [values[name].strip() for name in ("day", "month", "year")]
        wanted = parts[1:] if values["when"] == WhenKind.MONTH else parts
        return "no_such" if all(wanted) and len(parts[2]) >= 4 else "partly"
    return ""


def _date(day: str, month: str, year: str) -> date:
    number = _MONTHS.index(month[:3].lower()) + 1 if month.isalpha() else int(month)
    if int(year) < _EARLIEST_YEAR:
        raise ValueError("the year is not written in full")
    return date(int(year), number, int(day))


def answer_words(values: Mapping[str, Any]) -> str:
    """A saved answer in words, for a user who has to choose between two."""
    seen = Seen(values["seen"]).label if values["seen"] else "No answer"
    if values["day"] and values["when_kind"]:
        seen += f" {when_words(WhenKind(values['when_kind']), values['day'])}"
    agency = values["agency"].name if values["agency"] else ""
    source = ", ".join(filter(None, [values["source"], agency]))
    managed = f"Managed now: {Managed(values['managed']).label.lower()}" if values["managed"] else ""
    return "\n".join(
        filter(None, [seen, values["what"], f"Who says so: {source}" if source else "", managed])
    )


@dataclass
class OneField:
    """One field of the judgement or the views on the page."""

    name: str
    value: Any
    version: int
    was: str
    error: str = ""
    theirs: str = ""
    theirs_by: str = ""
    hints: list[Any] = field(default_factory=list)


def one_field(matrix: Matrix, name: str) -> OneField:
    """A field as it is saved."""
    value = getattr(matrix, name)
    return OneField(
        name, field_shown(name, value), field_version(matrix, name), digest({name: field_text(name, value)})
    )


def field_typed(post: QueryDict, name: str) -> Any:
    """A field as it was sent."""
    return post.getlist(name) if name in LISTS else text_from(post, name)


def field_words(name: str, value: Any) -> str:
    """A field's value in words, for a user who has to choose between two."""
    choices = FIELDS[name]
    if choices is None:
        return str(value)
    chosen = list(value) if name in LISTS else ([] if value in {None, ""} else [value])
    named = choices.labels() if isinstance(choices, PracticeList) else choices.choices
    labels = {str(key): label for key, label in named}
    return ", ".join(labels.get(str(item), str(item)) for item in chosen) or "Nothing chosen"


def refuse_answer(fields: AnswerFields, error: CommandError, today: date) -> None:
    """Show beside a question why it was not saved; what was typed stays."""
    if isinstance(error, Overtaken):
        fields.theirs, fields.theirs_by = answer_words({**answer_values(None), **error.theirs}), error.by
        fields.version, fields.was = (
            error.version,
            digest(answer_text({**answer_values(None), **error.theirs}, today)),
        )
        fields.errors["seen"] = (
            f"{error.by} changed this answer too. Keep yours by saving again, or take theirs."
        )
    else:
        fields.errors[error.field or "seen"] = error.message


def refuse_field(shown: OneField, error: CommandError) -> None:
    """Show beside a field why it was not saved; what was typed stays."""
    if isinstance(error, Overtaken):
        theirs = error.theirs[shown.name]
        shown.theirs, shown.theirs_by, shown.version = (
            field_words(shown.name, theirs),
            error.by,
            error.version,
        )
        shown.was = digest({shown.name: field_text(shown.name, theirs)})
        shown.error = f"{error.by} changed this too. Keep yours by saving again, or take theirs."
    else:
        shown.error = error.message


class ContributorForm(PlainForm):
    """Whom to ask to fill a matrix in."""

    button = "Ask them"
    email = WorkEmailField()


class DueForm(PlainForm):
    """Something that requires a matrix (M4)."""

    button = "Record it"
    occasion = forms.ChoiceField(
        choices=partial(OCCASIONS.choices, mark=REQUIRES),
        label="What happened?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened."},
    )
    happened_on = DayField(
        label="On which day?",
        help_text="For example, 27 3 2026.",
        error_messages={"required": "Write the day it happened."},
    )
    source = forms.CharField(
        max_length=20, required=False, label="Reference, if there is one", help_text="No names, please."
    )


class SendForm(KeyedForm):
    """The button that sends a matrix; the words of the call beside it are read as they were typed."""
