"""What was typed into a form and is not sent yet (K2).

Kept for the person who typed it, by the page and the form, until it is sent, thrown away, or `KEPT` old. What
belongs to a record is given back only on the record's own page, which asks whether the record is still open to them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cems.base.command import command
from cems.base.errors import Conflict, Invalid
from cems.base.models import FormDraft
from cems.base.time import now

KEPT = timedelta(days=30)
LONGEST = 200_000  # characters of one form
SWEPT_AT_ONCE = 200

# A field by name: the values it had when the page was opened, and those it has now.
Fields = Mapping[str, tuple[list[str], list[str]]]


@dataclass(frozen=True)
class Place:
    """Which form of which page: the page's path, and the form's own path with its turn among those that share it."""

    address: str
    form: str
    title: str = ""


@command
def form_draft_save(
    user: Any,
    *,
    key: UUID,
    tab: UUID,
    version: int,
    place: Place,
    fields: Fields,
    at: datetime | None = None,
) -> FormDraft:
    """Keep what is typed in this form; the same open page saves over what it saved before.

    `tab` is the open page, `version` the one it was given. Raises Conflict where another tab has saved since or the
    form was sent: what is typed here is then a draft of its own, under another key. Raises Invalid for too much text.
    """
    if sum(len(value) for _, values in fields.values() for value in values) > LONGEST:
        raise Invalid("This is too long to be kept as you type.")
    instant = at or now()
    kept = {name: [[_clean(value) for value in values] for values in both] for name, both in fields.items()}
    row = FormDraft.objects.select_for_update(no_key=True).filter(user=user, key=key).first()
    if row is None:
        _sweep(instant)
        row = FormDraft(user=user, key=key, address=place.address, form=place.form, version=0)
    elif row.sent_at or (row.tab != tab and row.version != version):
        raise Conflict("Another tab has kept other words.")
    row.tab, row.title, row.fields, row.saved_at = tab, place.title, kept, instant
    row.version += 1
    row.save()
    return row


@command
def form_draft_discard(user: Any, *, keys: Iterable[UUID], at: datetime | None = None) -> None:
    """These were sent, or thrown away: their words are gone, and a save that arrives late brings none back."""
    instant = at or now()
    gone = [FormDraft(user=user, key=key, tab=key, saved_at=instant, sent_at=instant) for key in keys]
    FormDraft.objects.bulk_create(
        gone,
        update_conflicts=True,
        unique_fields=["user", "key"],
        update_fields=["fields", "title", "sent_at"],
    )


@command
def form_drafts_sent(user: Any, *, form: str, at: datetime | None = None) -> None:
    """A form was sent to this path by a page that does not say which draft it was: all that were meant for it."""
    rows = FormDraft.objects.filter(user=user, form__startswith=f"{form}#", sent_at=None)
    rows.update(sent_at=at or now(), fields={}, title="")


def form_drafts_at(user: Any, address: str) -> list[FormDraft]:
    """What this person typed on this page and has not sent, the newest first."""
    rows = FormDraft.objects.filter(user=user, address=address, sent_at=None)
    return list(rows.order_by("-saved_at", "-pk")[:20])


def form_drafts_of(user: Any) -> list[FormDraft]:
    """All that this person typed and has not sent, the newest first."""
    return list(FormDraft.objects.filter(user=user, sent_at=None).order_by("-saved_at", "-pk")[:100])


def _clean(text: str) -> str:
    """PostgreSQL keeps no NUL; nobody types one."""
    return text.replace("\0", "")


def _sweep(at: datetime) -> None:
    """The user who begins a form clears away what is old; rows another request holds are left to the next."""
    old = FormDraft.objects.filter(saved_at__lt=at - KEPT).select_for_update(no_key=True, skip_locked=True)
    FormDraft.objects.filter(pk__in=old.values("pk")[:SWEPT_AT_ONCE]).delete()
