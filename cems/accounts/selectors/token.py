"""What the pages read of the keys of agencies' systems (O1)."""

from collections.abc import Sequence
from uuid import UUID

from cems.accounts.models import ServiceToken, User


def tokens_of(account: User) -> Sequence[ServiceToken]:
    """Every key of this account, the newest first."""
    return list(account.tokens.order_by("-created_at"))


def token_at(public_id: UUID) -> ServiceToken | None:
    """The key at this address with its account, or None."""
    return ServiceToken.objects.select_related("user").filter(public_id=public_id).first()
