"""What changed between two matrices, and how fresh the evidence is (M6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from matrix.choices import Band, Seen
from matrix.instrument import BandRule
from matrix.rules.evidence import Evidence, band_of, day_words


class ChangeKind(TextChoices):
    """How one answer differs from the one before."""

    NEWLY_SEEN = "newly_seen", "Newly seen"
    NEWER_EVIDENCE = "newer_evidence", "Newer evidence"
    NO_LONGER_SEEN = "no_longer_seen", "No longer seen"
    FOUND_USUAL = "found_usual", "Found to be usual for this child"
    NO_LONGER_KNOWN = "no_longer_known", "No longer known"
    NO_LONGER_ASKED = "no_longer_asked", "No longer asked"
    DATED_EARLIER = "dated_earlier", "Date put right to an earlier one"
    AGED = "aged", "Same evidence, now older"


@dataclass(frozen=True)
class Change:
    """One indicator whose answer changed, with the age of its evidence then and now."""

    code: str
    kind: ChangeKind
    before: Evidence | None
    after: Evidence | None
    band_before: Band | None
    band_after: Band | None


def changes(
    before: Iterable[Evidence],
    after: Iterable[Evidence],
    *,
    before_on: date,
    after_on: date,
    bands: Sequence[BandRule],
) -> list[Change]:
    """What changed between the answers as they stood on `before_on` and on `after_on` (M6).

    Ages are worked out anew for each day, so evidence carried forward shows as aged when it has
    crossed into an older band. An indicator without an answer is not known. In the order of
    `after`, then those only `before` had.
    """
    earlier = {answer.code: answer for answer in before}
    later = {answer.code: answer for answer in after}
    changed = []
    for code in [*later, *(code for code in earlier if code not in later)]:
        old, new = earlier.get(code), later.get(code)
        ages = _band(old, before_on, bands), _band(new, after_on, bands)
        if kind := _kind(old, new, *ages):
            changed.append(Change(code, kind, old, new, *ages))
    return changed


def _band(answer: Evidence | None, on: date, bands: Sequence[BandRule]) -> Band | None:
    return band_of(answer.on, on, bands) if answer and answer.seen == Seen.SEEN and answer.on else None


def _kind(
    before: Evidence | None, after: Evidence | None, old: Band | None, new: Band | None
) -> ChangeKind | None:
    was = before is not None and before.seen == Seen.SEEN
    if after is None or after.seen != Seen.SEEN:
        if not was:
            return None
        if after is not None and after.seen == Seen.USUAL:
            return ChangeKind.FOUND_USUAL
        not_seen = after is not None and after.seen == Seen.NOT_SEEN
        return ChangeKind.NO_LONGER_SEEN if not_seen else ChangeKind.NO_LONGER_KNOWN
    if not was or before is None:
        return ChangeKind.NEWLY_SEEN
    if before.on and after.on and before.on != after.on:
        return ChangeKind.NEWER_EVIDENCE if after.on > before.on else ChangeKind.DATED_EARLIER
    return ChangeKind.AGED if old and new and old != new else None


def newest_concern(answers: Iterable[Evidence]) -> date | None:
    """The day of the newest concern seen; vulnerabilities and strengths are no new evidence (M6)."""
    days = (answer.on for answer in answers if answer.seen == Seen.SEEN and answer.kind.is_concern)
    return max((day for day in days if day), default=None)


def newest_evidence_sentence(newest: date | None, last_asked: date | None) -> str:
    """How fresh the evidence is, wherever a matrix is read (M6).

    Old information must not pass for current (ERASE Annual Report 2023–24, paragraph 18), and
    silence must not pass for safety: when somebody last asked is said beside it.
    """
    if newest and last_asked and newest >= last_asked:
        freshness = f"Newest evidence of a concern {day_words(newest)}"  # nobody has asked since
    elif newest:
        freshness = f"No new evidence recorded since {day_words(newest)}"
    else:
        freshness = "No dated evidence of a concern recorded"
    asked = f"last asked {day_words(last_asked)}" if last_asked else "not asked again yet"
    return f"{freshness}; {asked}."
