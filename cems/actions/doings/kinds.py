"""What a kind of doing asks of whoever did it, and how it is told: page, service and chronology read the same object.

    CALL = DoingKind(
        key="phone-call",
        title="Record the call",
        when="When was the call, or the last try?",
        answers=(Answer("reached", "Somebody was reached", (Question("who", "Who was spoken to?", WHO),)), …),
    )

Pure: no database. An app fills a kind for its own actions into the slot `actions.doings`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from cems.base.calendar import say, say_day
from cems.base.time import local_date

LONGEST = 2000


@dataclass(frozen=True)
class Question:
    """One thing that is asked; `missing` is said where it is left empty and may not be, `told` names it afterwards."""

    name: str
    label: str
    told: str
    missing: str = ""
    hint: str = ""
    rows: int = 1


@dataclass(frozen=True)
class Answer:
    """One way in which an action is met: something was done, or it was decided not to, and why.

    What was done meets every open action of the kind that was agreed before; `alone` is an answer about one paper, or
    a decision, that meets the action it is made on.
    """

    key: str
    label: str
    questions: tuple[Question, ...]
    alone: bool = False


@dataclass(frozen=True)
class Problem:
    """What is wrong with what was recorded, in a plain sentence, and which question it is about ("": the answer)."""

    words: str
    about: str = ""


@dataclass(frozen=True)
class DoingKind:
    """One kind of doing. `at_time` asks for the time of day beside the day."""

    key: str
    title: str
    answers: tuple[Answer, ...]
    when: str = "When was this done or decided?"
    at_time: bool = False

    def answer(self, key: str) -> Answer | None:
        """The answer of this key."""
        return next((answer for answer in self.answers if answer.key == key), None)

    def problem(self, key: str, given: Mapping[str, str]) -> Problem | None:
        """What is wrong with an answer and what was given to its questions, or None."""
        answer = self.answer(key)
        if answer is None:
            return Problem("Say what was done or decided.")
        names = {question.name for question in answer.questions}
        if stray := next((name for name in given if name not in names), None):
            return Problem(f"“{answer.label}” does not ask for this.", stray)
        for question in answer.questions:
            words = given.get(question.name, "").strip()
            if question.missing and not words:
                return Problem(question.missing, question.name)
            if len(words) > LONGEST:
                return Problem(f"Keep this to {LONGEST} characters.", question.name)
        return None

    def is_after(self, agreed_at: datetime, done_at: datetime) -> bool:
        """Whether it was done after an action was agreed, so that it may meet it; by the day where none asks a time."""
        if self.at_time:
            return agreed_at <= done_at
        return local_date(agreed_at) <= local_date(done_at)

    def words(self, key: str, given: Mapping[str, str], done_at: datetime) -> str:
        """What was done as everybody reads it afterwards, a line for each thing that was told."""
        return "\n".join(self._lines(key, given, done_at))

    def _lines(self, key: str, given: Mapping[str, str], done_at: datetime) -> Iterator[str]:
        answer = self.answer(key)
        if answer is None:
            return
        day = say(done_at) if self.at_time else say_day(local_date(done_at), year=True)
        yield f"{answer.label}, {day}."
        for question in answer.questions:
            if words := given.get(question.name, "").strip():
                yield f"{question.told}: {words}"
