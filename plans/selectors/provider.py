"""What the pages of providers show: whom each takes, and until when (T4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cems.accounts.slots import Contact
from plans.models import Provider
from plans.rules import ages, provider_ended, takes


@dataclass(frozen=True)
class Line:
    """One provider, and whom it takes in words."""

    row: Provider
    takes: str
    ages: str
    ended: bool
    to_come: bool


def providers(on: date) -> Sequence[Line]:
    """Every provider by name, those that have ended last."""
    lines = [
        Line(
            row,
            takes(row),
            ages(row),
            ended=row.active_until is not None and row.active_until < on,
            to_come=bool(provider_ended(row, on)) and row.active_from > on,
        )
        for row in Provider.objects.order_by("name", "pk")
    ]
    return sorted(lines, key=lambda line: line.ended)


def provider_contacts(on: date) -> Sequence[Contact]:
    """How each provider that takes referrals on this day is reached, for the directory (K3)."""
    return [
        Contact(
            line.row.name, f"Takes {line.takes}, young people {line.ages}", line.row.phone, "", line.row.page
        )
        for line in providers(on)
        if not (line.ended or line.to_come)
    ]


def provider_at(public_id: UUID) -> Provider | None:
    """The provider at this address, or None."""
    return Provider.objects.filter(public_id=public_id).first()
