"""The providers children are referred to: written by those who keep the list, brought first by the release (T4)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError

from cems.accounts.models import User
from cems.accounts.permissions import may_administer
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command, savepoint
from cems.base.errors import Conflict, Invalid
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.practice_lists import HARM_FORMS
from plans.models import Provider

TAKEN = "There is a provider with this short name already."
FILE = Path(__file__).parents[1] / "providers.json"


@dataclass(frozen=True)
class ProviderTerms:
    """Who a provider is and whom it takes."""

    name: str
    active_from: date
    page: str = ""
    phone: str = ""
    age_from: int = 0
    age_to: int | None = None
    harms: Sequence[str] = field(default_factory=list)
    levels: Sequence[int] = field(default_factory=list)
    takes_parents: bool = False
    active_until: date | None = None


@command
def provider_write(
    user: User,
    *,
    terms: ProviderTerms,
    code: str,
    provider: Provider | None = None,
    version: int = 0,
    at: datetime | None = None,
) -> Provider:
    """Add a provider, or change one: what was referred to it before stays as it was.

    `version` is the one the writer had before them. Raises NotAllowed without the right; Invalid naming the field to
    mend; Conflict when another provider has this code, or a colleague changed this one meanwhile.
    """
    may_administer(user)
    instant = at or now()
    _check(terms)
    if provider is None:
        if Provider.objects.filter(code=code).exists():
            raise Conflict(TAKEN, field="code")
        row, verb = Provider(code=code, version=0), Verb.CREATED
    else:
        row, verb = Provider.objects.select_for_update(no_key=True).get(pk=provider.pk), Verb.CHANGED
        if row.version != version:
            raise Conflict(
                "A colleague has changed this provider since you opened it. Read theirs, then write yours."
            )
    before = {name: getattr(row, name) for name in _columns(terms)} if provider else {}
    for name, value in _columns(terms).items():
        setattr(row, name, value)
    row.version += 1
    try:
        with savepoint():
            row.save()
    except IntegrityError:  # the same short name by two at the same time
        raise Conflict(TAKEN, field="code") from None
    changed = [name for name, value in _columns(terms).items() if before.get(name) != value]
    detail = {"provider": row.code, "fields": changed, "version": row.version}
    record(user, verb=verb, subject=row, detail=detail, at=instant)
    return row


@command
def sync(user: None = None) -> str:
    """Put the partnership's first providers in place; what people wrote since stays. Harmless to repeat."""
    rows: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    known = set(Provider.objects.values_list("code", flat=True))
    for row in rows:
        if row["code"] not in known:
            Provider.objects.create(**{**row, "active_from": date.fromisoformat(row["active_from"])})
    return f"{len(rows)} providers"


def _check(terms: ProviderTerms) -> None:
    if says_nothing(terms.name):
        raise Invalid("Write the provider's name.", field="name")
    if any(HARM_FORMS.get(form) is None for form in terms.harms):
        raise Invalid("Choose the forms of harm from the list.", field="harms")
    if terms.age_to is not None and terms.age_to < terms.age_from:
        raise Invalid("The youngest age is above the oldest.", field="age_from")
    if terms.active_until is not None and terms.active_until < terms.active_from:
        raise Invalid("It would end before it begins.", field="active_until")


def _columns(terms: ProviderTerms) -> Mapping[str, Any]:
    return asdict(terms) | {
        "name": terms.name.strip(),
        "harms": list(terms.harms),
        "levels": list(terms.levels),
    }
