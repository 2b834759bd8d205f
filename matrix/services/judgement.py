"""Save the judgement and the family's views, each field guarded by its own version (M3, C4, C6)."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from cems.accounts.models import User
from cems.base.command import command
from cems.base.errors import CommandError, Invalid
from cems.base.time import local_date, now
from cems.children.choices import HarmContext, RiskLevel
from cems.children.practice_lists import HARM_FORMS
from cems.policy.lists import PracticeList
from matrix.choices import Assessment, Informed
from matrix.instrument import load
from matrix.models import Matrix
from matrix.practice_lists import OCCASIONS
from matrix.services.drafts import open_draft, saved_mark, text, touch
from matrix.services.overtaken import Overtaken

# The parts of a child's life that each have a strength and a worry (M1).
AREAS = ("home", "family", "friends", "school", "community")
AREA_FIELDS = tuple(f"{area}_{side}" for area in AREAS for side in ("strength", "worry"))
# Each field and its choices: a list of the partnership, or those of the code; None is a text.
FIELDS: dict[str, Any] = {
    "occasion": OCCASIONS,
    "level": RiskLevel,
    "reasons": None,
    "difference": None,
    "forms": HARM_FORMS,
    "contexts": HarmContext,
    "child_views": None,
    "mother_views": None,
    "father_views": None,
    "carer_views": None,
    "family_views": None,
    "informed": Informed,
    "not_informed_why": None,
    **dict.fromkeys(AREA_FIELDS),
    "plan_needs": None,
    "assessments": Assessment,
    "assessments_where": None,
}
# The page each field is asked on.
VIEWS_FIELDS = (
    "child_views",
    "mother_views",
    "father_views",
    "carer_views",
    "family_views",
    "informed",
    "not_informed_why",
)
JUDGEMENT_FIELDS = ("level", "reasons", "difference", "forms", "contexts")
PLAN_FIELDS = (*AREA_FIELDS, "plan_needs", "assessments", "assessments_where")
LISTS = frozenset({"forms", "contexts", "assessments"})


@command
def field_save(
    user: User, *, matrix: Matrix, name: str, version: int, value: Any, at: datetime | None = None
) -> int:
    """Save one field of the judgement or of the family's views; return its new version.

    Raises Overtaken, Invalid naming the field, or Conflict when the matrix is a draft no longer.
    """
    instant, draft = at or now(), open_draft(matrix)
    if _set(user, draft, name, version, value, instant):
        _write(user, draft, [name], instant)
    return field_version(draft, name)


@command
def fields_save(
    user: User, *, matrix: Matrix, given: Mapping[str, tuple[int, Any]], at: datetime | None = None
) -> dict[str, CommandError]:
    """Save a page of fields, `given` by name with the version the page showed.

    What can be saved is saved; the rest comes back by name, as Invalid or Overtaken.
    """
    instant, draft = at or now(), open_draft(matrix)
    refused: dict[str, CommandError] = {}
    changed = []
    for name, (version, value) in given.items():
        try:
            if _set(user, draft, name, version, value, instant):
                changed.append(name)
        except CommandError as error:
            refused[name] = error
    if changed:
        _write(user, draft, changed, instant)
    return refused


def field_version(matrix: Matrix, name: str) -> int:
    """How often a field was saved."""
    return int(matrix.field_versions.get(name, [0])[0])


def _set(user: User, draft: Matrix, name: str, version: int, value: Any, at: datetime) -> bool:
    checked = _checked(name, value, getattr(draft, name, None), local_date(at))
    if getattr(draft, name) == checked:
        return False
    if name in PLAN_FIELDS and not load(draft.instrument_version).asks_plan:
        raise Invalid("This is not asked in the version this matrix has.", field=name)
    saved = field_version(draft, name)
    if saved != version:
        by = User.objects.filter(pk=draft.field_versions[name][1]).first() if saved else None
        raise Overtaken(theirs={name: getattr(draft, name)}, version=saved, by=str(by) if by else "")
    setattr(draft, name, checked)
    draft.field_versions[name] = saved_mark(version + 1, user, at)
    return True


def _write(user: User, draft: Matrix, names: list[str], at: datetime) -> None:
    draft.save(update_fields=[*names, "field_versions"])
    touch(user, matrix=draft, what=names, at=at)


def _checked(name: str, value: Any, before: Any, on: date) -> Any:
    """The value as it is kept. What was chosen `before` may stay though its list has ended it."""
    if name not in FIELDS:
        raise Invalid("This field is not part of the matrix.")
    choices = FIELDS[name]
    if choices is None:
        return text(value, name)
    if name in LISTS:
        chosen = sorted(set(value))
        if not set(chosen) <= _offered(choices, before, on):
            raise Invalid("Choose from the list.", field=name)
        return chosen
    if name == "level":
        if value in {"", None}:
            return None
        if str(value) not in {str(level) for level in choices.values}:
            raise Invalid("Choose a level.", field=name)
        return RiskLevel(int(value))
    if value not in _offered(choices, [before], on) and not (value == "" and name == "informed"):
        raise Invalid("Choose from the list.", field=name)
    return value


def _offered(choices: Any, before: Collection[str], on: date) -> set[str]:
    """What may be chosen on a day."""
    if isinstance(choices, PracticeList):
        return {entry.key for entry in choices.offered(on, also=before)}
    return set(choices.values)
