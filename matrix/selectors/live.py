"""What colleagues saved since a page of a draft was drawn, in words and in values (M6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cems.accounts.models import User
from cems.base.services.presence import Present
from cems.base.time import local
from matrix.instrument import Instrument
from matrix.models import Answer, Matrix
from matrix.services.answers import answer_memory, answer_values, answer_version
from matrix.services.judgement import FIELDS, JUDGEMENT_FIELDS, PLAN_FIELDS, VIEWS_FIELDS, field_version
from matrix.shown_values import answer_text, digest, field_shown, field_text

TASKS, PLAN, VIEWS, JUDGEMENT = "tasks", "plan", "views", "judgement"
TITLES = {
    TASKS: "the list of groups",
    PLAN: "Strengths, worries and the plan",
    VIEWS: "What the child and the family say",
    JUDGEMENT: "Your judgement",
}
_FIELDS_ON = {PLAN: PLAN_FIELDS, VIEWS: VIEWS_FIELDS, JUDGEMENT: JUDGEMENT_FIELDS}
_ASKED = {"informed": "whether parents or carers know", "not_informed_why": "why they do not know yet"}
LONGEST_QUESTION = 60


def subject_of(matrix: Matrix) -> str:
    """The matrix as `presence` knows it."""
    return f"matrix:{matrix.public_id}"


def names_on(instrument: Instrument, page: str) -> tuple[str, ...]:
    """The codes of the questions, or the fields, that a page of the draft asks; none for a page unknown."""
    if page in _FIELDS_ON:
        return _FIELDS_ON[page]
    page_group = next((group for group in instrument.groups if group.code == page), None)
    return tuple(indicator.code for indicator in page_group.indicators) if page_group else ()


def place_of(instrument: Instrument, page: str, name: str) -> str:
    """Where somebody is, as a key: only pages and questions there are, whatever was sent."""
    if page not in TITLES and page not in {group.code for group in instrument.groups}:
        return TASKS
    return f"{page}/{name}" if name in names_on(instrument, page) else page


def people_words(instrument: Instrument, there: Iterable[Present], page: str) -> list[str]:
    """Where each colleague is, in words, for somebody on `page`."""
    titles = TITLES | {group.code: group.title for group in instrument.groups}
    sentences = []
    for colleague in there:
        at_page, _, name = colleague.place.partition("/")
        if at_page == page:
            where = (
                f"is typing in “{_asked(instrument, name)}”"
                if colleague.typing and name
                else "is on this page"
            )
        else:
            where = f"is {'typing' if colleague.typing else ''} on “{titles.get(at_page, titles[TASKS])}”"
        sentences.append(f"{colleague.name} {' '.join(where.split())}")
    return sentences


def typing_words(there: Iterable[Present], page: str) -> dict[str, str]:
    """Who is typing in each question of `page` now."""
    names_by_question: dict[str, list[str]] = {}
    for colleague in there:
        at_page, _, name = colleague.place.partition("/")
        if colleague.typing and at_page == page and name:
            names_by_question.setdefault(name, []).append(colleague.name)
    return {
        name: f"{' and '.join(who)} {'is' if len(who) == 1 else 'are'} typing here"
        for name, who in names_by_question.items()
    }


def _asked(instrument: Instrument, name: str) -> str:
    if name in FIELDS:
        return _ASKED.get(name) or str(Matrix._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    text = next(
        (indicator.text for indicator in instrument.indicators if indicator.code == name), "another question"
    )
    return text if len(text) <= LONGEST_QUESTION else f"{text[:LONGEST_QUESTION].rstrip()}…"


@dataclass(frozen=True)
class Saved:
    """An answer or field as it is saved: its version, who saved it when in words, its values for the page."""

    version: int
    words: str
    values: Mapping[str, Any]


def saved_since(
    user: User, matrix: Matrix, names: Iterable[str], known: Mapping[str, int], today: date
) -> dict[str, Saved]:
    """What is saved of `names` in another version than the `known` one the page shows. Two queries at most."""
    asked = list(names)
    fields = [name for name in asked if name in FIELDS]
    rows = _answers(matrix, asked) if len(fields) < len(asked) else {}
    marks = {name: matrix.field_versions.get(_key(name), [0]) for name in asked}
    people = _names([mark[1] for name, mark in marks.items() if len(mark) > 1 and name not in rows])
    saved_by_name = {}
    for name in asked:
        row, mark = rows.get(name), marks[name]
        version = field_version(matrix, name) if name in FIELDS else answer_version(matrix, name, row)
        if version == known.get(name, 0):
            continue
        if row:
            words = _words(user, row.answered_by_id, str(row.answered_by), "answered", row.answered_at, today)
        else:
            by, when = mark[1], datetime.fromisoformat(mark[2]) if len(mark) > 2 else None
            did = "changed" if name in FIELDS else "took back"
            words = _words(user, by, people.get(by, "A colleague"), did, when, today)
        saved_by_name[name] = Saved(version, words, _values(matrix, name, row, today))
    return saved_by_name


def _key(name: str) -> str:
    return name if name in FIELDS else answer_memory(name)


def _answers(matrix: Matrix, codes: list[str]) -> dict[str, Answer]:
    rows = matrix.answers.filter(code__in=codes).select_related("answered_by", "agency")
    return {row.code: row for row in rows}


def _names(pks: list[int]) -> dict[int, str]:
    return {user.pk: str(user) for user in User.objects.filter(pk__in=pks)} if pks else {}


def _words(user: User, by: int, name: str, did: str, when: datetime | None, today: date) -> str:
    """For example: Robin Pretend answered this, 12:03."""
    who = "You" if by == user.pk else name
    where = " in another window" if by == user.pk else ""
    moment = local(when) if when else None
    day = f" on {moment:%-d %B}" if moment and moment.date() != today else ""
    return f"{who} {did} this{where}{f', {moment:%H:%M}' if moment else ''}{day}"


def _values(matrix: Matrix, name: str, row: Answer | None, today: date) -> dict[str, Any]:
    """Every control of the page with its value, the fingerprint of what is shown among them."""
    if name in FIELDS:
        value = getattr(matrix, name)
        return {name: field_shown(name, value), f"{name}-was": digest({name: field_text(name, value)})}
    values = answer_text(answer_values(row), today)
    return {f"{name}-was": digest(values), **{f"{name}-{part}": text for part, text in values.items()}}
