"""Writing the audit trail (A3, A4). An error here fails the command: no audit, no page."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models

from cems.audit.choices import LawfulBasis, Verb
from cems.audit.models import Entry
from cems.base.command import command, running
from cems.base.errors import Invalid
from cems.base.kept import regime_of
from cems.base.logs import current_reference
from cems.base.regimes import Regime
from cems.base.time import now

Actor = AbstractBaseUser | AnonymousUser | None

QUARTER = timedelta(minutes=15)
# An id, a code, a reference, a date, a field's name. Not a sentence, and not a person's full name.
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_.:+/-]{1,64}|[a-z][a-z ]{0,39}")

_BATCH = "audit"


def record(
    user: Actor,
    *,
    verb: Verb,
    subject: models.Model | None = None,
    child: UUID | None = None,
    part: str = "",
    reason: str = "",
    detail: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Entry:
    """Write down that `user` did `verb`, in the caller's transaction (A3).

    The rows of a command are written in one statement, before it is committed; outside one, at once.

    Args:
        user: who; None, or someone signed out, where nobody is known.
        subject: the row it was done to; kept as its kind and public id.
        child: the public id of the child it is about.
        part: which part of the child's record, as the access table names them.
        reason: why, in the person's words or derived from their reach.
        detail: ids, codes, field names and counts; nothing that tells about a child.
        at: when it happened, if not now.

    Raises ValueError where `detail` holds free text, and DatabaseError where the row can't be written.
    """
    checked = dict(detail or {})
    _refuse_text(checked)
    return _write(user, verb, subject, child, part, reason, checked, at)


@command
def read(
    user: Actor,
    *,
    child: UUID,
    part: str,
    subject: models.Model | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> bool:
    """Write down that `user` looked at a page or document: once a person, record and quarter of an hour (A3).

    The record is the part of the child's record, or the `subject` in it. Two requests at the same time wait
    for each other and leave one row. Returns whether a row was written; raises DatabaseError like `record`.
    """
    instant = at or now()
    begin = instant - (instant - datetime.min.replace(tzinfo=instant.tzinfo)) % QUARTER
    kind, key = _named(subject)
    row = {"verb": Verb.VIEWED, "child": child, "part": part, "subject_kind": kind, "subject_id": key}
    lock = ":".join(str(word) for word in (_key_of(user), child, part, kind, key, begin.timestamp()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
    looked = Entry.objects.filter(**row, actor=_key_of(user), at__gte=begin, at__lt=begin + QUARTER)
    if looked.exists() or _waits(row, _key_of(user), begin):
        return False
    _write(user, Verb.VIEWED, subject, child, part, reason, {}, instant)
    return True


def listed(
    user: Actor,
    *,
    what: str,
    children: Sequence[UUID],
    verb: Verb = Verb.LISTED,
    detail: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Entry:
    """Write down a list or search as one row with the children it showed (A3).

    `what` is the list's code, such as "triage.today"; `verb` is LISTED or SEARCHED. Raises as `record`.
    """
    if verb not in {Verb.LISTED, Verb.SEARCHED}:
        raise ValueError(f"a list is listed or searched, not {verb}")
    shown = {**(detail or {}), "children": [str(child) for child in children], "count": len(children)}
    return record(user, verb=verb, part=what, detail=shown, at=at)


def disclosed(
    user: Actor,
    *,
    child: UUID,
    to: str,
    purpose: str,
    lawful_basis: str,
    subject: models.Model | None = None,
    part: str = "",
    regime: Regime | None = None,
    detail: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Entry:
    """Write down that something left the partnership: to whom, for what, on which lawful basis (A4).

    Its regime is the default of the subject's kind unless `regime` says otherwise (A2).
    Raises Invalid without a recipient, a purpose or a known lawful basis; ValueError as `record`.
    """
    to, purpose = to.strip(), purpose.strip()
    if not to:
        raise Invalid("Say who it goes to.", field="to")
    if not purpose:
        raise Invalid("Say what it is for.", field="purpose")
    if lawful_basis not in LawfulBasis.values:
        raise Invalid("Choose the lawful basis this rests on.", field="lawful_basis")
    checked = dict(detail or {})
    _refuse_text(checked)
    # The recipient is an organisation or a post outside, so it may be words.
    checked |= {"to": to, "lawful_basis": str(lawful_basis)}
    stated = regime or (regime_of(subject._meta.label_lower) if subject is not None else None)
    if stated:
        checked["regime"] = stated.codes
    return _write(user, Verb.DISCLOSED, subject, child, part, purpose, checked, at)


def not_shared(
    user: Actor,
    *,
    child: UUID,
    to: str,
    why: str,
    subject: models.Model | None = None,
    part: str = "",
    at: datetime | None = None,
) -> Entry:
    """Write down that something was asked for, or could have been shared, and was not, because `why` (A4).

    Raises Invalid without `to` or `why`.
    """
    to, why = to.strip(), why.strip()
    if not to:
        raise Invalid("Say who it was not shared with.", field="to")
    if not why:
        raise Invalid("Say why it was not shared.", field="why")
    return _write(user, Verb.NOT_SHARED, subject, child, part, why, {"to": to}, at)


def _write(
    user: Actor,
    verb: Verb,
    subject: models.Model | None,
    child: UUID | None,
    part: str,
    reason: str,
    detail: dict[str, Any],
    at: datetime | None,
) -> Entry:
    kind, key = _named(subject)
    written = now()
    entry = Entry(
        at=at or written,
        recorded_at=written,
        actor_id=_key_of(user),
        verb=verb,
        subject_kind=kind,
        subject_id=key,
        child=child,
        part=part,
        reason=reason,
        detail=detail,
        request_reference=current_reference.get(),
    )
    scope = running()
    if scope is None:
        entry.save(force_insert=True)
    else:
        scope.batch(_BATCH, Entry.objects.bulk_create).append(entry)
    return entry


def _waits(row: Mapping[str, Any], actor: int | None, begin: datetime) -> bool:
    """Whether the same look waits already for the end of this very command."""
    scope = running()
    return scope is not None and any(
        entry.actor_id == actor
        and begin <= entry.at < begin + QUARTER
        and all(getattr(entry, name) == value for name, value in row.items())
        for entry in scope.waiting(_BATCH)
    )


def _key_of(user: Actor) -> int | None:
    return user.pk if user is not None else None


def _named(subject: models.Model | None) -> tuple[str, str]:
    """What a row is called here: its model, and its public id where it has one."""
    if subject is None:
        return "", ""
    return subject._meta.label_lower, str(getattr(subject, "public_id", subject.pk))


def _refuse_text(value: object) -> None:
    """Raise ValueError for anything in an audit detail that might tell about a person."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _refuse_text(str(key))
            _refuse_text(inner)
        return
    if isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_text(inner)
        return
    plain = isinstance(value, str) and (value == "" or _PLAIN_VALUE.fullmatch(value) is not None)
    if not (plain or value is None or isinstance(value, (bool, int))):
        # The value itself stays out of the message: messages go to logs.
        raise ValueError("an audit detail holds ids, codes, field names and counts only")
