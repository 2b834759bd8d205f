"""What the page of an action asks of whoever did it, made from its kind (K1)."""

from datetime import datetime, time
from typing import Any

from django import forms

from cems.actions.doings.kinds import LONGEST, DoingKind, Question
from cems.actions.models import Doing
from cems.base.form_fields import INCOMPLETE, DayField, TimeOfDayField, WhyField, WordsField
from cems.base.forms import KeyedForm, OnceForm
from cems.base.time import LONDON, local_date

NOON = time(12)


class DoingForm(KeyedForm):
    """The ways in which the action is met, each with its questions; and when."""

    answer = forms.ChoiceField(
        label="What was done or decided?",
        widget=forms.RadioSelect,
        error_messages={"required": "Say what was done or decided."},
    )

    def __init__(self, *args: Any, kind: DoingKind, now: datetime, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.kind, self.now = kind, now
        self.offer_choices("answer", [(answer.key, answer.label) for answer in kind.answers])
        for answer in kind.answers:
            for question in answer.questions:
                self.fields[f"{answer.key}_{question.name}"] = _field(question)
        self.fields["day"] = DayField(
            label=kind.when,
            initial=local_date(now),
            error_messages={"required": "Write the day.", "incomplete": "Write the whole day."},
        )
        if kind.at_time:
            self.fields["time"] = TimeOfDayField(wanted="Write the time.")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each answer with the fields of its questions, as the page lays them out."""
        chosen = self["answer"].value()
        return [
            {
                "value": answer.key,
                "label": answer.label,
                "checked": answer.key == chosen,
                "fields": [self[f"{answer.key}_{question.name}"] for question in answer.questions],
            }
            for answer in self.kind.answers
        ]

    @property
    def given(self) -> dict[str, str]:
        """What was typed under the answer that was chosen; call on a valid form."""
        answer = self.kind.answer(self.cleaned_data["answer"])
        questions = answer.questions if answer else ()
        return {
            question.name: self.cleaned_data[f"{self.cleaned_data['answer']}_{question.name}"]
            for question in questions
        }

    @property
    def done_at(self) -> datetime:
        """When it was done: today without a time is now, another day its noon; call on a valid form."""
        day, at = self.cleaned_data["day"], self.cleaned_data.get("time")
        if at is None and day == local_date(self.now):
            return self.now
        return datetime.combine(day, at or NOON, LONDON)

    @property
    def typed(self) -> str:
        """The words typed, for whoever comes second and keeps nothing here but their own copy."""
        names = (
            f"{answer.key}_{question.name}" for answer in self.kind.answers for question in answer.questions
        )
        return "\n".join(words for name in names if (words := str(self[name].value() or "").strip()))

    def field_of(self, name: str | None) -> str | None:
        """The field beside which a refusal stands: a question's stands under the answer that was chosen."""
        if name == "done_at":
            return "day"
        own = f"{self.cleaned_data.get('answer', '')}_{name}"
        return own if own in self.fields else super().field_of(name)


class UndoForm(OnceForm):
    """What was wrong with what was recorded. `doing` is what the page showed, hidden: nothing else is undone."""

    button = "Undo: it is to do again"
    doing = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": INCOMPLETE, "invalid": INCOMPLETE},
    )
    why = WhyField(
        "What was wrong with it?",
        "It stays readable in the chronology, marked as undone. The action is to do again, with the time it had.",
        wanted="Say what was wrong with it.",
    )

    @property
    def typed(self) -> str:
        """The words typed, for whoever comes second."""
        return str(self["why"].value() or "")

    def shows(self, doing: Doing | None) -> bool:
        """Whether this is what the form would undo."""
        return doing is not None and str(self["doing"].value()) == str(doing.public_id)


def _field(question: Question) -> forms.Field:
    words: dict[str, Any] = {
        "label": question.label,
        "help_text": question.hint,
        "required": False,
        "max_length": LONGEST,
    }
    return WordsField(rows=question.rows, **words) if question.rows > 1 else forms.CharField(**words)
