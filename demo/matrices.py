"""Filling in a matrix as a practitioner would: group by group, with dated evidence and plain reasons."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from cems.accounts.models import Agency, User
from cems.base.errors import CommandError, Invalid
from cems.base.time import local_date
from cems.children.choices import RiskLevel
from demo.courses import Sent
from demo.data import load
from matrix.choices import Assessment, IndicatorKind, Informed, Managed, Seen, WhenKind
from matrix.evidence import suggestion_of
from matrix.instrument import Group, Indicator, codes_carried, versions
from matrix.instrument import load as instrument_of
from matrix.models import Matrix
from matrix.services.answers import AnswerGiven, answers_save
from matrix.services.judgement import AREAS, fields_save

# How many of each sort are seen, and how many days ago, so that the evidence points to the level.
_SEEN: Mapping[RiskLevel, Mapping[str, tuple[tuple[int, int], ...]]] = {
    RiskLevel.SIGNIFICANT: {
        "harm": ((2, 40),),
        "contact": ((1, 6), (3, 12), (10, 26), (34, 80)),
        "signs": ((5, 20), (95, 160)),
    },
    RiskLevel.MODERATE: {"contact": ((2, 10), (8, 26)), "signs": ((35, 80), (95, 160))},
    RiskLevel.LOW: {"signs": ((98, 130), (140, 175))},
    RiskLevel.NONE: {},
}
_NEWEST = versions()[-1]


class Pen:
    """One person writing one matrix.

    Args:
        rng: draws from it; the same draws give the same matrix.
        profile: the sort of concern, from profiles.json.
        agencies: by the sorts named in evidence.json.
    """

    def __init__(self, rng: Random, profile: Mapping[str, Any], agencies: Mapping[str, Agency]) -> None:
        self.rng = rng
        self.profile = profile
        self.agencies = agencies
        self.words = load("words")

    def answer(self, user: User, matrix: Matrix, part: Sent, at: datetime, minutes: int) -> None:
        """Answer so many groups, one after another, spread over `minutes` from `at`."""
        versions = dict(matrix.answers.values_list("code", "version"))
        first = part.anew or not versions
        seen = self._first(part.level, local_date(at)) if first else self._update(local_date(at))
        groups = instrument_of(matrix.instrument_version).groups
        asked_as = codes_carried(_NEWEST, matrix.instrument_version)  # an older matrix asked some differently
        seen = {asked_as[code]: answer for code, answer in seen.items() if code in asked_as}
        for turn, group in enumerate(groups[: part.groups]):
            given = {
                code: (versions.get(code, 0), answer)
                for code, answer in self._group(group, seen, bool(versions)).items()
            }
            if not given:
                continue
            moment = at + timedelta(minutes=minutes * turn / len(groups))
            _must_pass(answers_save(user, matrix=matrix, given=given, at=moment))

    def judge(self, user: User, matrix: Matrix, part: Sent, occasion: str, at: datetime) -> None:
        """Write the judgement, its reasons, and the child's and the family's own words."""
        matrix.refresh_from_db()
        suggested = suggestion_of(
            instrument_of(matrix.instrument_version), matrix.answers.all(), local_date(part.sent or at)
        ).level
        level = RiskLevel(min(RiskLevel.SIGNIFICANT, max(RiskLevel.NONE, part.level + part.shift)))
        differs = "higher" if level > suggested else "lower" if level < suggested else ""
        concern = level > RiskLevel.NONE
        informed = self.rng.choices(list(Informed), (8, 1, 1))[0]
        values: dict[str, Any] = {
            "occasion": occasion,
            "level": str(int(level)),
            "reasons": self.profile["reasons"] if concern else self._none(),
            "difference": self.rng.choice(self.words[differs]) if differs else "",
            "forms": self.profile["forms"] if concern else [],
            "contexts": self.profile["contexts"] if concern else [],
            "child_views": self.rng.choice(self.profile["words"]) if concern else "",
            "family_views": self.rng.choice(self.profile["family"]) if concern else "",
            **self._plan(matrix, concern),
            "informed": informed,
            "not_informed_why": self.rng.choice(self.words["not_informed"].get(informed, [""])),
        }
        given = {name: (0, value) for name, value in values.items()}
        _must_pass(fields_save(user, matrix=matrix, given=given, at=at))

    def _plan(self, matrix: Matrix, concern: bool) -> dict[str, Any]:
        """Strength and worry in some parts of the child's life, and what the plan must hold, where it is asked."""
        if not concern or not instrument_of(matrix.instrument_version).asks_plan:
            return {}
        written: dict[str, Any] = {}
        for side, key in (("strength", "strengths"), ("worry", "worries")):
            for area in self.rng.sample(AREAS, 3):
                written[f"{area}_{side}"] = self.rng.choice(self.words[key][area])
        others = (Assessment.FAMILY, Assessment.EARLY_HELP, Assessment.EDUCATION, Assessment.HEALTH)
        assessments = self.rng.sample(others, self.rng.randint(0, 2))
        return {
            **written,
            "plan_needs": self.rng.choice(self.words["plan_needs"]),
            "assessments": sorted(assessments),
        }

    def _none(self) -> str:
        return (
            "Worries at school were looked into by those who know the child. Nothing points to exploitation."
        )

    def _first(self, level: RiskLevel, today: date) -> dict[str, AnswerGiven]:
        """What was seen, for a first matrix whose evidence points to `level`."""
        answers: dict[str, AnswerGiven] = {}
        for sort, windows in _SEEN[level].items():
            for code, window in zip(self._some(sort, len(windows)), windows, strict=False):
                answers[code] = self._seen(code, today, window)
        if level > RiskLevel.NONE:
            for code in self._some("vulnerabilities", self.rng.randint(2, 4)):
                answers[code] = self._seen(code, today, (60, 420), loosely=True)
        for code in self._some("strengths", self.rng.randint(2, 4)):
            answers[code] = self._seen(code, today, None)
        return answers

    def _update(self, today: date) -> dict[str, AnswerGiven]:
        """What a later matrix adds: a thing or two seen since, and a strength."""
        answers = {}
        for code in self._some("signs", self.rng.randint(0, 2)):
            answers[code] = self._seen(code, today, (2, 24))
        for code in self._some("strengths", 1):
            answers[code] = self._seen(code, today, None)
        return answers

    def _some(self, sort: str, count: int) -> list[str]:
        codes = self.profile[sort]
        return self.rng.sample(codes, min(count, len(codes)))

    def _seen(
        self, code: str, today: date, window: tuple[int, int] | None, *, loosely: bool = False
    ) -> AnswerGiven:
        what, source, agency = self.rng.choice(load("evidence")[code])
        kind, day = self._when(today, window, loosely) if window else ("", None)
        return AnswerGiven(Seen.SEEN, kind, day, what, source, self.agencies.get(agency))

    def _when(self, today: date, window: tuple[int, int], loosely: bool) -> tuple[str, date | None]:
        day = today - timedelta(days=self.rng.randint(*window))
        if loosely:
            return self.rng.choice((WhenKind.MONTH, WhenKind.ABOUT)), day
        if (today - day).days <= today.weekday() and self.rng.random() < 0.5:
            return WhenKind.THIS_WEEK, None
        return self.rng.choice((WhenKind.EXACT, WhenKind.EXACT, WhenKind.ABOUT)), day

    def _group(self, group: Group, seen: Mapping[str, AnswerGiven], again: bool) -> dict[str, AnswerGiven]:
        """The answers of one group; a later matrix touches what changed and a few that were asked again."""
        given = {}
        for indicator in group.indicators:
            if indicator.code in seen:
                given[indicator.code] = self._as_asked(seen[indicator.code], indicator)
            elif again or indicator.kind is IndicatorKind.STRENGTH:
                continue
            elif (draw := self.rng.random()) < 0.7:
                unseen = Seen.USUAL if indicator.baseline and draw < 0.05 else Seen.NOT_SEEN
                given[indicator.code] = AnswerGiven(unseen if draw < 0.5 else Seen.NOT_KNOWN)
        return given

    def _as_asked(self, answer: AnswerGiven, indicator: Indicator) -> AnswerGiven:
        """What was seen, with how well it is managed now where that is asked, and no day where none is."""
        managed = self.rng.choice(list(Managed)) if indicator.managed else ""
        when = ("", None) if indicator.standing else (answer.when_kind, answer.day)
        return replace(answer, managed=managed, when_kind=when[0], day=when[1])


def _must_pass(refused: Mapping[str, CommandError]) -> None:
    for what, error in refused.items():
        raise Invalid(f"{what}: {error.message}")
