"""The advice library and the log of advice given (T4, T8)."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from cems.accounts.models import User
from cems.base.keyset import Keyset
from cems.base.months import add_months
from cems.base.time import local_date
from cems.children.access.visibility import primary_of
from cems.children.matching.selectors.cluster import seen
from cems.children.models import Child
from triage.advice.rules import suits
from triage.models import AdviceEntry, AdviceVersion, Consultation

ORDER = Keyset("-happened_at", "-pk", size=25)
MONTHS = 12


def library(*, retired: bool = False) -> QuerySet[AdviceEntry]:
    """Advice to choose from, by title; with `retired` what was taken out of the choice."""
    rows = AdviceEntry.objects.filter(retired_at__isnull=not retired).select_related("current__written_by")
    return rows.order_by("current__title")


def entry_at(code: str) -> AdviceEntry | None:
    """The piece of advice with this code and its newest version, in the choice or not; or None."""
    return AdviceEntry.objects.select_related("current").filter(code=code).first()


def versions_of(entry: AdviceEntry) -> Sequence[AdviceVersion]:
    """Every version of a piece of advice with who wrote it, the newest first."""
    return list(entry.versions.select_related("written_by").order_by("-number"))


def advice_for(*, age: int, forms: Collection[str], level: int | None) -> list[AdviceVersion]:
    """The newest version of each piece of advice that suits, by title."""
    rows = [entry.current for entry in library() if entry.current]
    return [row for row in rows if suits(row, age=age, forms=forms, level=level)]


@dataclass(frozen=True)
class Log:
    """One page of the log, the place the next begins at, and how often advice was asked for in twelve months."""

    rows: Sequence[tuple[Consultation, Child | None]]
    after: str
    months: Sequence[tuple[str, int]]
    agencies: Sequence[tuple[str, int]]


def readable(user: User) -> QuerySet[Consultation]:
    """What the person's agency advised on: of no child, or of a child the person may see; corrected ones left out."""
    visible = Child.objects.visible_to(user).values("pk")
    rows = Consultation.objects.filter(given_by__agency=user.agency_id, superseded_by__isnull=True)
    return rows.alias(primary=primary_of()).filter(Q(child__isnull=True) | Q(primary__in=visible))


def own_consultation(user: User, public_id: UUID) -> Consultation | None:
    """The consultation at this address that this person gave and may still correct, or None."""
    return readable(user).filter(given_by=user, public_id=public_id).first()


def advice_given(consultation: Consultation) -> Sequence[AdviceVersion]:
    """The pieces of advice given in a consultation."""
    return list(consultation.advice.all())


def child_with_reference(user: User, reference: str) -> Child | None:
    """The child with this reference, as far as this person may see the child; or None."""
    return Child.objects.visible_to(user).filter(reference=reference).first()


def log(user: User, *, at: datetime, after: str = "") -> Log:
    """The log, newest first, with the counts by month and by asking agency of the last twelve months (R 45–46)."""
    mine = readable(user)
    page = ORDER.page(mine.select_related("asked_by_agency", "given_by").prefetch_related("advice"), after)
    since = add_months(local_date(at).replace(day=1), 1 - MONTHS)
    counted = mine.filter(happened_at__date__gte=since).values_list("happened_at", "asked_by_agency__name")
    months, agencies = Counter[str](), Counter[str]()
    for happened_at, agency in counted:
        months[f"{local_date(happened_at):%Y-%m}"] += 1
        agencies[agency or "Not said"] += 1
    children = seen(user, {row.child_id for row in page.rows if row.child_id})
    return Log(
        [(row, children.get(row.child_id or 0)) for row in page.rows],
        page.after,
        [(_said(key), number) for key, number in sorted(months.items())],
        agencies.most_common(),
    )


def _said(month: str) -> str:
    return f"{datetime.fromisoformat(f'{month}-01'):%B %Y}"
