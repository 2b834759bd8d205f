"""A matrix with its answers: progress, evidence profile, suggestion, what the matrix before said."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from cems.accounts.models import Agency, User
from cems.base.time import local_date
from cems.children.access_control import OpenChild
from cems.children.choices import RiskLevel
from matrix.choices import IndicatorKind, Seen, WhenKind
from matrix.evidence import evidence_of, settled
from matrix.instrument import (
    Group,
    Indicator,
    Instrument,
    Successor,
    codes_carried,
    load,
    question,
    successor,
)
from matrix.models import Answer, Matrix, Submission
from matrix.papers import paper_matrix_of
from matrix.policy import OLD_QUESTIONS_DAYS
from matrix.rules import (
    Change,
    ChangeKind,
    Evidence,
    Suggested,
    band_of,
    changes,
    newest_concern,
    newest_evidence_sentence,
    rule_words,
    suggest,
    when_words,
)
from matrix.selectors.child import last_asked, newest_sent
from matrix.selectors.profile import ProfileLine, profile_lines
from matrix.selectors.short_review import asked_again
from matrix.services.drafts import submission_before


@dataclass(frozen=True)
class Progress:
    """How far a group is. `copied` answers come from the matrix before and were not looked at again yet."""

    group: Group
    answered: int
    copied: int

    @property
    def total(self) -> int:
        return len(self.group.indicators)

    @property
    def status(self) -> str:
        if self.answered == self.total:
            return "All answered"
        if self.answered:
            return f"{self.answered} of {self.total} answered"
        return f"{self.copied} to look at again" if self.copied else "Not started"

    @property
    def colour(self) -> str:
        if self.answered == self.total:
            return ""
        return "light-blue" if self.answered else "yellow" if self.copied else "grey"


@dataclass(frozen=True)
class Worry:
    """A concern that was seen, and where its answer is changed."""

    group: Group
    indicator: Indicator
    answer: Answer


@dataclass(frozen=True)
class NoLongerAsked:
    """An answer whose question this version of the instrument has not."""

    text: str
    answer: Answer
    when: str


def question_text(code: str, version: int) -> str:
    """The question as it was last asked up to `version`."""
    indicator = question(code, version)
    return indicator.text if indicator else code


@dataclass(frozen=True)
class Filled:
    """A matrix with its answers as they stand `today`, by the instrument it was made with."""

    matrix: Matrix
    answers: Mapping[str, Answer]
    before: Submission | None
    before_answers: Mapping[str, Answer]  # by the code the question has in this matrix's version
    today: date
    asked_again: date | None = None  # when somebody was asked last and nothing was new, since it was sent

    @cached_property
    def instrument(self) -> Instrument:
        return load(self.matrix.instrument_version)

    @cached_property
    def evidence(self) -> list[Evidence]:
        return evidence_of(self.instrument, self.answers.values())

    @cached_property
    def suggested(self) -> Suggested:
        return suggest(self.evidence, self.today, self.instrument.suggestion)

    @property
    def harm_happened(self) -> bool:
        """Whether harm that has happened was marked as seen: told apart from risk (M3)."""
        return any(answer.kind is IndicatorKind.HARM and answer.seen == Seen.SEEN for answer in self.evidence)

    @property
    def rule_words(self) -> list[tuple[RiskLevel, str]]:
        """The rule of the suggestion in words (M3)."""
        return rule_words(self.instrument.suggestion)

    @cached_property
    def profile(self) -> list[ProfileLine]:
        """The evidence by kind, each in the four bands of its age (M2, M3)."""
        return profile_lines(self.evidence, self.today, self.instrument)

    @cached_property
    def freshness(self) -> str:
        """ "No new evidence recorded since …; last asked …", of the answers as they stand (M6)."""
        answers = list(self.answers.values())
        return newest_evidence_sentence(
            newest_concern(self.evidence), last_asked(answers, self.today, self.asked_again)
        )

    @cached_property
    def successor(self) -> Successor | None:
        """The newer version of the questions, where this matrix was begun with an older one."""
        days = OLD_QUESTIONS_DAYS.on(self.today)
        begun = local_date(self.matrix.started_at)
        return successor(self.matrix.instrument_version, self.today, days=days, begun=begun)

    @cached_property
    def no_longer_asked(self) -> list[NoLongerAsked]:
        """What was answered to questions that this version asks no longer: kept, and counted nowhere."""
        asked = {indicator.code for indicator in self.instrument.indicators}
        return [
            NoLongerAsked(
                question_text(code, self.matrix.instrument_version), answer, self.seen_words(answer)
            )
            for code, answer in self.answers.items()
            if code not in asked
        ]

    @cached_property
    def progress(self) -> list[Progress]:
        return [self._progress(group) for group in self.instrument.groups]

    @property
    def worries(self) -> list[Worry]:
        """The concerns that were seen, each of which asks how well it is managed now (M1)."""
        return [
            Worry(group, indicator, answer)
            for group in self.instrument.groups
            for indicator in group.indicators
            if indicator.managed and (answer := self.answers.get(indicator.code)) and answer.seen == Seen.SEEN
        ]

    @property
    def answered(self) -> int:
        """How many questions were answered since this matrix was started."""
        return sum(group.answered for group in self.progress)

    @property
    def not_known(self) -> int:
        return self._answers_of(Seen.NOT_KNOWN)

    @property
    def usual(self) -> int:
        """How many signs are usual for this child: shown, and counted for nothing (M1)."""
        return self._answers_of(Seen.USUAL)

    def _answers_of(self, seen: Seen) -> int:
        return sum(answer.seen == seen for answer in self.evidence)

    @property
    def total(self) -> int:
        return len(self.instrument.indicators)

    def is_copied(self, answer: Answer) -> bool:
        """Whether the answer comes from the matrix before and nobody looked at it again."""
        return answer.answered_at < self.matrix.started_at

    def changed(self) -> list[tuple[Indicator, Change]]:
        """What changed since the matrix before, ages reckoned anew (M6)."""
        if self.before is None:
            return []
        earlier = load(self.before.matrix.instrument_version)
        differences = changes(
            [
                Evidence.of(replace(earlier.indicator(row.code), code=code), Seen(row.seen), row.seen_on)
                for code, row in self.before_answers.items()
            ],
            self.evidence,
            before_on=local_date(self.before.received_at),
            after_on=self.today,
            bands=self.instrument.bands,
        )
        known = {
            indicator.code: indicator for indicator in (*earlier.indicators, *self.instrument.indicators)
        }
        asked = {indicator.code for indicator in self.instrument.indicators}
        return [
            (
                known[change.code],
                change if change.code in asked else replace(change, kind=ChangeKind.NO_LONGER_ASKED),
            )
            for change in differences
        ]

    def seen_words(self, answer: Answer) -> str:
        """When it was seen and how old that is: "on 3 May 2026 (1 to 3 months old)"."""
        if answer.seen != Seen.SEEN:
            return ""
        asked = question(answer.code, self.matrix.instrument_version)
        if asked and asked.standing:
            return "a standing fact, which does not age"
        if not answer.seen_on or not answer.when_kind:
            return "no date yet"
        words = when_words(WhenKind(answer.when_kind), answer.seen_on)
        band = band_of(answer.seen_on, max(self.today, answer.seen_on), self.instrument.bands)
        title = next(rule.title for rule in self.instrument.bands if rule.band == band)
        return f"{words} ({title.lower()} old)"

    def kind_of(self, code: str) -> str:
        """The kind of the question of that code, as it is or was last asked."""
        asked = question(code, self.matrix.instrument_version)
        return asked.kind.value if asked else ""

    def band_of(self, code: str) -> str:
        """How old the evidence of an answer is, as the code of its band; `standing` where it does not age."""
        evidence = next(
            (answer for answer in self.evidence if answer.code == code and answer.seen == Seen.SEEN), None
        )
        if evidence is None or (evidence.on is None and not evidence.standing):
            return ""
        return (
            "standing"
            if evidence.standing or evidence.on is None
            else band_of(evidence.on, self.today, self.instrument.bands)
        )

    def _progress(self, group: Group) -> Progress:
        rows = [
            self.answers[indicator.code] for indicator in group.indicators if indicator.code in self.answers
        ]
        copied = sum(self.is_copied(row) for row in rows)
        return Progress(group, len(rows) - copied, copied)


def filled(
    opened: OpenChild,
    matrix: Matrix,
    today: date,
    *,
    only: User | None,
    submission: Submission | None = None,
) -> Filled:
    """Read a matrix of this child with its answers and, where there is one, the submission before it.

    `only` leaves out earlier submissions of others; `submission` is given for a matrix that was sent.
    """
    if submission is None and paper_matrix_of(matrix):
        before = None  # as it came: nothing of the house's own is copied into it
    elif only is None and submission is None:
        before = newest_sent(opened)  # the identity bar shows its level
    else:
        before = submission_before(opened.cluster, only=only, than=submission)
    answers: dict[int, dict[str, Answer]] = {matrix.pk: {}}
    if before:
        answers[before.matrix_id] = {}
    for row in Answer.objects.filter(matrix__in=answers).select_related("agency", "answered_by"):
        answers[row.matrix_id][row.code] = row
    earlier = _as_asked(before.matrix, answers[before.matrix_id], matrix.instrument_version) if before else {}
    asked_of = submission or (before if only is None else None)
    again = asked_again(asked_of) if asked_of else None
    return Filled(matrix, answers[matrix.pk], before, earlier, today, again)


def _as_asked(before: Matrix, given: Mapping[str, Answer], version: int) -> dict[str, Answer]:
    """The answers of the matrix before to what it asked, by the code each question has in `version`."""
    asked = {indicator.code for indicator in load(before.instrument_version).indicators}
    known = [row for code, row in given.items() if code in asked]
    return settled(codes_carried(before.instrument_version, version), known)


def agencies() -> list[Any]:
    """The agencies one can say a sighting comes from."""
    return list(Agency.objects.order_by("name"))
