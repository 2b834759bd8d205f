"""Telling people, once each (K1)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from cems.base.time import now
from cems.base.transactions import one_transaction
from cems.notices.history import read_before
from cems.notices.messages import Message
from cems.notices.models import Mail, Notice
from cems.notices.querysets import write_notices
from cems.notices.slots import MAIL_WITHHELD

_Told = dict[tuple[datetime, bool], dict[Message, set[int]]]
_together: ContextVar[_Told | None] = ContextVar("told_together", default=None)


def tell(
    user_ids: Collection[int],
    *,
    kind: str,
    key: str,
    text: str,
    url: str = "",
    reference: str = "",
    child: UUID | None = None,
    at: datetime | None = None,
    mail: bool = True,
) -> int:
    """Tell each of these people one thing, and mail it unless `mail` is off; returns how many are new.

    Telling the same `key` to the same person again does nothing. Leavers are told nothing.
    """
    message = Message(kind, key, text, url, reference, child)
    return tell_many({message: user_ids}, at=at, mail=mail)


@contextmanager
def told_together() -> Iterator[None]:
    """Tell all that a command has to tell at its end, in one statement, in the caller's transaction.

    For a command whose errors undo all of it: after an error nobody is told, as nothing was done. Within the
    block `tell` gives 0: nothing is written yet. Blocks within one another are one.
    """
    if _together.get() is not None:
        yield
        return
    kept: _Told = {}
    token = _together.set(kept)
    try:
        yield
    finally:
        _together.reset(token)
    for (at, mail), messages in kept.items():
        tell_many(messages, at=at, mail=mail)


@one_transaction
def tell_many(
    messages: Mapping[Message, Iterable[int]], *, at: datetime | None = None, mail: bool = True
) -> int:
    """Tell many people many things at the cost of one statement; returns how many are new."""
    instant, past, kept = at or now(), read_before(), _together.get()
    if kept is not None:
        later = kept.setdefault((instant, mail), {})
        for message, people in messages.items():
            later.setdefault(message, set()).update(people)
        return 0
    if past is None:
        quiet = _kept_back(messages) if mail else set()
        told = write_notices({m: who for m, who in messages.items() if m.child not in quiet}, instant, mail)
        return told + write_notices(
            {m: who for m, who in messages.items() if m.child in quiet}, instant, False
        )
    return write_notices(messages, instant, False, read=instant < past)


@one_transaction
def withhold_mail(*, children: Collection[UUID]) -> int:
    """Take mail about these children that has not left yet out of the outbox; returns how many."""
    gone, _ = Mail.objects.waiting().filter(notice__child__in=children).delete()
    return gone


def _kept_back(messages: Mapping[Message, Iterable[int]]) -> set[UUID | None]:
    children = {message.child for message in messages if message.child}
    return set(MAIL_WITHHELD.get()(children)) if children else set()


@one_transaction
def mark_read(user: Any, *, before: datetime | None = None, at: datetime | None = None) -> int:
    """Mark the person's unread notices as read, up to and with those of `before`; returns how many.

    `before` is when the page was drawn, so that what arrived since stays new.
    """
    instant = at or now()
    unread = Notice.objects.visible_to(user).unread().filter(at__lte=before or instant)
    return int(unread.update(read_at=instant))


@one_transaction
def send_parked_again(*, at: datetime | None = None) -> int:
    """Put mail that was given up back into the outbox, once its cause is mended; returns how many."""
    return int(
        Mail.objects.stuck().update(parked_at=None, parked_why="", attempts=0, next_attempt_at=at or now())
    )
