"""Reads of notices and of the outbox, chained in English."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db import connection
from django.db.models import Q, QuerySet

from cems.base.time import local_date, today
from cems.notices.messages import Message
from cems.notices.slots import KNOWN_TO

LEFT = "The person has left"


class NoticeQuerySet(QuerySet[Any]):
    """Notices are private: everybody reads their own and nobody else's, and none of a record that is kept from them."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user).filter(KNOWN_TO.get()(self.model, user))

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def about(self, keys: Collection[str]) -> Self:
        """Those whose key begins with one of these."""
        return self.filter(reduce(or_, (Q(key__startswith=key) for key in keys)))


class MailQuerySet(QuerySet[Any]):
    """The outbox."""

    def waiting(self) -> Self:
        return self.filter(sent_at__isnull=True, failed_at__isnull=True)

    def due(self, at: datetime) -> Self:
        return self.waiting().filter(next_attempt_at__lte=at)

    def stuck(self) -> Self:
        """Failed although the person still works here: somebody must look."""
        return self.filter(failed_at__isnull=False).exclude(failed_why=LEFT)


# The database decides who was first when two tell the same person the same: only what is really new is
# mailed, under an id made of the notice's own. Leavers are told nothing: as `leaving.here` says it.
_WRITE = """
WITH said AS (
  SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::uuid[])
  WITH ORDINALITY AS m(kind, key, text, url, reference, child, number)
), told AS (
  INSERT INTO notices_notice (public_id, user_id, kind, key, text, url, reference, child, at, read_at)
  SELECT gen_random_uuid(), u.id, said.kind, said.key, said.text, said.url, said.reference, said.child, %s, %s
  FROM unnest(%s::int[], %s::bigint[]) AS r(number, user_id)
  JOIN said ON said.number = r.number
  JOIN accounts_user u ON u.id = r.user_id AND u.is_active AND (u.ends_on IS NULL OR u.ends_on >= %s)
  ON CONFLICT (user_id, key) DO NOTHING
  RETURNING id, public_id
), posted AS (
  INSERT INTO notices_mail (notice_id, message_id, next_attempt_at, attempts, failed_why)
  SELECT id, '<notice-' || public_id || '@cems>', %s, 0, '' FROM told WHERE %s
)
SELECT count(*) FROM told
"""


def write_notices(
    messages: Mapping[Message, Iterable[int]], at: datetime, mail: bool, *, read: bool = False
) -> int:
    """Write a notice for each message and person, and its mail, in one statement; returns how many are new.

    `read` for old news, which counts as read when it was told.
    """
    all_messages = list(messages)
    pairs = [
        (number, user) for number, users in enumerate(messages.values(), 1) for user in sorted(set(users))
    ]
    if not pairs:
        return 0
    day = max(local_date(at), today())  # what is recorded late is told to who is here now
    columns = [[getattr(message, field.name) for message in all_messages] for field in fields(Message)]
    with connection.cursor() as cursor:
        numbers, users = [n for n, _ in pairs], [u for _, u in pairs]
        cursor.execute(_WRITE, [*columns, at, at if read else None, numbers, users, day, at, mail])
        return int(cursor.fetchone()[0])
