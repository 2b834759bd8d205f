"""What the pages of practice settings show: how each stands, since when, what comes, and its history."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Q

from cems.accounts.authorities import answering, ended
from cems.accounts.models import Authority
from cems.base.time import LONDON, local_date, today
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
    followed_by: Authority | None = None  # whose value holds after this authority's last day
    follows: Sequence[tuple[Authority, str]] = field(default=())  # those it followed, with the value each had

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
        if _successor_id(authority, at) is None
    }
    by_subject: dict[Subject, list[Setting]] = {subject: [] for subject in Subject}
    for policy in every_policy():
        by_authority = rows.get(policy.key, {})
        own = [
            _standing(policy, names[pk], by_authority[pk], at)
            for pk in sorted(pk for pk in by_authority if pk in names)
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
        if _successor_id(served, at) is None
    ]
    standing = _standing(policy, authority, values, at)
    if authority is not None:
        standing = replace(
            standing,
            followed_by=_successor(authority, at),
            follows=list(_before(policy, authority, rows, at)),
        )
    return Setting(standing, own)


def _successor(authority: Authority, at: datetime) -> Authority | None:
    """The authority whose values hold for this one since it ended; None while its own do."""
    after = Authority.objects.filter(pk=answering(authority.pk, local_date(at))).first()
    return after if after != authority else None


def _before(
    policy: Policy[Any], authority: Authority, rows: dict[int | None, list[SettingValue]], at: datetime
) -> Iterator[tuple[Authority, str]]:
    """The authorities this one followed that had a value of their own, and what it was on their last day."""
    day = local_date(at)
    ended_with_own = Authority.objects.filter(
        successor=authority, last_day__lt=day, pk__in=[pk for pk in rows if pk]
    )
    for before in ended_with_own.order_by("name"):
        stood = _last(rows[before.pk], datetime.combine(before.last_day or day, time.max, LONDON))
        if stood is not None and not stood.inherits:
            yield before, policy.in_words(policy.kind.restored(stood.value))


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
    """The authorities for which an agency of the partnership works, by name; not those that another follows by now."""
    rows = Authority.objects.filter(agencies__isnull=False).exclude(
        ended(today()) & Q(successor__isnull=False)
    )
    return list(rows.distinct().order_by("name"))


def _named(keys: set[int]) -> Sequence[Authority]:
    return list(Authority.objects.filter(pk__in=keys).order_by("name")) if keys else []


def _standing(
    policy: Policy[Any], authority: Authority | None, rows: Sequence[SettingValue], at: datetime
) -> Standing:
    last = _last(rows, at)
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
    ended_already = authority is not None and _successor_id(authority, at) is not None
    if last is None or last.inherits or ended_already:
        words = policy.in_words(policy.at(at, authority.pk if authority else None))
    else:
        words = policy.in_words(policy.kind.restored(last.value))
    return Standing(policy, authority, words, changes[::-1], version_of(rows))


def _last(rows: Sequence[SettingValue], at: datetime) -> SettingValue | None:
    """The change that holds at an instant."""
    begun = [row for row in rows if row.withdrawn_at is None and row.starts_at <= at]
    return max(begun, key=lambda row: row.starts_at, default=None)


def _successor_id(authority: Authority, at: datetime) -> int | None:
    """The row number of the authority that follows this one, once its last day is over."""
    over = authority.last_day is not None and authority.last_day < local_date(at)
    return authority.successor_id if over else None
