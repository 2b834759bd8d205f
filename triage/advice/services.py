"""The advice library, edited by ERASE with versions kept (T4), and the log of advice given (T8)."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from cems.accounts.models import Agency, User
from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.time import now
from cems.base.words import says_nothing
from cems.children.models import Child
from triage.models import AdviceEntry, AdviceVersion, Consultation

FILE = Path(__file__).parents[1] / "advice_library.json"
OLDEST = 21


@dataclass(frozen=True)
class Words:
    """The content of one version of a piece of advice."""

    title: str
    text: str
    link: str = ""
    contact: str = ""
    phone: str = ""
    hours: str = ""
    age_from: int = 0
    age_to: int = OLDEST
    forms: Sequence[str] = field(default_factory=list)
    levels: Sequence[int] = field(default_factory=list)


@command
def advice_write(
    user: User | None,
    *,
    words: Words,
    entry: AdviceEntry | None = None,
    version: int = 0,
    code: str = "",
    at: datetime | None = None,
) -> AdviceEntry:
    """Add a piece of advice, or a new version of one: what was sent to somebody can always be read again.

    `version` is the number the writer had before them. Raises Conflict when a colleague wrote one since.
    """
    instant = at or now()
    if says_nothing(words.title) or says_nothing(words.text):
        raise Invalid("Write a title and the advice.", field="text" if words.title.strip() else "title")
    if words.phone.strip() and says_nothing(words.contact):
        raise Invalid("Say who answers at this number.", field="contact")
    if words.age_from > words.age_to:
        raise Invalid("The youngest age is above the oldest.", field="age_from")
    if entry is None:
        advice_entry = AdviceEntry.objects.create(code=code or _free_code(words.title))
    else:
        advice_entry = (
            AdviceEntry.objects.select_for_update(no_key=True, of=("self",))
            .select_related("current")
            .get(pk=entry.pk)
        )
    number = advice_entry.current.number if advice_entry.current else 0
    if number != version:
        raise Conflict(
            "A colleague has changed this advice since you opened it. Read theirs, then write yours."
        )
    values = asdict(words) | {"forms": list(words.forms), "levels": list(words.levels)}
    advice_entry.current = AdviceVersion.objects.create(
        entry=advice_entry, number=number + 1, written_by=user, written_at=instant, **values
    )
    advice_entry.save(update_fields=["current"])
    if user is not None:  # what comes with a release is in the release, and nobody's act
        verb = Verb.CHANGED if number else Verb.CREATED
        record(user, verb=verb, subject=advice_entry, detail={"version": number + 1}, at=instant)
    return advice_entry


@command
def advice_retire(
    user: User, *, entry: AdviceEntry, back: bool = False, at: datetime | None = None
) -> AdviceEntry:
    """Take advice out of the choice, or (`back`) into it again; what was given stays readable."""
    instant = at or now()
    locked_advice_entry = AdviceEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    locked_advice_entry.retired_at = None if back else locked_advice_entry.retired_at or instant
    locked_advice_entry.save(update_fields=["retired_at"])
    record(user, verb=Verb.CHANGED, subject=locked_advice_entry, detail={"retired": not back}, at=instant)
    return locked_advice_entry


@command
def consultation_record(
    user: User,
    *,
    asked_by_name: str,
    asked_by_agency: Agency | None,
    happened_at: datetime,
    about: str,
    given: str,
    child: Child | None = None,
    advice: Collection[AdviceVersion] = (),
    minutes: int | None = None,
    supersedes: Consultation | None = None,
    at: datetime | None = None,
) -> Consultation:
    """Keep what somebody asked and what was advised (T8), or correct an entry by superseding it."""
    instant = at or now()
    for name, text, wanted in (
        ("asked_by_name", asked_by_name, "Say who asked."),
        ("about", about, "Write what was asked."),
        ("given", given, "Write what was advised."),
    ):
        if says_nothing(text):
            raise Invalid(wanted, field=name)
    if happened_at > instant:
        raise Invalid("This is in the future. Record it when it has happened.", field="happened_on")
    if supersedes and Consultation.objects.filter(supersedes=supersedes).exists():
        raise Conflict("This was corrected already. Correct the newer one.")
    row = Consultation.objects.create(
        child=child,
        asked_by_name=asked_by_name.strip(),
        asked_by_agency=asked_by_agency,
        happened_at=happened_at,
        about=about.strip(),
        given=given.strip(),
        minutes=minutes,
        given_by=user,
        recorded_at=instant,
        supersedes=supersedes,
    )
    row.advice.set(advice)
    public_id = child.public_id if child else None
    record(user, verb=Verb.CREATED, subject=row, child=public_id, part="decisions", at=instant)
    return row


@command
def sync(user: None = None) -> str:
    """Put the partnership's first library in place; what ERASE wrote since stays. Harmless to repeat."""
    rows: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    known = set(AdviceEntry.objects.values_list("code", flat=True))
    for row in rows:
        if row["code"] not in known:
            words = {key: value for key, value in row.items() if key != "code"}
            advice_write(None, words=Words(**words), code=row["code"])
    return f"{len(rows)} pieces of advice"


def _free_code(title: str) -> str:
    """A short name that no other piece of advice has."""
    stem = slugify(title)[:50] or "advice"
    taken = set(AdviceEntry.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for n in range(len(taken) + 1) if (code := f"{stem}-{n}" if n else stem) not in taken)
