"""How old evidence is, and the profile it makes (M2, M3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cems.base.errors import Invalid
from cems.base.months import add_months, last_of_month
from matrix.choices import Band, IndicatorKind, Seen, WhenKind
from matrix.instrument import BandRule, Indicator


@dataclass(frozen=True)
class Evidence:
    """One answer, ready for the rules. `on` is None while a draft has no date for it yet.

    A `standing` fact has no day, whatever was written down: it does not age (M2).
    """

    code: str
    kind: IndicatorKind
    seen: Seen
    on: date | None = None
    standing: bool = False

    @classmethod
    def of(cls, indicator: Indicator, seen: Seen, on: date | None = None) -> "Evidence":
        """The evidence one answer to `indicator` is."""
        standing = indicator.standing
        return cls(indicator.code, indicator.kind, seen, None if standing else on, standing)


def within_months(on: date, months: int, today: date) -> bool:
    """Whether `on` is at most `months` calendar months before `today` (M2).

    Counted forward as every clock is: 31 January is within one month until 28 February.
    """
    return today <= add_months(on, months)


def band_of(on: date, today: date, bands: Sequence[BandRule]) -> Band:
    """The age band of evidence seen `on`, as it stands `today` (M2).

    Up to 1 month, 1 to 3, 3 to 6, over 6 (ERASE Annual Report 2023–24, paragraph 18, names the
    first two and the last). A bound belongs to the younger band. Raises ValueError when `on`
    has not come yet.
    """
    if on > today:
        raise ValueError(f"evidence dated {on} has not happened by {today}")
    for rule in bands:
        if rule.up_to_months is None or within_months(on, rule.up_to_months, today):
            return rule.band
    raise ValueError("the last band must be open")


def evidence_day(kind: WhenKind, recorded: date, day: date | None = None) -> date:
    """The day that stands for when something was seen, for an answer given on `recorded` (M2).

    What is known only to a week or a month counts as its last day so far: where we are unsure,
    evidence is rather too new than too old. Raises Invalid when a date is wanted and absent, or
    lies ahead.
    """
    if kind in (WhenKind.THIS_WEEK, WhenKind.THIS_MONTH):
        return recorded
    if day is None:
        raise Invalid("Enter when this was seen.", field="when")
    if kind is WhenKind.MONTH and (day.year, day.month) == (recorded.year, recorded.month):
        return recorded
    if day > recorded:
        raise Invalid("The date this was seen can't be in the future.", field="when")
    return last_of_month(day) if kind is WhenKind.MONTH else day


def day_words(day: date) -> str:
    """A day as people write it: 3 March 2026."""
    return f"{day.day} {day:%B %Y}"


def when_words(kind: WhenKind, on: date) -> str:
    """When something was seen, no more exactly than it is known (M2)."""
    if kind is WhenKind.THIS_WEEK:
        return f"in the week of {day_words(on - timedelta(days=on.weekday()))}"
    if kind in (WhenKind.THIS_MONTH, WhenKind.MONTH):
        return f"in {on:%B %Y}"
    return f"about {day_words(on)}" if kind is WhenKind.ABOUT else f"on {day_words(on)}"


@dataclass(frozen=True)
class ProfileRow:
    """How often one kind of evidence was seen, by age. `counts` follow the instrument's bands.

    Standing facts are a band of their own.
    """

    kind: IndicatorKind
    title: str
    counts: tuple[tuple[BandRule, int], ...]
    undated: int
    standing: int = 0

    @property
    def total(self) -> int:
        """All that were seen, dated or not."""
        return sum(count for _, count in self.counts) + self.undated + self.standing

    def count(self, band: Band) -> int:
        """How many are of that age."""
        return sum(count for rule, count in self.counts if rule.band == band)


@dataclass(frozen=True)
class Profile:
    """What the evidence looks like: recent against old, harm against risk, strengths. No score.

    `usual` are signs that are no change for this child: shown, and counted in no row (M1).
    """

    rows: tuple[ProfileRow, ...]
    usual: int
    not_seen: int
    not_known: int

    def row(self, kind: IndicatorKind) -> ProfileRow:
        """The row of that kind of evidence."""
        return next(row for row in self.rows if row.kind == kind)


_TITLES = {
    IndicatorKind.HARM: "Harm that has happened",
    IndicatorKind.DANGER: "Risk: imminent danger",
    IndicatorKind.CONTACT: "Risk: contact or control",
    IndicatorKind.SIGN: "Risk: warning signs",
    IndicatorKind.CONCERN: "Concerns: risk of harm",
    IndicatorKind.VULNERABILITY: "Vulnerabilities",
    IndicatorKind.STRENGTH: "Strengths",
}


def profile(
    answers: Iterable[Evidence], today: date, bands: Sequence[BandRule], kinds: Sequence[IndicatorKind]
) -> Profile:
    """Count the evidence by kind and age, for the profile beside the groups (M2, M3).

    `kinds` are those the instrument tells apart, in the order shown; harm is never counted with risk.
    """
    given = list(answers)
    rows = []
    for kind in kinds:
        seen = [answer for answer in given if answer.seen == Seen.SEEN and answer.kind == kind]
        ages = [band_of(answer.on, today, bands) for answer in seen if answer.on]
        counts = tuple((rule, ages.count(rule.band)) for rule in bands)
        standing = sum(answer.standing for answer in seen)
        rows.append(ProfileRow(kind, _TITLES[kind], counts, len(seen) - len(ages) - standing, standing))
    return Profile(
        tuple(rows),
        usual=sum(answer.seen == Seen.USUAL for answer in given),
        not_seen=sum(answer.seen == Seen.NOT_SEEN for answer in given),
        not_known=sum(answer.seen == Seen.NOT_KNOWN for answer in given),
    )
