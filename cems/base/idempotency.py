"""A form sent twice, an API call repeated: taken once, answered the same (floor-f3)."""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db import connection

from cems.base.command import command
from cems.base.errors import SentAlready
from cems.base.models import IdempotencyKey
from cems.base.time import now


def digest_of(body: Mapping[str, Any]) -> str:
    """A stable fingerprint of what was sent."""
    text = json.dumps(body, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@command
def once(
    user: Any,
    *,
    key: uuid.UUID,
    action: str,
    body: Mapping[str, Any],
    perform: Callable[[], dict[str, Any]],
) -> tuple[dict[str, Any], bool]:
    """Run `perform` at most once for this user and key; return its result and whether it ran now.

    Two requests with one key at the same time wait for each other (advisory lock), so the
    second sees the first one's result. What `perform` does is one command with it. Raises SentAlready
    when the key was used for another body.
    """
    digest = digest_of(body)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{user.pk}:{key}"])
    earlier = IdempotencyKey.objects.filter(user_id=user.pk, key=key).first()
    if earlier:
        if (earlier.action, earlier.digest) != (action, digest):
            raise SentAlready
        return earlier.result, False
    result = perform()
    IdempotencyKey.objects.create(
        user_id=user.pk, key=key, action=action, digest=digest, result=result, at=now()
    )
    return result, True
