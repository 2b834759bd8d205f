"""Practice settings as a partnership decided them, long before the test."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from cems.policy import snapshot
from cems.policy.declared import Policy
from cems.policy.models import SettingValue
from tests.factories.people import make_user

T = TypeVar("T")
LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)
_number = count(1)


def decide_policy(
    policy: Policy[T], value: T, *, since: datetime = LONG_AGO, authority_id: int | None = None, **more: Any
) -> SettingValue:
    """The setting has this value since `since`, and every process knows."""
    fields: dict[str, Any] = {
        "why": "Decided by the test",
        "made_at": since - timedelta(days=1),
        "number": next(_number),
        "value": None if more.get("inherits") else policy.kind.stored(value),
        **more,
    }
    if "made_by" not in fields:
        fields["made_by"] = make_user("administrator")
    row: SettingValue = SettingValue.objects.create(
        key=policy.key, authority_id=authority_id, starts_at=since, **fields
    )
    snapshot.keep(None)
    return row
