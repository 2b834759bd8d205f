"""Changing a practice setting from an instant on, and taking a change back before it begins (K1).

The rows are those of `cems.policy`, which stands below the audit and the table of roles: so they are written here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from cems.accounts.models import Authority, User
from cems.accounts.permissions import may_administer
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.calendar import say
from cems.base.command import command, savepoint
from cems.base.errors import Conflict, Invalid, Overtaken
from cems.base.time import local_date, now
from cems.base.words import says_nothing
from cems.policy.declared import Policy, declared
from cems.policy.models import SettingValue
from cems.policy.rules import begins_on, begins_soon, start_fault, value_fault, version_of
from cems.policy.snapshot import LEAD, keep


@dataclass(frozen=True)
class ProposedSetting:
    """What an administrator wants a setting to be.

    `typed` is the value as the form has it; `version` what `version_of` gave of the changes its page showed.
    `authority`: for that authority alone; with `inherits` it goes by the whole partnership again. Without
    `starts_on` it begins as soon as every process can know.
    """

    policy: Policy[Any]
    typed: str
    why: str
    version: int
    authority: Authority | None = None
    inherits: bool = False
    starts_on: date | None = None


@dataclass(frozen=True)
class Planned:
    """What the change would write: nothing of it is written yet."""

    value: Any
    starts_at: datetime


def _must_answer(authority: Authority | None, at: datetime) -> None:
    """Raise Invalid for an authority that another follows by now: what is decided for it would hold nowhere."""
    if authority and authority.successor_id and authority.last_day and authority.last_day < local_date(at):
        raise Invalid(f"{authority} has ended. Decide it for the authority that follows it.")


def setting_plan(actor: User, *, wanted: ProposedSetting, at: datetime) -> Planned:
    """What a change would do, for the page that asks once more. Raises as `setting_change`."""
    may_administer(actor)
    return _planned(wanted, list(_rows(wanted.policy, wanted.authority)), at)


@command
def setting_change(actor: User, *, wanted: ProposedSetting, at: datetime | None = None) -> SettingValue:
    """The setting has another value from then on; clocks that run keep theirs.

    Raises NotAllowed without the right; Invalid for the past, a value that can't be, or no reason; Overtaken, with
    the colleague's value, where somebody else changed it meanwhile.
    """
    may_administer(actor)
    instant, policy, authority = at or now(), wanted.policy, wanted.authority
    rows = _locked(policy, authority)
    planned = _planned(wanted, rows, instant)
    try:
        with savepoint():
            row: SettingValue = SettingValue.objects.create(
                key=policy.key,
                authority_id=authority.pk if authority else None,
                number=len(rows) + 1,
                value=None if wanted.inherits else policy.kind.stored(planned.value),
                inherits=wanted.inherits,
                starts_at=planned.starts_at,
                why=wanted.why.replace("\x00", "").strip(),
                made_by=actor,
                made_at=instant,
            )
    except IntegrityError:  # the first change of this setting, by two at the same time
        raise _overtaken(policy, _locked(policy, authority)) from None
    _record(actor, row, Verb.CHANGED, authority, instant)
    return row


@command
def setting_withdraw(actor: User, *, value: SettingValue, at: datetime | None = None) -> SettingValue:
    """Take a change back before it begins. Raises NotAllowed without the right, Conflict once it has begun."""
    may_administer(actor)
    instant, policy = at or now(), declared(value.key)
    authority = Authority.objects.filter(pk=value.authority_id).first() if value.authority_id else None
    row = next(row for row in _locked(policy, authority) if row.pk == value.pk)
    if row.withdrawn_at is not None:
        raise Conflict(f"{row.withdrawn_by} has taken this change back already.")
    if row.starts_at < instant + LEAD:
        raise Conflict(
            "This change has begun, or begins within two minutes, so it can't be taken back. Change the setting again."
        )
    row.withdrawn_at, row.withdrawn_by = instant, actor
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _record(actor, row, Verb.WITHDRAWN, authority, instant)
    return row


def _rows(policy: Policy[Any], authority: Authority | None) -> QuerySet[SettingValue]:
    """Every change of this setting, oldest first."""
    rows: QuerySet[SettingValue] = SettingValue.objects.of_setting(policy.key)
    return rows.filter(authority_id=authority.pk if authority else None).order_by("number")


def _locked(policy: Policy[Any], authority: Authority | None) -> list[SettingValue]:
    """The same, locked: the next one waits, and then sees this one."""
    return list(_rows(policy, authority).select_for_update(no_key=True, of=("self",)))


def _planned(wanted: ProposedSetting, rows: list[SettingValue], at: datetime) -> Planned:
    policy, authority = wanted.policy, wanted.authority
    if authority is not None and not policy.by_authority:
        raise Invalid("This setting is one for the whole partnership.")
    _must_answer(authority, at)
    if version_of(rows) != wanted.version:
        raise _overtaken(policy, rows)
    starts_at = _start(wanted.starts_on, at)
    value = None if wanted.inherits else _value(policy, wanted.typed, authority, starts_at)
    if says_nothing(wanted.why):
        raise Invalid("Say why, and who decided it.", field="why")
    _must_differ(wanted, rows, value, starts_at)
    return Planned(value, starts_at)


def _start(starts_on: date | None, at: datetime) -> datetime:
    if starts_on is None:
        return begins_soon(at, LEAD)
    if fault := start_fault(starts_on, at, LEAD):
        raise Invalid(fault, field="starts_on")
    return begins_on(starts_on)


def _value(policy: Policy[Any], typed: str, authority: Authority | None, starts_at: datetime) -> Any:
    value = policy.kind.parsed(typed)
    before = policy.at(starts_at, authority.pk if authority else None)
    if fault := value_fault(policy, value, before, local_date(starts_at)):
        raise Invalid(fault, field="value")
    return value


def _must_differ(wanted: ProposedSetting, rows: list[SettingValue], value: Any, starts_at: datetime) -> None:
    """Nothing that changes nothing is written, and no two changes begin at the same moment."""
    policy, standing = wanted.policy, [row for row in rows if row.withdrawn_at is None]
    if any(row.starts_at == starts_at for row in standing):
        raise Invalid(
            "Another change begins at the same time. Take that one back first, or choose another day.",
            field="starts_on",
        )
    begun = [row for row in standing if row.starts_at <= starts_at]
    before = max(begun, key=lambda row: row.starts_at, default=None)
    own = before is not None and not before.inherits
    if wanted.inherits and not own:
        raise Invalid("This authority goes by the whole partnership already.", field="inherits")
    if wanted.inherits or (wanted.authority is not None and not own):
        return
    current_value = policy.kind.restored(before.value) if before is not None else policy.default
    if value == current_value:
        raise Invalid(f"It is {policy.in_words(value)} by then already. Write the new value.", field="value")


def _overtaken(policy: Policy[Any], rows: list[SettingValue]) -> Overtaken:
    """Somebody else was quicker: what they decided, for the page that shows both."""
    last = max(rows, key=lambda row: row.withdrawn_at or row.made_at)
    words = "As the whole partnership" if last.inherits else policy.in_words(policy.kind.restored(last.value))
    theirs = {"value": words, "starts": say(last.starts_at, year=True), "why": last.why}
    theirs["withdrawn"] = "" if last.withdrawn_at is None else "taken back"
    return Overtaken(theirs=theirs, version=version_of(rows), by=str(last.withdrawn_by or last.made_by))


def _record(actor: User, row: SettingValue, verb: Verb, authority: Authority | None, at: datetime) -> None:
    """The value itself stands in the row, which nobody edits."""
    detail = {
        "setting": row.key,
        "authority": authority.code if authority else "",
        "number": row.number,
        "from": row.starts_at.isoformat(),
    }
    record(
        actor, verb=verb, subject=row, reason=row.why if verb is Verb.CHANGED else "", detail=detail, at=at
    )
    transaction.on_commit(lambda: keep(None))
