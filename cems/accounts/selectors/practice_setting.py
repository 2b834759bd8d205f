"""What the pages of practice settings show: how each stands, since when, what comes, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cems.accounts.models import Authority
from cems.policy.declared import Policy, Subject, declared, every_policy
from cems.policy.models import SettingValue
from cems.policy.rules import version_of
from cems.policy.snapshot import LEAD

INHERITED = "As the whole partnership"


@dataclass(frozen=True)
class Change:
    """One change of a setting: the value in words, and how it stands now."""

    row: SettingValue
    words: str
    ahead: bool  # it has not begun yet
    can_be_taken_back: bool
    in_force: bool


@dataclass(frozen=True)
class Standing:
    """A setting of the whole partnership, or of one authority, at an instant."""

    policy: Policy[Any]
    authority: Authority | None
    words: str
    changes: Sequence[Change]  # the newest first
    version: int

    @property
    def since(self) -> datetime | None:
        """Since when it has this value; None where nothing was ever decided."""
        return next((change.row.starts_at for change in self.changes if change.in_force), None)

    @property
    def ahead(self) -> Sequence[Change]:
        """What comes, the soonest first."""
        return sorted(
            (change for change in self.changes if change.ahead), key=lambda change: change.row.starts_at
        )


@dataclass(frozen=True)
class Setting:
    """A line of the list: the whole partnership, and the authorities that have their own value."""

    standing: Standing
    authorities: Sequence[Standing] = field(default=())

    @property
    def policy(self) -> Policy[Any]:
        return self.standing.policy


def settings_by_subject(at: datetime) -> Sequence[tuple[str, Sequence[Setting]]]:
    """Every setting under its heading; two reads however many there are."""
    rows: dict[str, dict[int | None, list[SettingValue]]] = {}
    for row in SettingValue.objects.select_related("made_by", "withdrawn_by").order_by("number"):
        rows.setdefault(row.key, {}).setdefault(row.authority_id, []).append(row)
    names = {
        authority.pk: authority
        for authority in _named({pk for row in rows.values() for pk in row if pk is not None})
    }
    by_subject: dict[Subject, list[Setting]] = {subject: [] for subject in Subject}
    for policy in every_policy():
        by_authority = rows.get(policy.key, {})
        own = [
            _standing(policy, names[pk], by_authority[pk], at)
            for pk in sorted(pk for pk in by_authority if pk is not None)
        ]
        by_subject[policy.subject].append(
            Setting(_standing(policy, None, by_authority.get(None, []), at), own)
        )
    return [(subject.value, settings) for subject, settings in by_subject.items() if settings]


def setting(key: str, authority: Authority | None, at: datetime) -> Setting:
    """One setting as a page shows it; `standing` is that of the authority where one is given. Raises LookupError."""
    policy = declared(key)
    rows: dict[int | None, list[SettingValue]] = {}
    for row in SettingValue.objects.of_setting(key).order_by("number"):
        rows.setdefault(row.authority_id, []).append(row)
    values = rows.get(authority.pk if authority else None, [])
    own = [
        _standing(policy, served, rows[served.pk], at)
        for served in _named({pk for pk in rows if pk is not None})
    ]
    return Setting(_standing(policy, authority, values, at), own)


def change_at(public_id: UUID) -> SettingValue | None:
    """The change of a setting at this address, or None."""
    return SettingValue.objects.get_queryset().filter(public_id=public_id).first()


def authority_of(change: SettingValue) -> Authority | None:
    """The authority whose own value this change is; None for the whole partnership."""
    return Authority.objects.filter(pk=change.authority_id).first() if change.authority_id else None


def authority_at(code: str) -> Authority | None:
    """The authority with this code, or None."""
    return Authority.objects.filter(code=code).first()


def authorities_served() -> Sequence[Authority]:
    """The authorities for which an agency of the partnership works, by name."""
    return list(Authority.objects.filter(agencies__isnull=False).distinct().order_by("name"))


def _named(keys: set[int]) -> Sequence[Authority]:
    return list(Authority.objects.filter(pk__in=keys).order_by("name")) if keys else []


def _standing(
    policy: Policy[Any], authority: Authority | None, rows: Sequence[SettingValue], at: datetime
) -> Standing:
    begun = [row for row in rows if row.withdrawn_at is None and row.starts_at <= at]
    last = max(begun, key=lambda row: row.starts_at, default=None)
    changes = [
        Change(
            row,
            INHERITED if row.inherits else policy.in_words(policy.kind.restored(row.value)),
            ahead=row.withdrawn_at is None and row.starts_at > at,
            can_be_taken_back=row.withdrawn_at is None and row.starts_at >= at + LEAD,
            in_force=row is last,
        )
        for row in rows
    ]
    if last is None or last.inherits:
        words = policy.in_words(policy.at(at, authority.pk if authority else None))
    else:
        words = policy.in_words(policy.kind.restored(last.value))
    return Standing(policy, authority, words, changes[::-1], version_of(rows))
