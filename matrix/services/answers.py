"""Save the answers of a draft, each guarded by its own version (M1, M2, M6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cems.accounts.models import Agency, User
from cems.base.command import command
from cems.base.errors import CommandError, Invalid
from cems.base.time import local_date, now
from cems.children.models import Child
from matrix.choices import Managed, Seen, WhenKind
from matrix.instrument import Indicator, load
from matrix.models import Answer, Matrix
from matrix.papers import evidence_until
from matrix.rules import evidence_day
from matrix.services.drafts import open_draft, saved_mark, text, touch
from matrix.services.overtaken import Overtaken

NOT_ASKED = (
    "This question is not asked in the version this matrix has now. Copy your text and reload the page."
)


@dataclass(frozen=True)
class AnswerGiven:
    """One answer as it was typed. `seen` empty takes the answer back."""

    seen: str
    when_kind: str = ""
    day: date | None = None
    what: str = ""
    source: str = ""
    agency: Agency | None = None
    managed: str = ""


@command
def answer_save(
    user: User, *, matrix: Matrix, code: str, version: int, given: AnswerGiven, at: datetime | None = None
) -> Answer | None:
    """Save one answer of a draft; None when the answer was taken back.

    `version` is the one the page showed (0 for none). Raises Overtaken when it is no longer the
    saved one and the texts differ, Invalid for what can't be right (the field named), Conflict
    when the matrix is a draft no longer.
    """
    instant, draft = at or now(), open_draft(matrix)
    row, changed = _answered(user, draft, _rows(draft, [code]).get(code), code, version, given, instant)
    if changed:
        if row:
            row.save()
        touch(user, matrix=draft, what=[code], at=instant)
    return row


@command
def answers_save(
    user: User,
    *,
    matrix: Matrix,
    given: Mapping[str, tuple[int, AnswerGiven]],
    still: Mapping[str, int] | None = None,
    at: datetime | None = None,
) -> dict[str, CommandError]:
    """Save a page of answers, `given` by code with the version the page showed.

    `still` names copied answers that were looked at and are still so, with their versions. What can be
    saved is saved; the rest comes back by code, as Invalid or Overtaken. Raises Conflict when the
    matrix is a draft no longer.
    """
    instant, draft = at or now(), open_draft(matrix)
    rows = _rows(draft, [*given, *(still or {})])
    refused: dict[str, CommandError] = {}
    saved, new = [], []
    for code, (version, answer) in given.items():
        try:
            row, changed = _answered(user, draft, rows.get(code), code, version, answer, instant)
        except CommandError as error:  # raised before anything of this answer was written
            refused[code] = error
            continue
        if not changed:
            continue
        saved.append(code)
        if row and row.pk:
            row.save()
        elif row:
            new.append(row)
    Answer.objects.bulk_create(new)
    for code, version in (still or {}).items():
        row = rows.get(code)
        if row and row.version == version and row.answered_at < draft.started_at:
            _ask_again(user, row, instant)
            row.save()
            saved.append(code)
    if saved:
        touch(user, matrix=draft, what=saved, at=instant)
    return refused


def answer_values(row: Answer | None) -> dict[str, Any]:
    """An answer's fields as a page or a conflict shows them."""
    if row is None:
        return {
            "seen": "",
            "when_kind": "",
            "day": None,
            "what": "",
            "source": "",
            "agency": None,
            "managed": "",
        }
    return {
        "seen": row.seen,
        "when_kind": row.when_kind,
        "day": row.seen_on,
        "what": row.what,
        "source": row.source,
        "agency": row.agency,
        "managed": row.managed,
    }


def answer_version(matrix: Matrix, code: str, row: Answer | None) -> int:
    """The version to send to replace what is saved; it goes on counting where an answer was taken back."""
    return row.version if row else int(matrix.field_versions.get(answer_memory(code), [0])[0])


def answer_memory(code: str) -> str:
    """Where a matrix remembers the version of an answer that was taken back."""
    return f"answer:{code}"


def _last_by(matrix: Matrix, code: str, row: Answer | None) -> str:
    if row:
        return str(row.answered_by)
    taken_back = matrix.field_versions.get(answer_memory(code))
    by = User.objects.filter(pk=taken_back[1]).first() if taken_back else None
    return str(by) if by else ""


