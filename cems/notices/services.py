"""Telling people, once each (K1)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from cems.audit.choices import Verb
from cems.audit.services import record
from cems.base.command import command, running
from cems.base.time import now
from cems.notices.history import read_before
from cems.notices.messages import Message
from cems.notices.models import Mail, Notice
from cems.notices.querysets import write_notices
from cems.notices.slots import MAIL_WITHHELD, NOT_TOLD

_BATCH = "notices"


class _Told(NamedTuple):
    """What one call tells: it is written with all that the command tells at the same instant."""

    messages: Mapping[Message, Collection[int]]
    at: datetime
    mail: bool
    read_before: datetime | None


def notice_send(
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
    return notices_send({message: user_ids}, at=at, mail=mail)


def notices_send(
    messages: Mapping[Message, Iterable[int]], *, at: datetime | None = None, mail: bool = True
) -> int:
    """Tell many people many things at the cost of one statement; returns how many are new.

    All that a command tells is written at its end, in one statement, and nothing after an error, as nothing was
    done; so within a command this returns 0.
    """
    telling = _Told(
        {message: [*people] for message, people in messages.items()}, at or now(), mail, read_before()
    )
    scope = running()
    if scope is None:
        return _write_now(None, tellings=[telling])
    scope.batch(_BATCH, _write).append(telling)
    return 0


@command
def _write_now(user: None, *, tellings: Sequence[_Told]) -> int:
    return _write(tellings)


def _write(tellings: Sequence[_Told]) -> int:
    """Write all of this; what is said of one instant in one statement."""
    written = 0
    for (at, mail, past), everything in _by_instant(tellings).items():
        messages = _without_the_barred(everything)
        if past is not None:
            written += write_notices(messages, at, False, read=at < past)
            continue
        quiet = _kept_back(messages) if mail else set()
        written += write_notices({m: who for m, who in messages.items() if m.child not in quiet}, at, mail)
        written += write_notices({m: who for m, who in messages.items() if m.child in quiet}, at, False)
    return written


def _by_instant(
    tellings: Sequence[_Told],
) -> dict[tuple[datetime, bool, datetime | None], dict[Message, set[int]]]:
    """Who is told what, by its instant, whether it is mailed, and before when it counts as read.

    A person is told the same `key` once: what was said first stands.
    """
    by_instant: dict[tuple[datetime, bool, datetime | None], dict[Message, set[int]]] = {}
    seen: set[tuple[str, int]] = set()
    for telling in tellings:
        messages = by_instant.setdefault((telling.at, telling.mail, telling.read_before), {})
        for message, people in telling.messages.items():
            new = {user for user in people if (message.key, user) not in seen}
            seen.update((message.key, user) for user in new)
            messages.setdefault(message, set()).update(new)
    return by_instant


def _without_the_barred(messages: dict[Message, set[int]]) -> dict[Message, set[int]]:
    """Whom the record of a child bars is told nothing of the child, whoever thought to tell them."""
    children = {message.child for message in messages if message.child}
    people = set().union(*messages.values())
    barred = NOT_TOLD.get()(children, people) if children and people else set()
    if not barred:
        return messages
    return {
        message: {user for user in users if (message.child, user) not in barred}
        for message, users in messages.items()
    }


@command
def mail_withhold(user: Any, *, children: Collection[UUID], person: Any = None) -> int:
    """Take mail about these children that has not left yet out of the outbox, that to one person or all of it;
    returns how many."""
    waiting = Mail.objects.waiting().filter(notice__child__in=children)
    gone, _ = (waiting.filter(notice__user=person) if person else waiting).delete()
    return gone


def _kept_back(messages: Mapping[Message, Iterable[int]]) -> set[UUID | None]:
    children = {message.child for message in messages if message.child}
    return set(MAIL_WITHHELD.get()(children)) if children else set()


@command
def notices_read(user: Any, *, before: datetime | None = None, at: datetime | None = None) -> int:
    """Mark the person's unread notices as read, up to and with those of `before`; returns how many.

    `before` is when the page was drawn, so that what arrived since stays new.
    """
    instant = at or now()
    unread = Notice.objects.visible_to(user).unread().filter(at__lte=before or instant)
    return int(unread.update(read_at=instant))


@command
def notices_settle(user: Any, *, about: Collection[str], at: datetime | None = None) -> int:
    """What these notices asked for is done, so they are new to nobody any more; returns how many were.

    `about` is what their keys begin with, as in "clock:" and the id of a clock. Mail that waits still leaves.
    """
    if not about:
        return 0
    return int(Notice.objects.unread().about(about).update(read_at=at or now()))


@command
def mail_resend(user: Any, *, at: datetime | None = None) -> int:
    """Put mail that was given up back into the outbox, once its cause is mended; returns how many."""
    instant = at or now()
    count = int(
        Mail.objects.stuck().update(failed_at=None, failed_why="", attempts=0, next_attempt_at=instant)
    )
    record(user, verb=Verb.CHANGED, part="outbox", detail={"count": count}, at=instant)
    return count
