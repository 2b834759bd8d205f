"""Make and change a child's record (C1)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cems.accounts.models import Authority, Locality, Team, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.events import publish
from cems.base.references import next_reference
from cems.base.time import local_date, now
from cems.children.choices import PRESUMED_CHILD
from cems.children.cluster_lock import forget_locked
from cems.children.events import AreaChanged
from cems.children.identity.rules import check_birth, check_postcode, search_key, written
from cems.children.identity.selectors.former_value import former_of
from cems.children.identity.services.former_value import former_values_keep
from cems.children.identity.services.identifier import identifier_add
from cems.children.matching.services.cluster import lock_cluster
from cems.children.models import Child, ChildName, ConfidentialAddress, FormerReason, School, Submitter
from cems.children.querysets import rows_of_clusters

CHANGEABLE = frozenset(
    {
        "given_name",
        "family_name",
        "preferred_name",
        "date_of_birth",
        "birth_date_known",
        "first_language",
        "sex",
        "gender",
        "ethnicity",
        "address",
        "postcode",
        "area",
        "locality",
        "school",
        "listed_school",
    }
)


@dataclass(frozen=True)
class Identity:
    """What is asked before a record is made."""

    given_name: str
    family_name: str
    date_of_birth: date
    authority: Authority
    area: Authority | None = None
    locality: Locality | None = None
    preferred_name: str = ""
    birth_date_known: str = "exact"
    first_language: str = ""
    sex: str = "U"
    gender: str = "not_asked"
    ethnicity: str = "NOBT"
    address: str = ""
    postcode: str = ""
    school: Team | None = None
    listed_school: School | None = None


@command
def child_create(
    user: User,
    *,
    identity: Identity,
    identifiers: dict[str, str] | None = None,
    provisional: bool = False,
    at: datetime | None = None,
) -> Child:
    """Make a record. `identifiers` maps kind to value. Raises Invalid for what can't be right.

    A number that another record holds is recorded too: First Contact settles it, and the caller can't tell.
    """
    instant = at or now()
    check_birth(identity.date_of_birth, local_date(instant))
    values: Any = {
        **identity.__dict__,
        "given_name": _name(identity.given_name, "given_name"),
        "family_name": _name(identity.family_name, "family_name"),
        "postcode": check_postcode(identity.postcode),
        "area": identity.area or identity.authority,
    }
    child = Child.objects.create(
        reference=next_reference("CHD", instant), created_at=instant, provisional=provisional, **values
    )
    _registered_name(child, instant)
    for kind, value in (identifiers or {}).items():
        if value.strip():
            identifier_add(user, child=child, kind=kind, value=value, at=instant)
    # The user who makes a record keeps sight of their own work on it, and of nothing more.
    Submitter.objects.get_or_create(child=child, user=user, defaults={"at": instant})
    record(user, verb=Verb.CREATED, subject=child, child=child.public_id, part="identity", at=instant)
    return child


@command
def child_change(
    user: User, *, child: Child, version: int, values: dict[str, Any], at: datetime | None = None
) -> Child:
    """Change fields of the identity. `version` is the one the person saw: the loser of a conflict is told."""
    instant = at or now()
    unknown = values.keys() - CHANGEABLE
    if unknown:
        raise Invalid(f"These can't be changed here: {', '.join(sorted(unknown))}.")
    locked_child = (
        Child.objects.unscoped("lock the record that the person has opened")
        .select_for_update(no_key=True)
        .get(pk=child.pk)
    )
    if locked_child.version != version:
        raise Conflict(
            "Somebody else changed this record while you were typing. Check their change, then save yours."
        )
    if locked_child.presumed_child:
        _refuse_undecided(locked_child, values)
    if "date_of_birth" in values:
        check_birth(values["date_of_birth"], local_date(instant))
    if "postcode" in values:
        values["postcode"] = check_postcode(values["postcode"])
    for name in ("given_name", "family_name"):
        if name in values:
            values[name] = _name(values[name], name)
    changed = [field for field, value in values.items() if getattr(locked_child, field) != value]
    _refuse_open_address(locked_child, values, instant)
    was = former_of(locked_child, changed)
    locality_before = locked_child.locality_id
    for field in changed:
        setattr(locked_child, field, values[field])
    if changed:
        locked_child.version += 1
        locked_child.save(update_fields=[*changed, "version"])
        forget_locked()  # a step before may have been given another row of this record
        former_values_keep(user, rows=was, reason=FormerReason.CORRECTED, at=instant)
        if {"given_name", "family_name", "preferred_name"} & set(changed):
            name_register(user, child=locked_child, at=instant)
        record(
            user,
            verb=Verb.CHANGED,
            subject=locked_child,
            child=locked_child.public_id,
            part="identity",
            detail={"fields": changed},
            at=instant,
        )
    if {"area", "locality"} & set(changed):
        publish(AreaChanged(locked_child.pk, locality_before, user.pk, instant))
    return locked_child


def _refuse_open_address(child: Child, values: dict[str, Any], at: datetime) -> None:
    """A2: where an address is kept for listed people, no open copy is written beside it."""
    typed = next((name for name in ("address", "postcode") if values.get(name)), None)
    whole = rows_of_clusters([child.merged_into_id or child.pk])
    kept = ConfidentialAddress.objects.filter(child__in=whole, ended_at__isnull=True)
    if typed and kept.exists():
        raise Invalid(
            "An address of this child is kept for listed people, so none is written here. First Contact, the"
            " team's manager or the record's owner changes it under “Confidential address”.",
            field=typed,
        )


def _refuse_undecided(child: Child, values: dict[str, Any]) -> None:
    """C1: an age that is not known or disputed is settled by recording who decided it, not by a change of the date."""
    known = values.get("birth_date_known", child.birth_date_known)
    if known not in PRESUMED_CHILD:
        raise Invalid(
            "The age is not known or disputed. Record what was decided by “Decide the age” on the overview.",
            field="birth_date_known",
        )


@command
def name_add(user: User, *, child: Child, name: str, at: datetime | None = None) -> ChildName:
    """Another name the child is known by; the same name twice is one, in another script it is another."""
    instant = at or now()
    text = _name(name, "name")
    lock_cluster(child.pk)
    row, made = _called(child, text, instant)
    if made:
        record(
            user,
            verb=Verb.CHANGED,
            subject=child,
            child=child.public_id,
            part="identity",
            detail={"fields": ["other name"]},
            at=instant,
        )
    return row


@command
def name_register(user: User | None, *, child: Child, at: datetime) -> None:
    """The name the record says now is the registered one, and search finds it; names before stay beside it."""
    ChildName.objects.filter(child=child, registered=True).update(registered=False)
    _registered_name(child, at)


def _registered_name(child: Child, at: datetime) -> None:
    """Rows of the registered name and of the name people use, so that search finds both."""
    row, made = _called(child, child.full_name, at, registered=True)
    if not made:
        row.name, row.registered, row.added_at = child.full_name, True, at
        row.save(update_fields=["name", "registered", "added_at"])
    _called(child, child.name, at)


def _called(child: Child, name: str, at: datetime, *, registered: bool = False) -> tuple[ChildName, bool]:
    """The row of a name, and whether it is new. The record is locked: so the same name never comes twice.

    A name is the same however its accents and capitals are; the search key can't say that, since it is one for
    "Oleksandr" and "Олександр", and both are kept as they are written.
    """
    names, key = ChildName.objects.filter(child=child), search_key(name)
    for row in names.filter(search_key=key).order_by("pk"):
        if written(row.name) == written(name):
            return row, False
    row = ChildName(child=child, name=name, search_key=key, registered=registered, added_at=at)
    row.save()
    return row, True


def _name(value: str, field: str) -> str:
    text = " ".join(value.split())
    if not text:
        raise Invalid("Enter a name.", field=field)
    if not search_key(text):
        raise Invalid("A name needs letters.", field=field)
    return text