def _rows(matrix: Matrix, codes: list[str]) -> dict[str, Answer]:
    rows = Answer.objects.filter(matrix=matrix, code__in=codes).select_related("answered_by", "agency")
    return {row.code: row for row in rows}


def _answered(
    user: User, matrix: Matrix, row: Answer | None, code: str, version: int, given: AnswerGiven, at: datetime
) -> tuple[Answer | None, bool]:
    """The answer as it should now stand, for the caller to save, and whether that changes anything.

    The matrix is locked; an answer that is taken back is gone when this returns.
    """
    try:
        indicator = load(matrix.instrument_version).indicator(code)
    except KeyError:
        raise Invalid(NOT_ASKED) from None
    until = evidence_until(matrix, at)
    if given.day and until < given.day <= local_date(at):
        raise Invalid("This is after the paper was received. Check the date.", field="when")
    values = _checked(indicator, given, matrix.child, until, row)
    same = row is not None and all(getattr(row, name) == value for name, value in values.items())
    # The same again, from a retry or from both at once. A copied answer saved again was asked again.
    if same and row is not None and row.answered_at >= matrix.started_at:
        return row, False
    if row is None and not given.seen:
        return None, False
    kept = answer_version(matrix, code, row)
    if kept != version:
        raise Overtaken(theirs=answer_values(row), version=kept, by=_last_by(matrix, code, row))
    if row is None:
        return Answer(
            matrix=matrix, code=code, version=kept + 1, answered_by=user, answered_at=at, **values
        ), True
    if not given.seen:
        row.delete()
        # A tab that still shows the answer must find that it was overtaken, so the count goes on.
        matrix.field_versions[answer_memory(code)] = saved_mark(kept + 1, user, at)
        matrix.save(update_fields=["field_versions"])
        return None, True
    for name, value in values.items():
        setattr(row, name, value)
    _ask_again(user, row, at)
    return row, True


def _ask_again(user: User, row: Answer, at: datetime) -> None:
    row.version, row.answered_by, row.answered_at = row.version + 1, user, at


def _checked(
    indicator: Indicator, given: AnswerGiven, child: Child, today: date, row: Answer | None
) -> dict[str, Any]:
    if given.seen not in {"", *Seen.values}:
        raise Invalid("Choose seen, not seen or not known.", field="seen")
    if given.seen == Seen.USUAL and not indicator.baseline:
        raise Invalid("Only a warning sign can be usual for this child. Choose another answer.", field="seen")
    if given.managed and (not indicator.managed or given.managed not in Managed.values):
        raise Invalid("Choose how well it is managed now.", field="managed")
    if not given.seen and (given.what.strip() or given.source.strip()):
        raise Invalid("Choose seen, not seen or not known, so that what you wrote is kept.", field="seen")
    if given.when_kind not in {"", *WhenKind.values}:
        raise Invalid("Choose when it was seen.", field="when")
    when_kind = given.when_kind if given.seen == Seen.SEEN else ""
    seen_on = _day(WhenKind(when_kind), given.day, today, row) if when_kind else None
    if seen_on and seen_on < child.date_of_birth:
        raise Invalid("This date is before the child was born. Check the year.", field="when")
    return {
        "seen": given.seen,
        "when_kind": when_kind,
        "seen_on": seen_on,
        "what": text(given.what, "what"),
        "source": text(given.source, "source", 200),
        "agency": given.agency,
        "managed": given.managed if given.seen == Seen.SEEN else "",
    }


def _day(kind: WhenKind, day: date | None, today: date, row: Answer | None) -> date | None:
    """The day to keep. Half an answer is kept too: a draft may still want its date."""
    said_now = kind in {WhenKind.THIS_WEEK, WhenKind.THIS_MONTH}
    if day is None and not said_now:
        return None
    saved_day = row.seen_on if row and row.when_kind == kind else None
    # A comma put right on Friday must not make Monday's evidence newer.
    if saved_day and _same_time(kind, saved_day, today if said_now or day is None else day):
        return saved_day
    return evidence_day(kind, today, day)


def _same_time(kind: WhenKind, first: date, second: date) -> bool:
    if kind is WhenKind.THIS_WEEK:
        return first - timedelta(days=first.weekday()) == second - timedelta(days=second.weekday())
    if kind in {WhenKind.THIS_MONTH, WhenKind.MONTH}:
        return (first.year, first.month) == (second.year, second.month)
    return first == second
